"""Medicine: what a client is to be given, how much, by which route and when, and how near together it may be given."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field as Shape
from pydantic import StringConstraints, model_validator
from sqlalchemy import CheckConstraint, Column, Index, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, col

from services.caseload.domain.base import Base
from services.caseload.domain.client import Client
from services.caseload.domain.rule import RuleCode
from services.caseload.domain.snomed import SnomedCode
from services.common.errors import Conflict, Unprocessable
from services.common.models import INSTANT, TeamOwned, only_states
from services.common.types import ENGLAND, Day, Input, Minutes, Name, NewId, Words, day_in_england

A_DAY, A_MINUTE = timedelta(days=1), timedelta(minutes=1)
# On the clocks of England.
TimeOfDay = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Interval = Annotated[int, Shape(strict=True, ge=1, le=14 * 24 * 60)]
Doses = Annotated[int, Shape(strict=True, ge=1, le=48)]
StockAmount = Annotated[int, Shape(strict=True, ge=1, le=1_000_000)]


class MedicineRoute(StrEnum):
    """How it is given."""

    ORAL = "oral"
    SUBLINGUAL = "sublingual"
    BUCCAL = "buccal"
    ENTERAL = "enteral"
    SUBCUTANEOUS = "subcutaneous"
    INTRAMUSCULAR = "intramuscular"
    INTRAVENOUS = "intravenous"
    TRANSDERMAL = "transdermal"
    TOPICAL = "topical"
    INHALED = "inhaled"
    NEBULISED = "nebulised"
    EYE = "eye"
    EAR = "ear"
    NASAL = "nasal"
    RECTAL = "rectal"
    VAGINAL = "vaginal"


class StockUnit(StrEnum):
    """What a controlled drug's stock is counted in; liquids in microlitres, so that every balance is exact."""

    TABLET = "tablet"
    CAPSULE = "capsule"
    AMPOULE = "ampoule"
    PATCH = "patch"
    SUPPOSITORY = "suppository"
    MICROLITRE = "microlitre"


class AsNeeded(Input):
    """What it is for, how long must lie between two doses, and how many there may be within any 24 hours."""

    purpose: Name
    minimum_interval_minutes: Interval
    maximum_in_24_hours: Doses


class ControlledDrug(Input):
    """How its stock is counted, and how much of it one dose takes."""

    unit: StockUnit
    per_dose: StockAmount


class NewMedicine(Input):
    """What was prescribed. Given at times of the day, every so many days, or when it is needed.

    `replaces_id` is the stopped medicine in whose place it comes: what was given of one counts for the other.

    `window_minutes` is how long before and after its time a dose may be given; without it the rules say.
    """

    id: NewId
    client_id: UUID
    replaces_id: UUID | None = None
    drug: Name
    snomed_code: SnomedCode | None = None
    dose: Name
    route: MedicineRoute
    times: list[TimeOfDay] = Shape(default=[], max_length=24)
    every_days: Annotated[int, Shape(strict=True, ge=1, le=366)] = 1
    as_needed: AsNeeded | None = None
    time_critical: bool = False
    window_minutes: Minutes | None = None
    starts_on: Day
    ends_on: Day | None = None
    controlled: ControlledDrug | None = None

    @model_validator(mode="after")
    def _says_when(self) -> Self:
        if bool(self.times) == (self.as_needed is not None):
            raise ValueError("say when it is given, by times or by as_needed, and not by both")
        if self.as_needed is not None and (self.time_critical or self.window_minutes or self.every_days != 1):
            raise ValueError("time_critical, window_minutes and every_days belong to times")
        if sorted(set(self.times)) != self.times:
            raise ValueError("name each of the times once, the earliest first")
        if self.ends_on is not None and self.ends_on < self.starts_on:
            raise ValueError("ends_on must not be before starts_on")
        return self


class TimesTooClose(Unprocessable):
    """Each moment belongs to one dose, so that nobody can take one dose for two."""

    field = "/body/times"
    way_out = "Put the times further apart, or give a shorter window_minutes."

    def __init__(self, minutes: int) -> None:
        super().__init__(f"Two of the times lie less than {minutes} minutes apart, which is twice the window.")


class MedicineNotInForce(Conflict):
    """What has not begun, has ended or was stopped is not given."""

    field = "/body/happened_at"
    way_out = "Correct the time, or add what is prescribed now as a medicine of its own."

    def __init__(self) -> None:
        super().__init__("This medicine was not to be given at that time.")


class MedicineAlreadyStopped(Conflict):
    field = "/path/medicine_id"
    way_out = "Nothing needs to be done: it is not given any more."

    def __init__(self) -> None:
        super().__init__("This medicine has been stopped.")


class StillGiven(Conflict):
    """What comes in another's place begins when that one has ended, so that no dose is given of both."""

    field = "/body/replaces_id"
    way_out = "Stop the medicine first, or leave replaces_id out if both are to be given; name one of this client's."

    def __init__(self) -> None:
        super().__init__("The medicine in whose place this one comes is not a stopped one of this client.")


class Stop(Input):
    """Why it is not given any more. What is prescribed instead is another medicine, so that the record stays true."""

    reason: Words


class Medicine(TeamOwned, Base, table=True):
    """FHIR MedicationRequest, as the team carries it out; it is never changed, only stopped.

    The stock of a controlled drug is the balance of its entries.
    """

    client_id: UUID = Field(foreign_key="client.id")
    replaces_id: UUID | None = Field(default=None, foreign_key="medicine.id")
    # The first of those that came in each other's place: what was given of one of them was given of all.
    course_id: UUID = Field(foreign_key="medicine.id", index=True)
    # A dose that was due before is nobody's lateness: then it was added, or its client's care was resumed.
    awaited_from: datetime = Field(sa_type=INSTANT)
    drug: str
    snomed_code: str | None = None
    dose: str
    route: str
    times: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    every_days: int
    purpose: str | None = None
    minimum_interval_minutes: int | None = None
    maximum_in_24_hours: int | None = None
    time_critical: bool
    window_minutes: int | None = None
    starts_on: date
    ends_on: date | None = None
    stock_unit: str | None = None
    stock_per_dose: int | None = None
    stock: int | None = None
    added_by: UUID | None
    stopped_at: datetime | None = Field(default=None, sa_type=INSTANT)
    stopped_by: UUID | None = None
    stop_reason: str | None = None

    @classmethod
    def added(cls, new: NewMedicine, client: Client, by: UUID | None, now: datetime) -> Self:
        return cls(
            **new.model_dump(exclude={"as_needed", "controlled"}),
            **(new.as_needed.model_dump() if new.as_needed else {}),
            **_stock(new.controlled),
            course_id=new.id,
            team_id=client.team_id,
            added_by=by,
            awaited_from=now,
            changed_at=now,
        )

    def follow(self, stopped: Self) -> None:
        """Raises `StillGiven`."""
        if stopped.stopped_at is None or stopped.client_id != self.client_id:
            raise StillGiven
        self.course_id = stopped.course_id

    def require_times_apart(self, window: timedelta) -> None:
        """A window reaches both ways, and each moment belongs to one dose. Raises `TimesTooClose`."""
        if self.times and self.spacing < 2 * window:
            raise TimesTooClose(int(2 * window / A_MINUTE))

    @property
    def spacing(self) -> timedelta:
        """Between the two doses that lie closest, as they are planned."""
        return min(later - earlier for earlier, later in self._neighbours())

    @property
    def is_as_needed(self) -> bool:
        return not self.times

    @property
    def is_controlled(self) -> bool:
        return self.stock_unit is not None

    @property
    def window_rule(self) -> RuleCode:
        return RuleCode.TIME_CRITICAL_MINUTES if self.time_critical else RuleCode.MEDICINE_MINUTES

    def stop(self, stop: Stop, by: UUID | None, now: datetime) -> None:
        """Raises `MedicineAlreadyStopped`."""
        if self.stopped_at is not None:
            raise MedicineAlreadyStopped
        self.stopped_at, self.stopped_by, self.stop_reason, self.changed_at = now, by, stop.reason, now

    def is_due_on(self, day: date) -> bool:
        has_ended = self.ends_on is not None and day > self.ends_on
        return not has_ended and day >= self.starts_on and (day - self.starts_on).days % self.every_days == 0

    def doses_on(self, day: date) -> list[datetime]:
        """When it is due on this day, in UTC; a time that the clocks leave out counts as an hour later."""
        return [_at(day, time) for time in self.times] if self.is_due_on(day) else []

    def dose_at(self, at: datetime, window: timedelta) -> datetime | None:
        """The dose that this moment belongs to: the latest whose window has opened, or the first of all before that.

        None for what is given when it is needed. Raises `MedicineNotInForce`.
        """
        self._require_in_force(at, window)
        if self.is_as_needed:
            return None
        opened = [due for due in self._doses_up_to(day_in_england(at + window)) if due - window <= at]
        return max(opened, default=_at(self.starts_on, self.times[0]))

    def _require_in_force(self, at: datetime, window: timedelta) -> None:
        has_begun = self.starts_on <= day_in_england(at + window)
        has_ended = self.ends_on is not None and self.ends_on < day_in_england(at - window)
        was_stopped = self.stopped_at is not None and self.stopped_at <= at
        if not has_begun or has_ended or was_stopped:
            raise MedicineNotInForce

    def _doses_up_to(self, day: date) -> Iterator[datetime]:
        """The doses of the last day on which it was due, and of the one before."""
        last = day if self.ends_on is None else min(day, self.ends_on)
        last -= timedelta(days=(last - self.starts_on).days % self.every_days)
        for due_on in (last - timedelta(days=self.every_days), last):
            yield from self.doses_on(due_on)

    def _neighbours(self) -> Iterator[tuple[datetime, datetime]]:
        """Each time with the next one; after the last comes the first of the day on which it is due again."""
        every = [datetime.fromisoformat(f"2000-01-01T{time}") for time in self.times]
        again = [every[0] + self.every_days * A_DAY] if every else []
        yield from zip(every, [*every[1:], *again], strict=True)


def _stock(controlled: ControlledDrug | None) -> dict[str, Any]:
    if controlled is None:
        return {}
    return {"stock_unit": controlled.unit, "stock_per_dose": controlled.per_dose, "stock": 0}


def _at(day: date, time: str) -> datetime:
    from_midnight = datetime.fromisoformat(f"{day.isoformat()}T{time}")
    return from_midnight.replace(tzinfo=ENGLAND).astimezone(UTC)


only_states(Medicine, "route", MedicineRoute)
only_states(Medicine, "stock_unit", StockUnit)
_table: Table = Medicine.__table__  # type: ignore[attr-defined]
_table.append_constraint(CheckConstraint("stock >= 0", name="stock_is_never_below_zero"))
Index("ix_medicine_client", col(Medicine.client_id), col(Medicine.id))
Index("ix_medicine_in_use", col(Medicine.team_id), col(Medicine.id), postgresql_where=text("stopped_at is null"))
Index("ix_medicine_time_critical", col(Medicine.id), postgresql_where=text("time_critical and stopped_at is null"))
Index("one_in_force_of_each_course", col(Medicine.course_id), unique=True, postgresql_where=text("stopped_at is null"))
