"""How the value of a search parameter is read, by the parameter's type and modifier."""

import re
from collections.abc import Callable, Iterable
from uuid import UUID

from services.interop.fhir import times, tokens
from services.interop.fhir.asked import Amounts, AnyToken, BadSearch, Between, Search, Times
from services.interop.fhir.registry import SearchParameter

MOST_VALUES = 100
PREFIXED = re.compile(r"(eq|ne|gt|ge|lt|le|sa|eb)?(.+)", re.ASCII)
NUMBER = re.compile(r"-?\d{1,12}(?:\.(\d{1,6}))?", re.ASCII)
# The ends of a time are compared for these; a change is one instant, and has no need of them.
OF_PERIODS = {"sa", "eb"}
# Names that begin with the same one or two letters are not few.
FEW_START_SO = 3
MISSING = {"true": False, "false": True}


def alternatives(name: str, value: str) -> list[str]:
    values = [part for part in value.split(",") if part]
    if not 0 < len(values) <= MOST_VALUES:
        raise BadSearch.at_parameter(name, "Give between 1 and 100 values.")
    return values


def uuids(texts: Iterable[str]) -> list[UUID]:
    """What is not an id of ours finds nothing, which is not an error in FHIR."""
    found: list[UUID] = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


def compared(name: str, value: str) -> Times:
    """Raises `BadSearch`."""
    prefix, text = _prefixed(value)
    try:
        start, end = times.stretch(text)
    except (ValueError, OverflowError) as error:
        raise BadSearch.at_parameter(name, "This is not a FHIR date or instant with its offset.") from error
    return Times(name, prefix, start, end)


def changed(name: str, value: str) -> Between:
    """A change is one instant. Raises `BadSearch`."""
    time = compared(name, value)
    if time.prefix in OF_PERIODS:
        raise BadSearch.at_parameter(name, "This parameter takes no prefix sa or eb.")
    stretches = {
        "eq": Between(time.start, time.end),
        "ne": Between(time.start, time.end, inside=False),
        "gt": Between(time.end, None),
        "ge": Between(time.start, None),
        "lt": Between(None, time.start),
        "le": Between(None, time.end),
    }
    return stretches[time.prefix]


def _prefixed(value: str) -> tuple[str, str]:
    found = PREFIXED.fullmatch(value)
    return (found[1] or "eq", found[2]) if found else ("eq", value)


def apply(search: Search, parameter: SearchParameter, modifier: str, value: str) -> str:
    """Add what is asked; what of it a link may repeat is given back. Raises `BadSearch`."""
    if modifier == "missing":
        return _read_missing(search, parameter, value)
    read, modifiers = READERS[parameter.type]
    if modifier not in modifiers and modifier not in parameter.targets:
        raise BadSearch.at_parameter(parameter.name, "This parameter does not take this modifier here.")
    return read(search, parameter, modifier, value)


def _read_missing(search: Search, parameter: SearchParameter, value: str) -> str:
    if value not in MISSING:
        raise BadSearch.at_parameter(parameter.name, ":missing is true or false.")
    search.tokens.append(AnyToken([tokens.present(parameter.name)], is_there=MISSING[value]))
    return value


def _read_token(search: Search, parameter: SearchParameter, modifier: str, value: str) -> str:
    texts = alternatives(parameter.name, value)
    found = [tokens.asked(parameter.name, text, parameter.system) for text in texts]
    # A system alone is that of many identifiers.
    of_few = parameter.name == "identifier" and modifier != "not" and not any(text.endswith("|") for text in texts)
    search.tokens.append(AnyToken(found, is_there=modifier != "not", of_few=of_few))
    return value


def _read_reference(search: Search, parameter: SearchParameter, modifier: str, value: str) -> str:
    if modifier == "identifier":
        name = f"{parameter.name}:identifier"
        search.tokens.append(AnyToken([tokens.asked(name, text) for text in alternatives(parameter.name, value)]))
        return value
    wanted = [reference for text in alternatives(parameter.name, value) for reference in _references(parameter, text)]
    if modifier:
        wanted = [reference for reference in wanted if reference.startswith(f"{modifier}/")]
    search.tokens.append(AnyToken([f"{parameter.name}{tokens.OF}{reference}" for reference in wanted]))
    # What is no id of ours may be anything, and no link repeats it.
    return ",".join(wanted)


def _references(parameter: SearchParameter, text: str) -> list[str]:
    """The references that a text may stand for: a type and an id, at any address, or an id alone."""
    before, _, last = text.rpartition("/")
    named = before.rpartition("/")[2]
    return [f"{target}/{found}" for found in uuids([last]) for target in parameter.targets if named in ("", target)]


def _read_string(search: Search, parameter: SearchParameter, modifier: str, value: str) -> str:
    name, texts = parameter.name, alternatives(parameter.name, value)
    if modifier == "exact":
        search.tokens.append(AnyToken([f"{name}:exact{tokens.OF}{text}" for text in texts], of_few=True))
        return value
    starts = [tokens.folded(text) for text in texts]
    if any(not 0 < len(start) <= tokens.LONGEST_START for start in starts):
        raise BadSearch.at_parameter(name, "Give between 1 and 40 letters, or :exact and the whole.")
    search.tokens.append(_starting(parameter, starts))
    return value


def _starting(parameter: SearchParameter, starts: list[str]) -> AnyToken:
    """What begins as one of these texts; of a name in several parts, each word begins some part of it.

    So `name=Maureen Tabor` finds who has the one as given and the other as family name.
    """
    of_words = [start.split() if len(parameter.paths) > 1 else [start] for start in starts]
    named = [tuple(f"{parameter.name}{tokens.OF}{word}" for word in words) for words in of_words]
    together = tuple(words for words in named if len(words) > 1)
    of_few = all(max(map(len, words), default=0) >= FEW_START_SO for words in of_words)
    return AnyToken([words[0] for words in named if len(words) == 1], together=together, of_few=of_few)


def _read_time(search: Search, parameter: SearchParameter, modifier: str, value: str) -> str:
    if parameter.paths:
        search.times.append(compared(parameter.name, value))
    else:
        search.changed.append(changed(parameter.name, value))
    return value


def _read_amount(search: Search, parameter: SearchParameter, modifier: str, value: str) -> str:
    """`prefix amount|system|unit`: the system is UCUM wherever there is an amount here."""
    prefix, text = _prefixed(value)
    number, *unit = text.split("|")
    found = NUMBER.fullmatch(number)
    if found is None or len(unit) not in {0, 2}:
        raise BadSearch.at_parameter(parameter.name, "This is not an amount, nor amount|system|unit.")
    half = 0.5 * 10 ** -len(found[1] or "")
    exact = float(number)
    wanted = Amounts(parameter.name, prefix, exact, exact - half, exact + half, unit[1] if unit else None)
    search.amounts.append(wanted)
    return value


# How each type of parameter is read, and with which modifiers; a reference takes its targets as well.
Reader = Callable[[Search, SearchParameter, str, str], str]
READERS: dict[str, tuple[Reader, frozenset[str]]] = {
    "token": (_read_token, frozenset({"", "not"})),
    "reference": (_read_reference, frozenset({"", "identifier"})),
    "string": (_read_string, frozenset({"", "exact"})),
    "date": (_read_time, frozenset({""})),
    "quantity": (_read_amount, frozenset({""})),
}
