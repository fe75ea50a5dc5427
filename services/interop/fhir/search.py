"""What a FHIR search asks for, read strictly: a parameter understood wrongly would show the wrong person."""

import re
from collections.abc import Callable, Iterable
from urllib.parse import parse_qsl

from services.common.paging import MAX_LIMIT
from services.interop.fhir import registry, tokens, values
from services.interop.fhir.asked import (
    BadSearch,
    ChainedSearch,
    IdentifierInAddress,
    Included,
    PersonInAddress,
    Search,
    UnknownParameter,
)
from services.interop.fhir.registry import SearchParameter, ServedType
from services.interop.fhir.validation.targets import TARGETS
from services.interop.fhir.xml_out import XML_TYPES

MOST_PARAMETERS = 50
CURSOR = "_cursor"
REVERSE_CHAIN = "_has"
# They change how an answer looks and not what it holds. The links of a page in XML lead to pages in XML.
ALWAYS_ALLOWED = {"_format", "_pretty"}
# The parameters by which a resource says whom it is about.
OF_A_PATIENT = {"patient", "subject"}
PEOPLE = {"Patient", "RelatedPerson"}
SUMMARIES = {"false", "count", "data"}
TOTALS = {"none": False, "accurate": True, "estimate": True}
# What is said back of a parameter that is not known; anything else might be a number of somebody.
A_NAME = re.compile(r"[A-Za-z_][A-Za-z_.:-]{0,39}", re.ASCII)


def parameters(text: str) -> list[tuple[str, str]]:
    """The pairs of a query string or form. Raises `BadSearch`."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_PARAMETERS, errors="strict")
    except ValueError as error:
        raise BadSearch("The parameters cannot be read.") from error
    if any(ord(letter) < 32 or "\ud800" <= letter <= "\udfff" for name, value in pairs for letter in name + value):
        raise BadSearch("A parameter holds a control character.")
    return pairs


def parse(
    kind: ServedType, in_address: Iterable[tuple[str, str]], in_body: Iterable[tuple[str, str]], *, strict: bool
) -> Search:
    """Raises `BadSearch`, or `UnknownParameter` where the caller is strict."""
    search = Search()
    for is_private, pairs in ((False, in_address), (True, in_body)):
        for name, value in pairs:
            _read(search, kind, name, value, may_name_a_person=is_private)
    # Whatever else was asked of the page, in whatever order.
    search.count = 0 if search.summary == "count" else search.count
    if strict and search.ignored:
        raise UnknownParameter("This server does not know one of the search parameters.")
    return search


def _read(search: Search, kind: ServedType, name: str, value: str, *, may_name_a_person: bool) -> None:
    """One parameter, into the search; what is not known is noted."""
    base, _, modifier = name.partition(":")
    if base in ALWAYS_ALLOWED:
        search.applied += [(base, "xml")] if value.replace(" ", "+") in XML_TYPES else []
        return
    if base == REVERSE_CHAIN or "." in name:
        _read_chain(search, kind, name, value, may_name_a_person=may_name_a_person)
    elif base in CONTROLS and (kind.is_record or base in {"_count", CURSOR}):
        if modifier:
            raise BadSearch.at_parameter(base, "This parameter takes no modifier here.")
        CONTROLS[base](search, kind, value)
    else:
        parameter = kind.parameter(base)
        if parameter is None:
            search.ignored.append(base if A_NAME.fullmatch(base) and not tokens.holds_nhs_number(base) else "")
        elif not value:
            raise BadSearch.at_parameter(base, "This parameter has no value. Give one, or leave it out.")
        else:
            _read_filter(search, kind, parameter, modifier, value, may_name_a_person=may_name_a_person)


def _read_filter(
    search: Search, kind: ServedType, parameter: SearchParameter, modifier: str, value: str, *, may_name_a_person: bool
) -> None:
    name = parameter.name
    is_private = modifier != "missing" and _names_a_person(kind, parameter, modifier, value)
    if is_private and not may_name_a_person:
        raise _in_address(name)
    repeated = _understood(search, parameter, modifier, value)
    # Ids alone are repeated of a reference; of all else what was sent, which may be a number in the wrong place.
    if tokens.holds_nhs_number(repeated):
        if not may_name_a_person:
            raise _in_address(name)
        is_private = True
    search.is_private |= is_private
    if not repeated:
        search.unusable.append(name)
    elif not is_private:
        search.applied.append((f"{name}:{modifier}" if modifier else name, repeated))


def _understood(search: Search, parameter: SearchParameter, modifier: str, value: str) -> str:
    """Add what is asked; what of it a link may repeat is given back. Raises `BadSearch`."""
    name = parameter.name
    if name in OWN_READERS and modifier in {"", *parameter.targets}:
        return OWN_READERS[name](search, value)
    if modifier and not parameter.paths:
        raise BadSearch.at_parameter(name, "This parameter does not take this modifier here.")
    return values.apply(search, parameter, modifier, value)


def _in_address(name: str) -> BadSearch:
    return IdentifierInAddress() if name == "identifier" else PersonInAddress(name)


def _names_a_person(kind: ServedType, parameter: SearchParameter, modifier: str, value: str) -> bool:
    texts = [text for text in value.split(",") if text]
    if parameter.names_a_person or any(tokens.names_the_system(text) for text in texts):
        return True
    may_be_one = parameter.name == "identifier" or (modifier == "identifier" and _may_be_a_person(kind, parameter))
    return may_be_one and any(tokens.names_a_person(text) for text in texts)


def _may_be_a_person(kind: ServedType, parameter: SearchParameter) -> bool:
    """Whether a reference may lead to a patient, or to somebody close to one."""
    led_to = {target for path in parameter.paths for target in TARGETS.get(f"{kind.name}.{path}", ())}
    return not led_to.isdisjoint(PEOPLE) or not PEOPLE.isdisjoint(parameter.targets)


def _read_chain(search: Search, kind: ServedType, name: str, value: str, *, may_name_a_person: bool) -> None:
    """One step: to the patient that a resource is about, or by `_has` to what is about a patient.

    Raises `ChainedSearch` for any other; an identifier on the way is as private as anywhere.
    """
    other, of, parameter = _steps(kind, name)
    inner = Search()
    if other.parameter(parameter.partition(":")[0]) is None:
        raise ChainedSearch
    _read(inner, other, parameter, value, may_name_a_person=may_name_a_person)
    search.is_private |= inner.is_private
    search.unusable += inner.unusable
    if of == REVERSE_CHAIN:
        search.had.append((other.name, inner))
    else:
        search.of_patients.append(inner)
    search.applied += [(f"{name.removesuffix(parameter)}{asked}", said) for asked, said in inner.applied]


def _steps(kind: ServedType, name: str) -> tuple[ServedType, str, str]:
    """The type that is searched on the way, how it is reached, and the parameter that it is searched by."""
    if name.startswith(f"{REVERSE_CHAIN}:") and kind.name == "Patient":
        _, source, reference, *rest = [*name.split(":", 3), ""][:4]
        other, parameter = registry.SERVED.get(source), ":".join(rest)
        if other is None or reference not in OF_A_PATIENT or other.parameter(reference) is None:
            raise ChainedSearch
        return other, REVERSE_CHAIN, parameter
    reference, _, parameter = name.partition(".")
    base, _, target = reference.partition(":")
    if base not in OF_A_PATIENT or target not in {"", "Patient"} or kind.parameter(base) is None or "." in parameter:
        raise ChainedSearch
    if not kind.is_record:
        raise ChainedSearch
    return registry.SERVED["Patient"], base, parameter


def _read_id(search: Search, value: str) -> str:
    search.ids.append(values.uuids(values.alternatives("_id", value)))
    return ",".join(map(str, search.ids[-1]))


def _read_patient(search: Search, value: str) -> str:
    references = values.alternatives("patient", value)
    search.patients.append(values.uuids(reference.rpartition("Patient/")[2] for reference in references))
    return ",".join(map(str, search.patients[-1]))


def _read_changed(search: Search, value: str) -> str:
    search.changed.append(values.changed("_lastUpdated", value))
    return value


def _read_since(search: Search, value: str) -> str:
    search.changed.append(values.changed("_since", f"ge{value}"))
    return value


def _read_count(search: Search, kind: ServedType, value: str) -> None:
    if not value.isascii() or not value.isdigit() or len(value) > 9:
        raise BadSearch.at_parameter("_count", "_count is a whole number from 0 on.")
    search.count = min(int(value), MAX_LIMIT)
    search.applied.append(("_count", value))


def _read_cursor(search: Search, kind: ServedType, value: str) -> None:
    search.cursor = value


def _read_sort(search: Search, kind: ServedType, value: str) -> None:
    """By id alone: what is changed meanwhile would come twice, or never, in any other order."""
    if value not in {"_id", "-_id"}:
        raise BadSearch.at_parameter("_sort", "This server sorts by _id or -_id, in which its pages follow each other.")
    search.newest_first = value == "-_id"
    search.applied.append(("_sort", value))


def _read_total(search: Search, kind: ServedType, value: str) -> None:
    if value not in TOTALS:
        raise BadSearch.at_parameter("_total", "_total is none, estimate or accurate.")
    search.wants_total = TOTALS[value]
    search.applied.append(("_total", value))


def _read_summary(search: Search, kind: ServedType, value: str) -> None:
    if value not in SUMMARIES:
        raise BadSearch.at_parameter(
            "_summary", "_summary is count, data or false here; _elements names what is wanted."
        )
    search.summary = value
    search.applied.append(("_summary", value))


def _read_elements(search: Search, kind: ServedType, value: str) -> None:
    names = values.alternatives("_elements", value)
    if not all(name.isascii() and name.isalpha() for name in names):
        raise BadSearch.at_parameter("_elements", "_elements takes the names of elements at the top of a resource.")
    search.elements = frozenset(names)
    search.applied.append(("_elements", value))


def _read_include(search: Search, kind: ServedType, value: str) -> None:
    """`Type:parameter` or `Type:parameter:Target`, of the type that is searched."""
    source, _, rest = value.partition(":")
    name, *target = rest.split(":")
    known = kind.parameter(name) if source == kind.name else None
    if known is None or not known.targets or (target and target[0] not in known.targets) or len(target) > 1:
        raise BadSearch.at_parameter("_include", "There is no such reference from this type to a type served here.")
    search.included += [Included(source, name, found) for found in target or known.targets]
    search.applied.append(("_include", value))


def _read_revinclude(search: Search, kind: ServedType, value: str) -> None:
    """`Type:parameter`, of a type that refers to the one that is searched."""
    source, _, name = value.partition(":")
    other = registry.SERVED.get(source)
    known = other.parameter(name.partition(":")[0]) if other else None
    if known is None or kind.name not in known.targets or name.partition(":")[2] not in {"", kind.name}:
        raise BadSearch.at_parameter("_revinclude", "There is no such reference to this type from a type served here.")
    search.referring.append(Included(source, known.name, kind.name))
    search.applied.append(("_revinclude", value))


OWN_READERS: dict[str, Callable[[Search, str], str]] = {
    "_id": _read_id,
    "_lastUpdated": _read_changed,
    "_since": _read_since,
    "patient": _read_patient,
}
CONTROLS: dict[str, Callable[[Search, ServedType, str], None]] = {
    "_count": _read_count,
    CURSOR: _read_cursor,
    "_sort": _read_sort,
    "_total": _read_total,
    "_summary": _read_summary,
    "_elements": _read_elements,
    "_include": _read_include,
    "_revinclude": _read_revinclude,
}
