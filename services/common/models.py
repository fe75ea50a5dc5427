"""What every stored thing has: an id, its team, and a version that is its ETag and orders its events."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic.alias_generators import to_snake
from sqlalchemy import CheckConstraint, DateTime, Index, Table
from sqlalchemy.orm import declared_attr
from sqlmodel import Field, SQLModel
from uuid6 import uuid7

INSTANT: Any = DateTime(timezone=True)


class Stored(SQLModel):
    """A row with an identity of its own. Table names are singular and snake case."""

    id: UUID = Field(default_factory=uuid7, primary_key=True)

    @declared_attr  # type: ignore[arg-type]
    def __tablename__(cls) -> str:
        return to_snake(cls.__name__)


class Aggregate(Stored):
    """What changes as a whole: SQLAlchemy raises its version by one at every change and refuses a stale one."""

    version: int = Field(default=1, nullable=False)
    changed_at: datetime = Field(sa_type=INSTANT, nullable=False)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        table = getattr(cls, "__table__", None)
        return {} if table is None else {"version_id_col": table.c.version}


class Received(SQLModel):
    """What may be told long after it was done: when it reached us, by our own clock, whatever else is said of when.

    Of rows that are older than the column nobody knows.
    """

    received_at: datetime | None = Field(default_factory=lambda: datetime.now(UTC), sa_type=INSTANT)


class TeamOwned(Aggregate):
    """An aggregate that concerns a client or a team, and is visible to that team only."""

    team_id: UUID = Field()

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:
        """The index that every list of a team's rows walks, page by page."""
        return (Index(f"ix_{to_snake(cls.__name__)}_team", "team_id", "id"),)


def only_states(model: type[SQLModel], column: str, states: type[StrEnum]) -> None:
    """Let the database hold that a column is always one of these states."""
    table: Table = model.__table__  # type: ignore[attr-defined]
    known = ", ".join(f"'{state}'" for state in states)
    table.append_constraint(CheckConstraint(f"{column} in ({known})", name=f"{table.name}_{column}_known"))
