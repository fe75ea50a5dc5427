"""What a change of shifts comes to, told to those who decide on it: points, rules, skills and visits, in plain words.

People are {0}, {1} in the words, in the order of `employee_ids`: roster knows no names.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from services.common.types import day_in_england
from services.roster.domain.ability import BY_CLIENT, Ability, Needed, may_make
from services.roster.domain.rota.scored import Breach, Match
from services.roster.domain.rota.words import day_words, number_words, plain
from services.roster.domain.rota_version.shifts import Stretch
from services.roster.domain.trial import Around, Trial


@dataclass(frozen=True)
class PlannedVisit:
    """What of a visit matters to who is on duty. `skills` and `role` are those that its plan asks for."""

    visit_id: UUID
    employee_id: UUID
    starts_at: datetime
    ends_at: datetime
    skills: Sequence[str] | None
    role: str | None = None
    client_id: UUID | None = None


def delta_of(trial: Trial) -> dict[str, Any]:
    """The rules of both people, before and after."""
    return {
        "points": trial.points,
        "rules": [
            {
                "code": code,
                "points": points,
                "comes": [_matched(trial, match) for match in comes],
                "goes": [_matched(trial, match) for match in goes],
            }
            for code, points, comes, goes in trial.matches()
        ],
        "breaches": [_broken(trial, breach) for breach in trial.new_breaches],
    }


def _matched(trial: Trial, match: Match) -> dict[str, Any]:
    return {
        "employee_ids": [str(who) for who in trial.people(match.members)],
        "days": _days(trial, match.days),
        "points": match.points,
        "words": match.words,
    }


def _broken(trial: Trial, breach: Breach) -> dict[str, Any]:
    people = trial.people([] if breach.member is None else [breach.member])
    return {
        "law": breach.law.value,
        "employee_id": str(people[0]) if people else None,
        "days": _days(trial, breach.days),
        "missing_minutes": breach.missing_minutes,
        "rest_owed_minutes": breach.rest_owed_minutes,
        "words": breach.words,
    }


def _days(trial: Trial, days: Iterable[int]) -> list[str]:
    return [str(trial.problem.from_on + timedelta(days=day)) for day in days]


def resting(
    around: Around,
    visits: Iterable[PlannedVisit],
    able: Mapping[date, Mapping[UUID, Ability]],
    gone: Sequence[Stretch],
    come: Sequence[Stretch],
) -> list[dict[str, Any]]:
    """The skills that visits need and that then one person alone has, or nobody, on the days of the change."""
    days = {one.day_on for one in (*gone, *come)}
    needed: dict[tuple[date, str, str, str], list[UUID]] = defaultdict(list)
    for visit in visits:
        on = day_in_england(visit.starts_at)
        for skill in (visit.skills or ()) if on in days else ():
            of_client = str(visit.client_id or "") if skill in BY_CLIENT else ""
            needed[on, skill, visit.role or "", of_client].append(visit.visit_id)
    duties = [around.on_duty(), around.on_duty(gone, come)]
    found = []
    for (on, skill, role, client), visit_ids in sorted(needed.items()):
        day = around.rota.day(on)
        asked = Needed(role or None, frozenset({skill}), UUID(client) if client else None)
        can = {who for who, one in able[on].items() if may_make(one, asked)}
        was, then = ({who for who, when in duty if when == day and who in can} for duty in duties)
        if len(then) <= 1 and then != was:
            found.append(_rests(around, on, skill, sorted(then), visit_ids))
    return found


def _rests(around: Around, on: date, skill: str, then: list[UUID], visit_ids: list[UUID]) -> dict[str, Any]:
    when = day_words(around.rota.from_on, around.rota.day(on))
    who = f"{plain(skill)} rests on {{0}} alone" if then else f"Nobody on duty can do {plain(skill)}"
    need = number_words(len(visit_ids), "visit needs", "visits need")
    return {
        "skill": skill,
        "day_on": str(on),
        "employee_ids": [str(one) for one in then],
        "visit_ids": [str(one) for one in visit_ids],
        "words": f"{who} on {when}; {need} it",
    }


def left_behind(visits: Iterable[PlannedVisit], gone: Sequence[Stretch]) -> list[dict[str, str]]:
    """The visits of whoever gives a shift that lie in it: they have to be handed over, or moved."""
    return [
        {"visit_id": str(visit.visit_id), "employee_id": str(visit.employee_id)}
        for visit in visits
        if any(
            one.employee_id == visit.employee_id and one.starts_at < visit.ends_at and visit.starts_at < one.ends_at
            for one in gone
        )
    ]
