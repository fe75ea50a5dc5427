"""The members of a team as the rules of a rota know them, put together from what each part of the product says."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from services.common.rules import Rule
from services.roster.domain.availability import Availability, Says, never, wishes
from services.roster.domain.known import Contract
from services.roster.domain.leave import Leave, credited, days_away
from services.roster.domain.rota.problem import Member, Rules, Standing
from services.roster.domain.rota_version.rota import Rota
from services.roster.domain.rota_version.standing import Said
from services.roster.domain.rota_version.worked import DEBT_WEEKS, HISTORY_DAYS, WEEK, Worked, debts

PREFIX, PRICE = "rota.", "rota.price."
Span = tuple[date, date | None]


@dataclass(frozen=True)
class Team:
    """Everything about a rota's people, by person."""

    rota: Rota
    belonging: Mapping[UUID, Sequence[Span]]
    known: Said
    worked: Worked
    leave: Sequence[Leave] = ()
    said: Sequence[Availability] = ()

    def members(self, codes: Iterable[str], rules: Rules) -> tuple[Member, ...]:
        """In order of their ids, so that the same team is always the same problem."""
        minutes = {who: self._contract(who) for who in sorted(self.belonging)}
        owed_nights, owed_days = self._debts(minutes, rules)
        every, standings = tuple(codes), self.known.standings(minutes, self.rota.from_on, self.rota.days)
        made = (self._member(who, contracted, every, standings[who]) for who, contracted in minutes.items())
        return tuple(
            replace(
                one,
                owed_nights=owed_nights.get(one.employee_id, 0),
                owed_weekend_days=owed_days.get(one.employee_id, 0),
            )
            for one in made
        )

    def _member(self, who: UUID, contracted: int, codes: Sequence[str], standings: Sequence[Standing]) -> Member:
        from_on, days = self.rota.from_on, self.rota.days
        own = [one for one in self.said if one.employee_id == who]
        away = frozenset((day, code) for day in self._days_away(who) for code in codes)
        began = min(since for since, _ in self.belonging[who])
        weeks = self.worked.weeks(who, from_on, began, days_away(self.leave, who))
        return Member(
            employee_id=who,
            minutes_per_week=contracted,
            role=standings[0].role,
            skills=standings[0].skills,
            cleared=standings[0].cleared,
            opted_out_48=standings[0].opted_out_48,
            later=tuple(standings[1:]),
            leave=credited(self.leave, who, from_on, days),
            cannot=away | never(own, from_on, days, codes),
            wanted=wishes(own, Says.PREFERS, from_on, days),
            unwanted=wishes(own, Says.CANNOT, from_on, days),
            before=self.worked.codes(who, from_on - timedelta(days=HISTORY_DAYS), HISTORY_DAYS),
            worked_minutes=tuple(minutes for _, minutes in weeks),
            worked_days=tuple(counted for counted, _ in weeks),
        )

    def _contracts_of(self, who: UUID) -> list[Contract]:
        """Those of the first day of the rota on which there is any."""
        own = [one for one in self.known.contracts if one.employee_id == who]
        first = max(self.rota.from_on, min((one.from_on for one in own), default=self.rota.from_on))
        return [one for one in own if one.from_on <= first and (one.until_on is None or one.until_on >= first)]

    def _contract(self, who: UUID) -> int:
        return sum(one.minutes_per_week for one in self._contracts_of(who))

    def _days_away(self, who: UUID) -> Iterable[int]:
        """The days of the rota on which somebody does not belong to the team."""
        for day in range(self.rota.days):
            on = self.rota.from_on + timedelta(days=day)
            if not any(since <= on and (until is None or on <= until) for since, until in self.belonging[who]):
                yield day

    def _debts(self, minutes: Mapping[UUID, int], rules: Rules) -> tuple[dict[UUID, int], dict[UUID, int]]:
        """Of those alone who were there all the time: nobody owes nights from before they came."""
        since, limits = self.rota.from_on - timedelta(days=DEBT_WEEKS * WEEK), rules.limits
        there = [who for who in minutes if any(first <= since for first, _ in self.belonging[who])]
        until, nights = self.rota.from_on, {}
        if "night_from" in limits and "night_until" in limits:
            night = (limits["night_from"], limits["night_until"], limits.get("night_minutes", 1))
            nights = {who: self.worked.nights(who, until, night) for who in there}
        days = {who: self.worked.weekend_days(who, until) for who in there}
        return debts(nights, minutes), debts(days, minutes)


def rules_of(in_force: Iterable[Rule], agreed: Mapping[str, tuple[int, int]], as_of: date) -> Rules:
    """The rules of a rota: those in force, but for what the team agreed, by code as an amount and its period."""
    amounts = {rule.code: (rule.amount, rule.per) for rule in in_force if rule.code.startswith(PREFIX)} | dict(agreed)
    limits, prices = {}, {}
    for code, (amount, per) in amounts.items():
        if code.startswith(PRICE):
            prices[code.removeprefix(PRICE)] = amount
            continue
        limits[code.removeprefix(PREFIX)] = amount
        if per > 1:
            limits[f"{code.removeprefix(PREFIX)}.per"] = per
    return Rules(limits, prices, as_of)
