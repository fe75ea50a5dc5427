"""What people may do on each day of a rota: what hr and the team have said, from day to day."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from services.roster.domain.ability import Skills, Word, cleared_on, skills_on
from services.roster.domain.known import Clearance, Contract, OptOut
from services.roster.domain.rota.problem import Standing

UNKNOWN_ROLE = "unknown"


@dataclass(frozen=True)
class Said:
    """Contracts, oldest first, what hr has said of checks, in that order, of skills, and of opting out."""

    contracts: Sequence[Contract] = ()
    checks: Sequence[Clearance] = ()
    words: Sequence[Word] = ()
    opted_out: Sequence[OptOut] = ()

    def standings(self, people: Iterable[UUID], from_on: date, days: int) -> Mapping[UUID, Sequence[Standing]]:
        """By person; the first is that of day 0, each other of a day on which something changes for them."""
        found: dict[UUID, list[Standing]] = {who: [] for who in people}
        until_on = from_on + timedelta(days=days)
        for day in sorted({from_on, *(edge for edge in self._edges() if from_on < edge < until_on)}):
            number, cleared, skills = (day - from_on).days, cleared_on(day, self.checks), skills_on(day, self.words)
            roles = {one.employee_id: one.role for one in reversed(self.contracts) if one.role and _holds(one, day)}
            opted_out = {one.employee_id for one in self.opted_out if _holds(one, day)}
            for who, so_far in found.items():
                can = frozenset(skills.get(who, Skills()).can)
                role = roles.get(who) or UNKNOWN_ROLE
                one = Standing(number, role, can, cleared.get(who, False), who in opted_out)
                if not so_far or replace(so_far[-1], from_day=number) != one:
                    so_far.append(one)
        return found

    def _edges(self) -> Iterator[date]:
        """The days from which anything counts, or counts no more."""
        yield from (one.since_on for one in self.checks)
        spans: tuple[Contract | Word | OptOut, ...] = (*self.contracts, *self.words, *self.opted_out)
        for one in spans:
            yield one.from_on
            if one.until_on is not None:
                yield one.until_on + timedelta(days=1)


def _holds(one: Contract | OptOut, day: date) -> bool:
    return one.from_on <= day and (one.until_on is None or day <= one.until_on)
