"""Roster's own table registry, and the words that several of its records share."""

from enum import StrEnum

from sqlalchemy.orm import registry
from sqlmodel import SQLModel

from services.common.tables import add_platform_tables


class Base(SQLModel, registry=registry()):
    """Roster's tables, apart from every other service's, so that services can share a process."""


add_platform_tables(Base.metadata)


class Channel(StrEnum):
    """How a visit takes place (CSDS consultation mechanism, in the team's words)."""

    IN_PERSON = "in_person"
    PHONE = "phone"
    VIDEO = "video"


class Weekday(StrEnum):
    """A day of the week in England, in the order of `date.weekday()`."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"
