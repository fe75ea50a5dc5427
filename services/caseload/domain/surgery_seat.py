"""Surgery seat: somebody of a GP surgery sees its own patients among the clients (mission row 1.30)."""

from datetime import datetime, timedelta
from typing import Annotated, Self
from uuid import UUID

from pydantic import BeforeValidator
from pydantic import Field as Shape
from sqlalchemy import Index, text
from sqlmodel import Field, col

from services.caseload.domain.base import Base
from services.caseload.domain.guest_seat import Subject
from services.common.errors import Conflict, Forbidden
from services.common.models import INSTANT, TeamOwned
from services.common.types import Input, Name, NewId


def in_capitals(code: object) -> object:
    """ODS codes are written in capitals; somebody who writes otherwise means the same surgery."""
    return code.strip().upper() if isinstance(code, str) else code


# NHS Data Dictionary, ORGANISATION CODE: a practice's is a letter and five digits, and others are shorter or longer.
OdsCode = Annotated[str, Shape(pattern=r"^[A-Z0-9]{3,12}$"), BeforeValidator(in_capitals)]


class NewSurgerySeat(Input):
    """Who of which surgery, by the `sub` of their sign-in, and what they work as there."""

    id: NewId
    team_id: UUID
    ods_code: OdsCode
    guest: Subject
    role: Name


class AlreadySeated(Conflict):
    """At one surgery somebody has one seat from a team at a time, so that ending it ends all of it."""

    field = "/body/guest"
    way_out = "End the seat that is open, or wait until it ends, and then give another."

    def __init__(self) -> None:
        super().__init__("This person has a seat at this surgery already.")


class SeatConfirmedByOnePerson(Forbidden):
    """Who sees a surgery's patients is two people's word, for a wrong code shows the wrong people."""

    field = "/path/surgery_seat_id"
    way_out = "Ask another member of the team to compare the name and the surgery, and to confirm the seat."

    def __init__(self) -> None:
        super().__init__("Whoever gave a seat does not confirm it.")


class SurgerySeatAlreadyConfirmed(Conflict):
    field = "/path/surgery_seat_id"
    way_out = "Nothing needs to be done: the seat is in use."

    def __init__(self) -> None:
        super().__init__("This surgery seat has been confirmed.")


class SurgerySeatAlreadyEnded(Conflict):
    """A seat ends once: when a member of the team ends it, or with its last day."""

    field = "/path/surgery_seat_id"
    way_out = "Nothing is shown through this seat any more. Where it is needed again, give a new one."

    def __init__(self) -> None:
        super().__init__("This surgery seat has ended.")


class SurgerySeat(TeamOwned, Base, table=True):
    """What one person of a surgery sees by: nothing before another member confirms it, nothing once it has ended."""

    ods_code: str
    guest: str
    role: str
    given_by: UUID | None
    until_at: datetime = Field(sa_type=INSTANT)
    confirmed_by: UUID | None = None
    confirmed_at: datetime | None = Field(default=None, sa_type=INSTANT)
    ended_by: UUID | None = None
    ended_at: datetime | None = Field(default=None, sa_type=INSTANT)

    @classmethod
    def given(cls, new: NewSurgerySeat, days: int, by: UUID | None, now: datetime) -> Self:
        return cls(**new.model_dump(), given_by=by, until_at=now + timedelta(days=days), changed_at=now)

    def confirm(self, by: UUID | None, now: datetime) -> None:
        """Raises `SurgerySeatAlreadyEnded`, `SurgerySeatAlreadyConfirmed` or `SeatConfirmedByOnePerson`."""
        self._require_open(now)
        if self.confirmed_at is not None:
            raise SurgerySeatAlreadyConfirmed
        if by is None or by == self.given_by:
            raise SeatConfirmedByOnePerson
        self.confirmed_by, self.confirmed_at, self.changed_at = by, now, now

    def end(self, by: UUID | None, now: datetime) -> None:
        """Raises `SurgerySeatAlreadyEnded`."""
        self._require_open(now)
        self.ended_by, self.ended_at, self.changed_at = by, now, now

    def _require_open(self, now: datetime) -> None:
        if self.ended_at is not None or self.until_at <= now:
            raise SurgerySeatAlreadyEnded


Index("ix_surgery_seat_guest", col(SurgerySeat.guest), postgresql_where=text("ended_at is null"))
