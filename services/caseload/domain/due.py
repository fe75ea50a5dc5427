"""What is waited for: the day by which somebody is to do the next thing, in one shape for whatever is chased."""

from datetime import date
from enum import StrEnum

from sqlalchemy import Index, Table, text
from sqlmodel import SQLModel

from services.common.errors import Unprocessable


class Due(StrEnum):
    """How much of it is asked for: all that is waited for, what is to be done by today, or only what is late."""

    WAITING = "waiting"
    DUE = "due"
    OVERDUE = "overdue"


class Chased(SQLModel):
    """`due_on` is the last day for the next step; without one nothing is waited for any more."""

    due_on: date | None = None


class StepBeforeTheLast(Unprocessable):
    """Steps follow each other."""

    field = "/body"
    way_out = "Correct the day: it is not before the day of the step that came before."

    def __init__(self, field: str) -> None:
        super().__init__("This step is dated before the one that it follows.", field=field)


def require_order(earlier: date | None, later: date, field: str) -> None:
    """Raises `StepBeforeTheLast`."""
    if earlier is not None and later < earlier:
        raise StepBeforeTheLast(field)


def index_due(model: type[SQLModel]) -> None:
    """Let the lists of what is due walk over what is waited for alone."""
    table: Table = model.__table__  # type: ignore[attr-defined]
    Index(f"ix_{table.name}_due", table.c.team_id, table.c.due_on, postgresql_where=text("due_on is not null"))
