"""Whether a document is FHIR R4 at all. One library behind one function, so that it can be exchanged."""

import re

import fhirkit

from services.common.outcome import Issue

MOST_ISSUES = 50
LONGEST_PATH = 300
# An element's name as FHIR writes it; anything else in a path is the sender's own text and is not repeated.
ELEMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}(\[\d+\])?")
NOT_VALID = re.compile(r'^".*" is not a valid ([A-Za-z0-9 ]{1,40})$', re.DOTALL)
# What the library says in fixed words, without the value that was sent.
PLAIN = re.compile(
    r"expected (a|an|true)\b[^\"]*|required element missing|unknown element|an empty [a-z0-9A-Z ]+ is not allowed.*"
    r"|null is not allowed.*|null with no extension.*|the key appears more than once|a resource needs a resourceType"
)


def faults(document: str) -> list[Issue]:
    """Every place where a JSON document is not FHIR R4, the first fifty of them; none where it is.

    The document has been read as JSON before. What was sent is never repeated in the words of an issue.
    """
    try:
        found = [issue for issue in fhirkit.validate(document) if issue.severity == "error"]
    except fhirkit.ParseError:
        return [Issue("structure", "Resource", "This is not JSON as FHIR R4 asks. Check how it was written.")]
    return [Issue("structure", _place(issue.path), _words(issue.message)) for issue in found[:MOST_ISSUES]]


def complaints(document: str) -> list[tuple[str, str]]:
    """What the library says of each fault, with its path: for whoever mends it, and nobody outside."""
    try:
        return [(issue.path, issue.message) for issue in fhirkit.validate(document)]
    except fhirkit.ParseError:
        return []


def in_order(document: str) -> str:
    """The same resource with its elements in the order of their definitions, and its numbers as they were written."""
    ordered: str = fhirkit.parse(document).to_json()
    return ordered


def _place(path: str) -> str:
    names: list[str] = []
    for name in path[:LONGEST_PATH].split("."):
        if not ELEMENT.fullmatch(name):
            break
        names.append(name)
    return ".".join(names) or "Resource"


def _words(message: str) -> str:
    value = NOT_VALID.match(message)
    if value:
        return f"This is not a valid FHIR {value.group(1)}. Write it as the data type in FHIR R4 asks."
    if message == "unknown element":
        return "FHIR R4 has no such element here. Check its spelling, or leave it out."
    if message == "required element missing":
        return "This element is required. Add it."
    if PLAIN.fullmatch(message):
        return f"This does not fit FHIR R4: {message}. Correct it."
    return "This does not fit FHIR R4. Compare it with the definition of the resource."
