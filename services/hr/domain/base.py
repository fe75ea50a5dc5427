"""hr's own table registry, and what several records share: roles and periods."""

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, Table
from sqlalchemy.orm import registry
from sqlmodel import SQLModel

from services.common.errors import Unprocessable
from services.common.tables import add_platform_tables


class Base(SQLModel, registry=registry()):
    """hr's tables, apart from every other service's, so that services can share a process."""


add_platform_tables(Base.metadata)


class Role(StrEnum):
    """What somebody works as. None of them is a manager of people."""

    REGISTERED_NURSE = "registered_nurse"
    ASSISTANT_PRACTITIONER = "assistant_practitioner"
    COACH = "coach"
    SOCIAL_WORKER = "social_worker"
    OTHER = "other"


class EndsBeforeItStarts(Unprocessable):
    """A period includes its first and its last day, so the last is never before the first."""

    field = "/body/until_on"
    way_out = "Give a last day on or after the first day, or leave it out while no end is agreed."

    def __init__(self) -> None:
        super().__init__("The last day lies before the first day.")


def require_order(from_on: date, until_on: date | None) -> None:
    """Raises `EndsBeforeItStarts`."""
    if until_on is not None and until_on < from_on:
        raise EndsBeforeItStarts


def keeps_order(model: type[SQLModel]) -> None:
    """Let the database hold that a period never ends before it starts."""
    table: Table = model.__table__  # type: ignore[attr-defined]
    table.append_constraint(CheckConstraint("until_on >= from_on", name=f"{table.name}_ends_after_it_starts"))
