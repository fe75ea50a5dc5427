"""SNOMED CT concept identifiers, which dm+d uses for its products as well: checked, so that a slip is seen at once."""

from typing import Annotated

from pydantic import AfterValidator
from pydantic import StringConstraints as Shape

TURNED_BY = "1576283094"
TURNS = 8
HALF = 5


def is_sctid(code: str) -> bool:
    """Whether its check digit is right: Verhoeff's (SNOMED CT Release File Specification, 6.4)."""
    check = 0
    for place, digit in enumerate(map(int, reversed(code))):
        turned = digit
        for _ in range(place % TURNS):
            turned = int(TURNED_BY[turned])
        check = _times(check, turned)
    return check == 0


def _times(one: int, other: int) -> int:
    """Turns and flips of a pentagon, one after the other: 0 to 4 turn it, 5 to 9 flip it first."""
    turned = (one + other) % HALF if one < HALF else (one - other) % HALF
    return turned if (one < HALF) == (other < HALF) else HALF + turned


def _checked(code: str) -> str:
    if not is_sctid(code):
        raise ValueError("is not a SNOMED CT or dm+d code: its check digit is wrong, so compare it with the label")
    return code


# Of a concept, as its two digits before the last say; the first is never 0.
SnomedCode = Annotated[str, Shape(pattern=r"^[1-9][0-9]{2,14}[01]0[0-9]$"), AfterValidator(_checked)]
