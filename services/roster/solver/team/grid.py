"""The cells of a rota as variables: for each person and day the duties that law, leave and agreement leave open."""

from collections.abc import Iterator, Mapping
from functools import cached_property

from services.roster.domain.rota import slots
from services.roster.domain.rota.problem import Member, Problem, Slot
from services.roster.domain.rota.slots import rest_between, slot_of
from services.roster.domain.rota.words import day_words, plain
from services.roster.solver.team.draft import Draft, Term

Timed = Mapping[tuple[int, str], Slot]


class Grid:
    """By member and day: `cells` by code, and whether somebody is on duty, at work, or at night work (None: never)."""

    def __init__(self, problem: Problem, draft: Draft, *, by_hour: bool = True) -> None:
        self.problem, self.draft, self.by_hour = problem, draft, by_hour
        self.limits, self.prices = problem.rules.limits, problem.rules.prices
        self.timed: Timed = slots(problem)
        self.past = [self._past(member) for member in problem.members]
        self.usable = [self._usable(day) for day in range(problem.days)]
        self.pins = {(who, day): code for who, day, code in problem.fixed if 0 <= day < problem.days}
        self.cells: list[list[dict[str, int]]] = []
        self.on: list[list[int | None]] = []
        self.at_work: list[list[int | None]] = []
        self.at_night: list[list[int | None]] = []
        for who in range(len(problem.members)):
            self._add(who)

    def _past(self, member: Member) -> dict[int, Slot]:
        first = -len(member.before)
        dated = enumerate(member.before, first)
        return {day: slot_of(self.problem, self.timed, day, code) for day, code in dated if code is not None}

    def _usable(self, day: int) -> list[Slot]:
        found = (self.timed.get((day, duty.code)) for duty in self.problem.duties)
        return [slot for slot in found if slot is not None and self._is_lawful(slot)]

    def all_of(self, day: int) -> list[Slot]:
        """All duties that anybody may have on a day."""
        return [slot for slot in (self.timed.get((day, duty.code)) for duty in self.problem.duties) if slot is not None]

    def _is_lawful(self, slot: Slot) -> bool:
        """Whether the duty breaks no law all by itself."""
        limits = self.limits
        if slot.longest_minutes > limits.get("longest_shift", slot.longest_minutes):
            return False
        is_long = slot.shift_minutes > limits.get("break.per", slot.shift_minutes)
        if is_long and slot.break_minutes < limits.get("break", 0):
            return False
        if "daily_rest.per" not in limits or not slot.stretches:
            return True
        rest = limits["daily_rest.per"] - (slot.stretches[-1][1] - slot.stretches[0][0])
        return rest >= limits.get("daily_rest", rest)

    def _add(self, who: int) -> None:
        cells = [self._cells(who, day) for day in range(self.problem.days)]
        self.cells.append(cells)
        self.on.append([self._one_of(list(of_day.values())) for of_day in cells])
        at_work, at_night = [], []
        for day, of_day in enumerate(cells):
            work = [var for code, var in of_day.items() if self.timed[day, code].stretches]
            night = [var for code, var in of_day.items() if self.timed[day, code].is_night]
            at_work.append(self.on[who][day] if len(work) == len(of_day) else self._one_of(work))
            at_night.append(self._one_of(night))
        self.at_work.append(at_work)
        self.at_night.append(at_night)

    def _cells(self, who: int, day: int) -> dict[str, int]:
        draft = self.draft
        if (who, day) in self.pins:
            code = self.pins[who, day]
            return {} if code is None else {code: draft.pin(draft.boolean(), 1)}
        found = {}
        for slot in self.usable[day]:
            words = self._why_not(who, slot)
            if not words or draft.is_named:
                found[slot.code] = draft.boolean()
            if words and draft.is_named:
                with draft.under(words):
                    draft.forbid(found[slot.code])
        return found

    def _why_not(self, who: int, slot: Slot) -> str:
        """What keeps somebody from a duty whatever else the rota holds; nothing if nothing does."""
        member, day = self.problem.members[who], slot.day
        when = day_words(self.problem.from_on, day)
        if day in member.leave:
            return f"{{{who}}}'s leave on {when}"
        if slot.is_night and not member.works_nights:
            return f"{{{who}}} works no nights"
        if (day, slot.code) in member.cannot:
            return f"{{{who}}} is not available for {plain(slot.code)} on {when}"
        for other, on, code in self.problem.beside:
            if other == who and on != day:
                earlier, later = sorted((self.timed[on, code], slot), key=lambda one: one.day)
                if self.is_within(earlier, later, "daily_rest"):
                    return f"the rest of {{{who}}} around {day_words(self.problem.from_on, on)}"
        last = self.last_work[who]
        if last is not None and day < 7 and self.is_too_close(last, slot):
            return f"the rest of {{{who}}} after {day_words(self.problem.from_on, last.day)}"
        return ""

    @cached_property
    def last_work(self) -> list[Slot | None]:
        """By member the last work before this rota."""
        works = ([slot for slot in past.values() if slot.stretches] for past in self.past)
        return [found[-1] if found else None for found in works]

    def is_too_close(self, earlier: Slot, later: Slot) -> bool:
        """Whether two duties never follow each other; a night that a row of nights may lead to is not among them."""
        if self.is_within(earlier, later, "daily_rest"):
            return True
        may_go_on = later.day > earlier.day + 1 and earlier.day == -1
        goes_on = later.is_night and later.day == earlier.day + 1
        after_night = earlier.is_night and self.is_within(earlier, later, "rest_after_nights")
        return after_night and not goes_on and not may_go_on

    def is_within(self, earlier: Slot, later: Slot, rest: str) -> bool:
        between = rest_between(earlier, later)
        return between is not None and rest in self.limits and between < self.limits[rest]

    def _one_of(self, variables: list[int]) -> int | None:
        """The variable that is 1 where one of these is."""
        if not variables:
            return None
        if len(variables) == 1:
            return variables[0]
        one = self.draft.boolean(lambda values: sum(values[var] for var in variables))
        self.draft.row([*((var, 1) for var in variables), (one, -1)], 0, 0)
        return one

    def slots_on(self, who: int, day: int) -> Iterator[tuple[Slot, int]]:
        """The work that somebody may have on a day, and of a day before this rota what they had."""
        if day < 0:
            slot = self.past[who].get(day)
            if slot is not None and slot.stretches:
                yield slot, self.draft.certain
            return
        for code, var in self.cells[who][day].items() if day < self.problem.days else ():
            if self.timed[day, code].stretches:
                yield self.timed[day, code], var

    def known(self, which: list[list[int | None]], who: int, day: int, *, is_night: bool = False) -> list[Term]:
        """A day's variable as a term, also of a day before this rota."""
        if day >= 0:
            var = which[who][day]
            return [] if var is None else [(var, 1)]
        slot = self.past[who].get(day)
        counts = slot is not None and (slot.is_night or not is_night)
        return [(self.draft.certain, 1)] if counts else []

    def on_duty(self, day: int, code: str) -> list[tuple[int, int]]:
        """Who may have this duty, each with the variable."""
        return [(who, row[day][code]) for who, row in enumerate(self.cells) if code in row[day]]
