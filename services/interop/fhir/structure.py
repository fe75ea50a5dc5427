"""Whether a document is FHIR R4 at all. One library behind one function, so that it can be exchanged."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import fhirkit

from services.common.outcome import Issue

# A large document takes a while, and nobody waits for it but who asks the same.
ONE_AT_A_TIME = ThreadPoolExecutor(max_workers=1, thread_name_prefix="validate")
MOST_ISSUES = 50
# Four times what any type of R4 has, those beside primitives included. The library takes the square of it in time.
MOST_NAMES = 500
TOO_MANY_NAMES = f"An element has more than {MOST_NAMES} names in it. Leave out what is none of FHIR R4."
UNKNOWN = "unknown element"
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
    content = json.loads(document)
    if _has_too_many_names(content):
        return [Issue("too-costly", "Resource", TOO_MANY_NAMES)]
    try:
        found = [issue for issue in fhirkit.validate(document) if issue.severity == "error"]
    except fhirkit.ParseError:
        return [Issue("structure", "Resource", "This is not JSON as FHIR R4 asks. Check how it was written.")]
    return [Issue("structure", _place(issue.path, content), _words(issue.message)) for issue in found[:MOST_ISSUES]]


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


def _has_too_many_names(content: Any) -> bool:
    waiting = [content]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict) and len(one) > MOST_NAMES:
            return True
        inner = one.values() if isinstance(one, dict) else one
        waiting += [held for held in inner if isinstance(held, dict | list)] if isinstance(one, dict | list) else []
    return False


def _place(path: str, content: Any) -> str:
    """As much of a path as is of the standard. Any other name is the sender's own, and may be that of a person."""
    names = path.split(".")
    while names and not _is_of_fhir(names, content):
        names.pop()
    return ".".join(names) or "Resource"


def _is_of_fhir(names: list[str], content: Any) -> bool:
    """Whether the library knows each name, whatever else is wrong there."""
    try:
        alone = json.dumps(_alone(content, names[1:]))
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        return False
    return names[0] in fhirkit.RESOURCE_TYPES and all(one.message != UNKNOWN for one in fhirkit.validate(alone))


def _alone(held: Any, names: list[str]) -> Any:
    """What is on the way along these names and nothing else. Raises where they do not lead anywhere."""
    kind = {name: value for name, value in held.items() if name == "resourceType"}
    if not names:
        return kind
    name, _, place = names[0].rstrip("]").partition("[")
    found = None
    if len(names) > 1:
        found = _alone(held[name][int(place)] if place else held[name], names[1:])
    return {**kind, name: [found] if place else found}


def _words(message: str) -> str:
    value = NOT_VALID.match(message)
    if value:
        return f"This is not a valid FHIR {value.group(1)}. Write it as the data type in FHIR R4 asks."
    if message == UNKNOWN:
        return "An element here is none of FHIR R4. Compare what stands here with the standard, or leave it out."
    if message == "required element missing":
        return "This element is required. Add it."
    if PLAIN.fullmatch(message):
        return f"This does not fit FHIR R4: {message}. Correct it."
    return "This does not fit FHIR R4. Compare it with the definition of the resource."
