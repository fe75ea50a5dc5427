"""A first roster at once: nights in rows, then day by day whoever is furthest from their hours. It breaks no rule."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from services.roster.domain.rota import score, target_minutes
from services.roster.domain.rota.pattern import is_weekend
from services.roster.domain.rota.problem import ROLE, Need, Problem, Roster, Slot, Wish
from services.roster.domain.rota.scored import Breach, Law
from services.roster.domain.rota.slots import rest_between, slots
from services.roster.solver.team.cover import asked

Cells = Sequence[Sequence[Mapping[str, int]]]
# How far back and ahead a duty can be too near to another, and what the weekly rest leaves of a week.
NEIGHBOURS, A_WEEK, DAYS_OF_A_WEEK = 4, 7, 5
# In minutes: a night that goes on rather than begins, a wish, and somebody whose role is needed on another duty.
GOES_ON, A_WISH, IS_NEEDED_ELSEWHERE, A_SHARE = 2400, 240, 300, 600


def first_roster(problem: Problem, cells: Cells) -> Roster:
    """A roster of those cells that are open. What it lacks it leaves open.

    Of rules it breaks only what pins break, and a duty may lack a role that nobody has, or who has it is elsewhere.
    """
    made = _Hand(problem, cells)
    for need in sorted(problem.needs, key=made.order):
        made.fill(need)
    return made.kept()


class _Hand:
    """The roster while it is filled by hand, person by person."""

    def __init__(self, problem: Problem, cells: Cells) -> None:
        self.problem, self.cells, self.limits = problem, cells, problem.rules.limits
        self.timed = slots(problem)
        self.pins = {(who, day) for who, day, _ in problem.fixed}
        self.rows: list[dict[int, str]] = [
            {day: code for day, code in enumerate(member.before, -len(member.before)) if code is not None}
            for member in problem.members
        ]
        for who, day, code in problem.fixed:
            if code is not None and 0 <= day < problem.days:
                self.rows[who][day] = code
        self.lacking = [self._target(who) - self._paid(who) for who in range(len(problem.members))]
        self.nights = [0] * len(problem.members)

    def _target(self, who: int) -> int:
        return target_minutes(self.problem, self.problem.members[who])

    def _paid(self, who: int) -> int:
        return sum(self.timed[day, code].paid_minutes for day, code in self.rows[who].items() if day >= 0)

    def order(self, need: Need) -> tuple[bool, bool, int]:
        """Nights first, since a row of them rules out most; then weekends, then day by day."""
        is_night = self.timed[need.day, need.code].is_night if need.people else False
        return not is_night, not (is_night or is_weekend(self.problem, need.day)), need.day

    def fill(self, need: Need) -> None:
        """People for a duty, those of a role that it needs before the others."""
        for role, wanted in asked(need, ROLE) if need.people else ():
            able = [who for who, member in enumerate(self.problem.members) if member.on(need.day).role == role]
            self._take(need, able, wanted, sum(self._has(who, need) for who in able))
        everybody = range(len(self.problem.members))
        self._take(need, everybody, need.people, sum(self._has(who, need) for who in everybody))

    def _has(self, who: int, need: Need) -> bool:
        return self.rows[who].get(need.day) == need.code

    def _take(self, need: Need, among: Sequence[int], wanted: int, have: int) -> None:
        if have >= wanted:
            return
        slot = self.timed[need.day, need.code]
        open_to = [who for who in among if self._is_open(who, slot)]
        for who in sorted(open_to, key=lambda who: self._reluctance(who, slot))[: wanted - have]:
            self.rows[who][slot.day] = slot.code
            self.lacking[who] -= slot.paid_minutes
            self.nights[who] += slot.is_night

    def _is_open(self, who: int, slot: Slot) -> bool:
        if slot.code not in self.cells[who][slot.day] or slot.day in self.rows[who] or (who, slot.day) in self.pins:
            return False
        return self._keeps_rests(who, slot) and self._keeps_rows(who, slot) and self._keeps_week(who, slot)

    def _keeps_rests(self, who: int, slot: Slot) -> bool:
        row = self.rows[who]
        around = [(day, row[day]) for day in range(slot.day - NEIGHBOURS, slot.day + NEIGHBOURS + 1) if day in row]
        placed = sorted([*(self.timed[cell] for cell in around), slot], key=lambda one: one.day)
        return not any(self._is_too_close(earlier, later) for earlier, later in pairwise(placed))

    def _is_too_close(self, earlier: Slot, later: Slot) -> bool:
        rest = rest_between(earlier, later)
        if rest is None:
            return False
        goes_on = later.is_night and later.day == earlier.day + 1
        after_night = self.limits.get("rest_after_nights", 0) if earlier.is_night and not goes_on else 0
        return rest < max(self.limits.get("daily_rest", 0), after_night)

    def _keeps_rows(self, who: int, slot: Slot) -> bool:
        row = self.rows[who]
        days = self._row(slot.day, {day for day in row if self.timed[day, row[day]].stretches})
        if slot.stretches and days > self.limits.get("days_running", days):
            return False
        nights = self._row(slot.day, {day for day in row if self.timed[day, row[day]].is_night})
        return not slot.is_night or nights <= self.limits.get("nights_running", nights)

    def _row(self, day: int, days: set[int]) -> int:
        first = last = day
        while first - 1 in days:
            first -= 1
        while last + 1 in days:
            last += 1
        return last - first + 1

    def _keeps_week(self, who: int, slot: Slot) -> bool:
        monday = slot.day - (self.problem.from_on.weekday() + slot.day) % A_WEEK
        worked = [day for day in range(monday, monday + A_WEEK) if day in self.rows[who]]
        minutes = sum(self.timed[day, self.rows[who][day]].work_minutes for day in worked)
        most = self.limits.get("weekly_limit", minutes + slot.work_minutes)
        return len(worked) < DAYS_OF_A_WEEK and minutes + slot.work_minutes <= most

    def _reluctance(self, who: int, slot: Slot) -> int:
        """The smaller, the sooner somebody is asked: hours, wishes, and for a night those of who has begun a row."""
        member = self.problem.members[who]
        minutes = -self.lacking[who] * 2250 // max(1, member.minutes_per_week)
        minutes += A_WISH * (_weight(member.unwanted, slot) - _weight(member.wanted, slot))
        if slot.is_night:
            before = self.rows[who].get(slot.day - 1)
            goes_on = before is not None and self.timed[slot.day - 1, before].is_night
            minutes += A_SHARE * self.nights[who] * 2250 // max(1, member.minutes_per_week) - GOES_ON * goes_on
        return minutes

    def kept(self) -> Roster:
        """The roster as far as it keeps the rules: what breaks one is given back, unless it is pinned."""
        while True:
            found = [one for one in score(self.problem, self._roster()).breaches if one.law != Law.ROLE_ON_DUTY]
            if not any(self._give_back(breach) for breach in found):
                return self._roster()

    def _give_back(self, breach: Breach) -> bool:
        who = breach.member
        days = [day for day in self._of(breach) if who is not None and (who, day) not in self.pins]
        if who is None or not days:
            return False
        del self.rows[who][days[-1]]
        return True

    def _of(self, breach: Breach) -> Iterator[int]:
        row = {} if breach.member is None else self.rows[breach.member]
        yield from (day for day in breach.days if day in row and day >= 0)

    def _roster(self) -> Roster:
        return tuple(tuple(row.get(day) for day in range(self.problem.days)) for row in self.rows)


def _weight(wishes: Sequence[Wish], slot: Slot) -> int:
    return sum(wish.weight for wish in wishes if wish.day == slot.day and wish.code in (None, slot.code))
