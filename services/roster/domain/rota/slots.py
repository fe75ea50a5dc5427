"""Duty types on the days of a rota, timed in UTC: a duty over a clock change is as long as it really is."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from types import MappingProxyType

from services.common.errors import Unprocessable
from services.common.types import ENGLAND
from services.roster.domain.rota.problem import DutyKind, DutyType, Part, Problem, Slot
from services.roster.domain.rota.words import day_words

DAY = 1440
Cell = tuple[int, str]
Night = tuple[int, int, int] | None
Unclear = Mapping[Cell, str]


class AmbiguousClock(Unprocessable):
    """A duty begins and ends at times that the clocks of England show once on that day."""

    field = "/body/duties"
    way_out = "Say which time is meant: give that day a duty with a time before or after the hour of the change."

    def __init__(self, when: str, field: str = field) -> None:
        super().__init__(f"A duty begins or ends on {when}, which is not one time.", field=field)


class UnknownDuty(Unprocessable):
    """A roster holds the team's own duty types and no others."""

    field = "/body/duties"
    way_out = "Use the code of one of the team's duty types, or set up the type first."

    def __init__(self, field: str = field) -> None:
        super().__init__("This rota has a duty that is none of the team's duty types.", field=field)


def slots(problem: Problem) -> Mapping[Cell, Slot]:
    """Each duty type on each day, by day and code, from the first day of history that anybody has.

    Patterns of history alone are on the days before day 0, and on those on which somebody works one beside the rota.
    A type whose time is skipped or doubled by a clock change is left out on that day; raises `AmbiguousClock` where the
    day needs it.
    """
    timed, unclear = _timed_of(problem)
    if unclear:
        for cell in _asked_for(problem):
            if cell in unclear:
                raise AmbiguousClock(unclear[cell])
    return timed


def night_cells(problem: Problem) -> frozenset[Cell]:
    """The nights of this rota by day and code, without those whose time is not one time."""
    return frozenset(cell for cell, slot in _timed_of(problem)[0].items() if slot.is_night and slot.day >= 0)


def slot_of(problem: Problem, timed: Mapping[Cell, Slot], day: int, code: str, field: str = UnknownDuty.field) -> Slot:
    """Raises `AmbiguousClock`, or `UnknownDuty` for a code that is no duty type's."""
    found = timed.get((day, code))
    if found is not None:
        return found
    when = _timed_of(problem)[1].get((day, code))
    raise UnknownDuty(field) if when is None else AmbiguousClock(when, field)


def require_timed(problem: Problem, field: str) -> None:
    """Each duty that a day needs is known, and at times that the clock shows once.

    Raises `AmbiguousClock` or `UnknownDuty`, at this field.
    """
    timed = _timed_of(problem)[0]
    for day, code in _asked_for(problem):
        slot_of(problem, timed, day, code, field)
    if not {need.code for need in problem.needs} <= {duty.code for duty in problem.duties}:
        raise UnknownDuty(field)


@lru_cache(maxsize=4096)
def minute_of(on: date, minute: int) -> tuple[int, bool]:
    """UTC minutes since 1970 of a minute of the local clock, and whether the clock shows it exactly once."""
    wall = datetime.combine(on, time(), tzinfo=ENGLAND) + timedelta(minutes=minute)
    first, second = (int(wall.replace(fold=fold).timestamp()) // 60 for fold in (0, 1))
    return first, first == second


def rest_between(earlier: Slot, later: Slot) -> int | None:
    """Elapsed minutes from the end of the work of one slot to the start of the other's; None where one has no work.

    Being on call at home is no work: it neither ends nor begins a rest.
    """
    if not earlier.stretches or not later.stretches:
        return None
    return later.stretches[0][0] - earlier.stretches[-1][1]


def _timed_of(problem: Problem) -> tuple[Mapping[Cell, Slot], Unclear]:
    limits = problem.rules.limits
    night = None
    if "night_from" in limits and "night_until" in limits:
        night = (limits["night_from"], limits["night_until"], limits.get("night_minutes", 1))
    first = -max((len(one.before) for one in problem.members), default=0)
    beside = frozenset((day, code) for _, day, code in problem.beside)
    return _timed(problem.from_on, first, problem.days, problem.duties, problem.history, night, beside)


@lru_cache(maxsize=64)
def _timed(
    from_on: date,
    first: int,
    days: int,
    duties: tuple[DutyType, ...],
    history: tuple[DutyType, ...],
    night: Night,
    beside: frozenset[Cell],
) -> tuple[Mapping[Cell, Slot], Unclear]:
    found: dict[Cell, Slot] = {}
    unclear: dict[Cell, str] = {}
    for day in range(first, days):
        nights = _nights(from_on, day, night)
        for duty in (*duties, *(one for one in history if day < 0 or (day, one.code) in beside)):
            is_worked = day < 0 or (day, duty.code) in beside
            when = None if is_worked else _not_one_time(from_on, day, duty)
            if when is None:
                found[day, duty.code] = _slot(from_on, day, duty, nights, night)
            else:
                unclear[day, duty.code] = when
    return MappingProxyType(found), MappingProxyType(unclear)


def _asked_for(problem: Problem) -> Iterator[Cell]:
    yield from ((need.day, need.code) for need in problem.needs if need.people)
    yield from ((day, code) for _, day, code in problem.fixed if code is not None)


def _not_one_time(from_on: date, day: int, duty: DutyType) -> str | None:
    """The day and time of this duty that the clocks skip or show twice."""
    for part in duty.parts:
        for minute in (part.starts_minute, part.ends_minute):
            if not minute_of(from_on + timedelta(days=day), minute)[1]:
                later, within = divmod(minute, DAY)
                return f"{day_words(from_on, day + later)} at {within // 60:02}:{within % 60:02}"
    return None


def _nights(from_on: date, day: int, night: Night) -> tuple[tuple[int, int], ...]:
    """The nights in UTC that a duty of this day can touch: the one before, its own and the one after."""
    if night is None:
        return ()
    begins, ends, _ = night
    ends += DAY if ends <= begins else 0
    on = [from_on + timedelta(days=day + number) for number in (-1, 0, 1)]
    return tuple((minute_of(one, begins)[0], minute_of(one, ends)[0]) for one in on)


def _slot(from_on: date, day: int, duty: DutyType, nights: tuple[tuple[int, int], ...], night: Night) -> Slot:
    on = from_on + timedelta(days=day)
    timed = sorted((minute_of(on, one.starts_minute)[0], minute_of(on, one.ends_minute)[0], one) for one in duty.parts)
    work = [(start, end, part) for start, end, part in timed if part.kind != DutyKind.ON_CALL_HOME]
    shifts = [(start, end, part) for start, end, part in work if part.kind == DutyKind.SHIFT]
    at_night = sum(max(0, min(end, until) - max(start, since)) for start, end, _ in work for since, until in nights)
    return Slot(
        day=day,
        code=duty.code,
        starts_at=min((start for start, _, _ in timed), default=minute_of(on, 0)[0]),
        ends_at=max((end for _, end, _ in timed), default=minute_of(on, 0)[0]),
        paid_minutes=_less_breaks(shifts),
        night_minutes=at_night,
        is_night=night is not None and at_night >= night[2],
        stretches=tuple((start, end) for start, end, _ in work),
        work_minutes=_less_breaks(work),
        shift_minutes=sum(end - start for start, end, _ in shifts),
        longest_minutes=max((_less_breaks([one]) for one in shifts), default=0),
        break_minutes=_longest_break(shifts),
    )


def _less_breaks(parts: list[tuple[int, int, Part]]) -> int:
    return sum(end - start - part.unpaid_break_minutes for start, end, part in parts)


def _longest_break(shifts: list[tuple[int, int, Part]]) -> int:
    """Within a shift, or between two of one day."""
    within = [part.unpaid_break_minutes for _, _, part in shifts]
    between = [later[0] - earlier[1] for earlier, later in zip(shifts, shifts[1:], strict=False)]
    return max((*within, *between), default=0)
