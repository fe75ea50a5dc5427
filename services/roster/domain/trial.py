"""A change of shifts, tried before it is made: what it costs by the team's prices, and which rules it would break."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from services.roster.domain import rota as judge
from services.roster.domain.breach import newly
from services.roster.domain.rota.problem import DutyType, Need, Problem, Roster, Rules
from services.roster.domain.rota.scored import Breach, Match, Score
from services.roster.domain.rota_version.people import Team
from services.roster.domain.rota_version.rota import Rota
from services.roster.domain.rota_version.shifts import Stretch
from services.roster.domain.rota_version.worked import HISTORY_DAYS, Worked

REGISTERED = "registered_nurse"


@dataclass(frozen=True)
class Trial:
    """The same days before and after, judged for the people whom the change touches."""

    problem: Problem
    rosters: tuple[Roster, Roster]
    scores: tuple[Score, Score]
    touched: frozenset[int]
    days: frozenset[int]

    @property
    def points(self) -> int:
        """What it costs more than before; below nought it is the better rota."""
        return self.scores[1].points - self.scores[0].points

    @property
    def new_breaches(self) -> list[Breach]:
        """The rules that the change breaks, or breaks by more than they are broken already."""
        return newly(*self.scores)

    def matches(self) -> Iterable[tuple[str, int, tuple[Match, ...], tuple[Match, ...]]]:
        """By rule whose cost changes: the difference in points, what comes, and what goes."""
        for was, now in zip(*(score.rules for score in self.scores), strict=True):
            if was.points != now.points:
                comes = tuple(one for one in now.matches if one not in was.matches)
                goes = tuple(one for one in was.matches if one not in now.matches)
                yield now.code.value, now.points - was.points, comes, goes

    def people(self, members: Iterable[int]) -> list[UUID]:
        return [self.problem.members[one].employee_id for one in members]

    def touches_night(self) -> bool:
        """Whether one of these people has a night, before or after, on a day that changes."""
        timed = judge.slots(self.problem)
        cells = ((day, roster[who][day]) for roster in self.rosters for who in self.touched for day in self.days)
        return any(code is not None and (day, code) in timed and timed[day, code].is_night for day, code in cells)

    def touches_only_nurse(self) -> bool:
        """Whether on a day that changes one of these people is the only registered nurse, before or after."""
        members = self.problem.members
        for roster in self.rosters:
            for day in self.days:
                there = [
                    who
                    for who, one in enumerate(members)
                    if one.on(day).role == REGISTERED and roster[who][day] is not None
                ]
                if len(there) == 1 and there[0] in self.touched:
                    return True
        return False


@dataclass(frozen=True)
class Around:
    """What is known of a team around the days of a change: a rota for these days that nobody keeps, and its people."""

    rota: Rota
    types: Mapping[str, DutyType]
    needs: tuple[Need, ...]
    rules: Rules
    team: Team
    stretches: Sequence[Stretch]

    def tried(self, gone: Collection[Stretch], come: Collection[Stretch]) -> Trial:
        """With these taken out and those put in. People who are not of the team are not judged."""
        before, people = self.team.worked, sorted(self.team.belonging)
        history = self.rota.from_on - timedelta(days=HISTORY_DAYS)
        for who in people:
            before.codes(who, history, HISTORY_DAYS)
        was = self._roster(before, people)
        after = Worked([*(Counter(self.stretches) - Counter(gone)).elements(), *come], self.types.values())
        after.other |= before.other
        becomes = self._roster(after, people)
        duties = (*self.types.values(), *after.other.values())
        members = self.team.members([duty.code for duty in duties], self.rules)
        problem = Problem(self.rota.from_on, self.rota.days, duties, members, self.needs, self.rules)
        touched = frozenset(people.index(one.employee_id) for one in (*gone, *come) if one.employee_id in people)
        days = frozenset(self.rota.day(one.day_on) for one in (*gone, *come))
        scores = [judge.check(problem, roster, touched, days=days) for roster in (was, becomes)]
        return Trial(problem, (was, becomes), (scores[0], scores[1]), touched, days)

    def _roster(self, worked: Worked, people: Iterable[UUID]) -> Roster:
        return tuple(worked.codes(who, self.rota.from_on, self.rota.days) for who in people)

    def on_duty(self, gone: Collection[Stretch] = (), come: Collection[Stretch] = ()) -> set[tuple[UUID, int]]:
        """Who has a shift on which day of these, once these are taken out and those put in."""
        there = [*(Counter(self.stretches) - Counter(gone)).elements(), *come]
        first, last = self.rota.from_on, self.rota.to_on
        return {(one.employee_id, self.rota.day(one.day_on)) for one in there if first <= one.day_on <= last}
