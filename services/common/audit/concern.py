"""Whom a request concerns: noted as rows are read and written, so that no query can forget to say so."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import event
from sqlalchemy.orm import Session

NOTES = "concern"


@dataclass
class Concern:
    """The clients and teams of the rows that a transaction read or wrote."""

    _seen: list[tuple[UUID | None, UUID | None]] = field(default_factory=list)
    # Rows that had no client when they were seen, and may have been given one since.
    _without: list[Any] = field(default_factory=list)
    _named: set[UUID] = field(default_factory=set)

    def see(self, row: Any) -> None:
        client, team = _of(row)
        if client is None and "client_id" in row.__dict__:
            self._without.append(row)
        self._seen.append((client, team))

    def note(self, client_id: UUID | None, team_id: UUID | None) -> None:
        """Of a row that was read as it is, and so did not go through the session."""
        self._seen.append((client_id, team_id))

    def unsee(self, rows: Iterable[Any]) -> None:
        """These were read for the sake of others, and nobody is told of them."""
        for row in rows:
            if _of(row) in self._seen:
                self._seen.remove(_of(row))

    def name(self, client_ids: Iterable[UUID]) -> None:
        self._named.update(client_ids)

    def clients(self) -> Sequence[UUID]:
        late = (_of(row)[0] for row in self._without)
        found = {*self._named, *late, *(client for client, _ in self._seen)} - {None}
        return sorted(client for client in found if client is not None)

    def team(self) -> UUID | None:
        """The team, where it was only one."""
        teams = {team for _, team in self._seen if team is not None}
        return teams.pop() if len(teams) == 1 else None


def _of(row: Any) -> tuple[UUID | None, UUID | None]:
    """Whose row it is. Read from what is loaded, for nothing may be asked of the database meanwhile."""
    loaded = row.__dict__
    is_client = getattr(row, "__tablename__", "") == "client"
    return loaded.get("id" if is_client else "client_id"), loaded.get("team_id")


class NotingSession(Session):
    """A session that notes what goes through it, where somebody wants to know."""


@event.listens_for(NotingSession, "loaded_as_persistent")
@event.listens_for(NotingSession, "pending_to_persistent")
def _note(session: Session, row: Any) -> None:
    concern: Concern | None = session.info.get(NOTES)
    if concern is not None:
        concern.see(row)
