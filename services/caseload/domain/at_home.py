"""Still at home: where people are 91 days after they left hospital, as England's ASCOF measure 2B(1) asks it.

Of people aged 65 and over whom hospital discharged into care at home in a quarter, the share who are at home on the
91st day; who has died, or is in hospital or a care home, or cannot be found, counts as not at home. (Measure as
remembered, with its age and its days as rules; since 2023 the framework numbers it 2D.)
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field, col

from services.caseload.domain.base import Base
from services.caseload.domain.client import Client
from services.caseload.domain.counted import counted
from services.caseload.domain.due import Chased, index_due, require_order
from services.common.errors import Conflict, Unprocessable
from services.common.figures import Cell, Layout
from services.common.models import INSTANT, TeamOwned, only_states
from services.common.types import Code, Input, NewId, PastDay


class NewHospitalDischarge(Input):
    """Somebody came home from hospital. `hospital_ods_code` is the trust's."""

    id: NewId
    client_id: UUID
    discharged_on: PastDay
    hospital_ods_code: Code | None = None


class Whereabouts(StrEnum):
    """Sheltered and extra care housing are home; so is the family's, where somebody lives."""

    HOME = "home"
    HOSPITAL = "hospital"
    CARE_HOME = "care_home"
    DIED = "died"
    NOT_KNOWN = "not_known"


class Found(Input):
    """Where somebody was on the last day, or that they died before it."""

    found_on: PastDay
    where: Whereabouts


class DischargeAlreadyRecorded(Conflict):
    field = "/body/discharged_on"
    way_out = "Read the discharge that is there, or correct the day."

    def __init__(self) -> None:
        super().__init__("This client's discharge on that day is already recorded.")


class AlreadyFound(Conflict):
    """Where somebody was on that day is found out once."""

    field = "/path/hospital_discharge_id"
    way_out = "Read the discharge to see where they were."

    def __init__(self) -> None:
        super().__init__("It is already known where this client was.")


class TooEarlyToTell(Unprocessable):
    """Who is at home on the ninetieth day may not be on the next."""

    field = "/body/found_on"
    way_out = "Ask again on the day, which due_on names, or after it."

    def __init__(self) -> None:
        super().__init__("The day on which this is asked is still to come.")


class HospitalDischarge(Chased, TeamOwned, Base, table=True):
    """A discharge from hospital, and where the client was when the days were over. `due_on` is that day."""

    client_id: UUID = Field(foreign_key="client.id", index=True)
    discharged_on: date
    hospital_ods_code: str | None = None
    found_on: date | None = None
    found: str | None = None
    recorded_at: datetime = Field(sa_type=INSTANT)
    written_by: UUID | None

    @classmethod
    def recorded(cls, new: NewHospitalDischarge, client: Client, days: int, by: UUID | None, now: datetime) -> Self:
        about: dict[str, Any] = {"team_id": client.team_id, "written_by": by, "changed_at": now, "recorded_at": now}
        return cls(**new.model_dump(), **about, due_on=new.discharged_on + timedelta(days=days))

    def was_on(self, day: date, now: datetime) -> None:
        """The hospital names another day, such as after a discharge that was taken back. Where the client was is asked
        as many days later as before; once that is known, the day stays."""
        if self.due_on is not None and day != self.discharged_on:
            self.due_on += day - self.discharged_on
            self.discharged_on, self.changed_at = day, now

    def find(self, told: Found, by: UUID | None, now: datetime) -> None:
        """Raises `AlreadyFound`, `StepBeforeTheLast` or `TooEarlyToTell`."""
        if self.found is not None or self.due_on is None:
            raise AlreadyFound
        require_order(self.discharged_on, told.found_on, "/body/found_on")
        if told.found_on < self.due_on and told.where is not Whereabouts.DIED:
            raise TooEarlyToTell
        self.found_on, self.found, self.due_on = told.found_on, told.where, None
        self.written_by, self.changed_at = by, now


@dataclass(frozen=True)
class Discharged:
    """What the measure needs to know of one discharge."""

    client_id: UUID
    discharged_on: date
    birth_on: date | None
    found: str | None

    def counts(self, from_age: int) -> bool:
        """Whether the person was old enough; whose birth is not known is left out."""
        return self.birth_on is not None and age_on(self.birth_on, self.discharged_on) >= from_age

    @property
    def cell(self) -> str:
        if self.found is None:
            return "waiting"
        return "at_home" if self.found == Whereabouts.HOME else "elsewhere"


def age_on(birth_on: date, day: date) -> int:
    """Whole years. Who was born on 29 February is a year older on 1 March."""
    return day.year - birth_on.year - ((day.month, day.day) < (birth_on.month, birth_on.day))


# Who knows how many came home and how many are there still knows how many are not.
AT_HOME = Layout((("discharged", ("at_home", "elsewhere", "waiting")),))


def at_home_cells(found: Iterable[Discharged], from_age: int) -> dict[str, Cell]:
    """Of those who count, how many are at home, elsewhere, or not asked about yet."""
    those = [(one.client_id, one.cell) for one in found if one.counts(from_age)]
    return counted("discharged", those, "at_home", "elsewhere", "waiting")


only_states(HospitalDischarge, "found", Whereabouts)
index_due(HospitalDischarge)
Index(
    "ix_hospital_discharge_quarter",
    col(HospitalDischarge.team_id),
    col(HospitalDischarge.discharged_on),
    col(HospitalDischarge.id),
)
Index("one_discharge_a_day", col(HospitalDischarge.client_id), col(HospitalDischarge.discharged_on), unique=True)
