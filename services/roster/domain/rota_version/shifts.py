"""What publishing a rota does to the team's shifts: those that are the same stay, the others are moved, made or off."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.common.types import day_in_england
from services.roster.domain.rota import problem
from services.roster.domain.rota.problem import DutyKind
from services.roster.domain.rota.slots import minute_of
from services.roster.domain.rota_version.duty import RotaDuty, instant
from services.roster.domain.shift import Shift, ShiftKind


@dataclass(frozen=True)
class Stretch:
    """What is planned of one person's time."""

    employee_id: UUID
    kind: str
    starts_at: datetime
    ends_at: datetime
    unpaid_break_minutes: int
    duty_kind: str | None = None

    @property
    def on_duty(self) -> DutyKind:
        """How somebody is on duty; on call is at home unless a rota says otherwise."""
        if self.duty_kind is not None:
            return DutyKind(self.duty_kind)
        return DutyKind.SHIFT if self.kind == ShiftKind.SHIFT else DutyKind.ON_CALL_HOME

    @property
    def is_work(self) -> bool:
        """Being on call at work and sleeping in are, call or no call."""
        return self.on_duty != DutyKind.ON_CALL_HOME

    @property
    def day_on(self) -> date:
        return day_in_england(self.starts_at)


@dataclass(frozen=True)
class Steps:
    """What has to be done to the shifts, in this order."""

    cancel: tuple[Shift, ...]
    move: tuple[tuple[Shift, Stretch], ...]
    make: tuple[Stretch, ...]


def stretches(duties: Iterable[RotaDuty], types: Mapping[str, problem.DutyType]) -> list[Stretch]:
    """Each part of each duty: being on call, in whatever way, is a shift of that kind, and the way is kept with it."""
    return [
        Stretch(
            employee_id=duty.employee_id,
            kind=ShiftKind.SHIFT if part.kind == DutyKind.SHIFT else ShiftKind.ON_CALL,
            starts_at=instant(minute_of(duty.day_on, part.starts_minute)[0]),
            ends_at=instant(minute_of(duty.day_on, part.ends_minute)[0]),
            unpaid_break_minutes=part.unpaid_break_minutes,
            duty_kind=None if part.kind == DutyKind.SHIFT else part.kind,
        )
        for duty in duties
        for part in types[duty.code].parts
    ]


def of_shift(shift: Shift) -> Stretch:
    times = shift.starts_at, shift.ends_at, shift.unpaid_break_minutes
    return Stretch(shift.employee_id, shift.kind, *times, shift.duty_kind)


def steps(wanted: Iterable[Stretch], planned: Sequence[Shift], now: datetime, *, is_first: bool) -> Steps:
    """What has begun stays as it was. A person's one shift of a kind and day is moved rather than made anew.

    The first version of a rota may be published late; after it nothing is made that would have begun by now.
    """
    missing = set(wanted)
    spare: dict[tuple[UUID, DutyKind, date], list[Shift]] = defaultdict(list)
    for shift in planned:
        stretch = of_shift(shift)
        if stretch in missing:
            missing.discard(stretch)
        elif shift.starts_at > now:
            spare[stretch.employee_id, stretch.on_duty, stretch.day_on].append(shift)
    move, make = [], []
    for stretch in sorted(missing, key=lambda one: (one.starts_at, one.employee_id, one.on_duty)):
        there = spare.get((stretch.employee_id, stretch.on_duty, stretch.day_on))
        if there:
            move.append((there.pop(0), stretch))
        elif is_first or stretch.starts_at > now:
            make.append(stretch)
    return Steps(tuple(shift for left in spare.values() for shift in left), tuple(move), tuple(make))
