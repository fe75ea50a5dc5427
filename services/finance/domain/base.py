"""Finance's own table registry, and the arithmetic of money that several rules share."""

from collections.abc import Sequence
from fractions import Fraction
from math import floor
from typing import Any

from sqlalchemy import BigInteger
from sqlalchemy.orm import registry
from sqlmodel import SQLModel

from services.common.tables import add_platform_tables

PENCE: Any = BigInteger


class Base(SQLModel, registry=registry()):
    """Finance's tables, apart from every other service's, so that services can share a process."""


add_platform_tables(Base.metadata)


def half_up(exact: Fraction) -> int:
    """The nearest whole number, halves upwards: how Agenda for Change pay and invoices are rounded."""
    return floor(exact + Fraction(1, 2))


def shares(amount: int, weights: Sequence[int]) -> list[int]:
    """Split an amount by weight so that the parts add up to it exactly, by largest remainder.

    Spare pence go to the largest remainders, ties to the earlier one; a negative amount mirrors the positive one.
    """
    total, whole = sum(weights), abs(amount)
    parts = [whole * weight // total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda place: (-(whole * weights[place] % total), place))
    for place in by_remainder[: whole - sum(parts)]:
        parts[place] += 1
    return parts if amount >= 0 else [-part for part in parts]
