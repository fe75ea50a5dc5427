"""A part of a whole, kept exact: the figure that is shown always comes with what it was made of."""

from dataclasses import dataclass
from fractions import Fraction
from math import floor, lcm
from typing import Self

Exact = int | Fraction


def rounded(value: Exact, places: int) -> float:
    """Rounded half up, as people do it by hand."""
    scale: int = 10**places
    return floor(value * scale + Fraction(1, 2)) / scale


@dataclass(frozen=True)
class Share:
    """`numerator` of `denominator`, and in percent to one decimal; no percentage where the whole is nothing.

    Both are whole numbers of the same unit: as given, or a fraction of it where a part of a week makes one.
    """

    numerator: int
    denominator: int
    percent: float | None

    @classmethod
    def of(cls, part: Exact, whole: Exact) -> Self:
        unit = lcm(Fraction(part).denominator, Fraction(whole).denominator)
        percent = rounded(Fraction(part) / whole * 100, 1) if whole else None
        return cls(int(part * unit), int(whole * unit), percent)


@dataclass(frozen=True)
class Ratio:
    """`numerator` for each of `denominator`, to one decimal; no value where there is none to divide by."""

    numerator: float
    denominator: float
    value: float | None

    @classmethod
    def of(cls, many: Exact, each: Exact) -> Self:
        value = rounded(Fraction(many) / each, 1) if each else None
        return cls(rounded(many, 2), rounded(each, 2), value)
