"""A rota as its rules, its solver and its score know it."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from services.common.db import Transaction
from services.roster.domain import rota as judge
from services.roster.domain.job import print_of
from services.roster.domain.rota.problem import Member, Problem
from services.roster.domain.rota.scored import Score
from services.roster.domain.rota.slots import night_cells
from services.roster.domain.rota_version.duty import by_cell, roster_of
from services.roster.domain.rota_version.people import Team
from services.roster.domain.rota_version.rota import Rota
from services.roster.domain.rota_version.standing import Said
from services.roster.domain.rota_version.version import WORKED_BY, RotaVersion, VersionState
from services.roster.domain.rota_version.worked import WEEK, WORKED_WEEKS, Worked
from services.roster.store import abilities, leave, rota_people, rota_versions
from services.roster.usecases.agreed import team_rules
from services.roster.usecases.rota.letters import letters_of

PROBLEM = TypeAdapter(Problem)
SETS = ("skills", "cannot")


def in_json(problem: Problem) -> dict[str, Any]:
    """The same for the same problem in every process: what of a member is a set is put in order."""
    told: dict[str, Any] = PROBLEM.dump_python(problem, mode="json")
    for member in told["members"]:
        member.update({name: sorted(member[name]) for name in SETS})
        for standing in member["later"]:
            standing["skills"] = sorted(standing["skills"])
    return told


async def said(tx: Transaction, team_id: UUID, people: Collection[UUID], from_on: date, to_on: date) -> Said:
    """What hr and the team have said that counts on some day of these: four statements."""
    return Said(
        await rota_people.contracts(tx, team_id, from_on, to_on),
        await abilities.checks(tx, people, to_on),
        await abilities.words(tx, team_id, from_on),
        await rota_people.opted_out(tx, people, from_on, to_on),
    )


async def problem_of(tx: Transaction, rota: Rota, version: RotaVersion | None = None) -> Problem:
    """What a rota has to meet: people, duties, needs, rules and history, by a fixed number of statements.

    With a version its pinned duties are fixed, and the problem is kept near to it. Raises what `slots` raises.
    """
    rules = await team_rules(tx, rota.team_id, rota.from_on)
    types = await letters_of(tx, rota)
    belonging = await rota_versions.memberships(tx, rota.team_id, rota.from_on, rota.to_on)
    since = rota.from_on - timedelta(days=WORKED_WEEKS * WEEK)
    after = rota.to_on + timedelta(days=1)
    stretches = await rota_people.stretches(tx, belonging.keys(), since, after, but_rota=rota.id)
    worked = Worked(stretches, types.values())
    team = Team(
        rota=rota,
        belonging=belonging,
        known=await said(tx, rota.team_id, belonging.keys(), rota.from_on, rota.to_on),
        worked=worked,
        leave=await leave.agreed_leave(tx, belonging.keys(), since, rota.to_on),
        said=await leave.said(tx, rota.team_id, rota.from_on, rota.to_on),
    )
    members = team.members(types, rules)
    problem = Problem(rota.from_on, rota.days, tuple(types.values()), members, rota.needed(), rules)
    problem = _built_around(replace(problem, members=tuple(_who_works_nights(problem))), worked)
    return problem if version is None else await _near(tx, problem, version)


def _who_works_nights(problem: Problem) -> Iterator[Member]:
    """Whoever the team agreed is never on at night has no share in the nights either."""
    nights = night_cells(problem)
    for one in problem.members:
        yield replace(one, works_nights=not nights or not nights <= one.cannot)


def _built_around(problem: Problem, worked: Worked) -> Problem:
    """With what was worked before the rota, and with the shifts of its days that it does not plan, which are fixed."""
    beside = tuple(
        (who, day, code)
        for who, one in enumerate(problem.members)
        for day, code in enumerate(worked.codes(one.employee_id, problem.from_on, problem.days))
        if code is not None
    )
    return replace(problem, history=tuple(worked.other.values()), beside=beside, fixed=beside)


async def _near(tx: Transaction, problem: Problem, version: RotaVersion) -> Problem:
    duties = await rota_versions.duties_of(tx, version.id)
    number = {one.employee_id: index for index, one in enumerate(problem.members)}
    there = [
        (number[one.employee_id], (one.day_on - problem.from_on).days, one)
        for one in duties
        if one.employee_id in number
    ]
    # A duty that stays though there is a shift beside it, such as one in the evening, is what its day is known by.
    stay = {(who, day) for who, day, one in there if one.pinned or version.state in WORKED_BY}
    beside = tuple(cell for cell in problem.beside if cell[:2] not in stay)
    pins = tuple((who, day, one.code) for who, day, one in there if one.pinned)
    problem = replace(problem, beside=beside, fixed=(*pins, *beside))
    return replace(problem, base=roster_of(problem, by_cell(duties)))


async def score_of(tx: Transaction, version_id: UUID) -> tuple[Problem, Score, tuple[judge.Share, ...]]:
    """What a version costs by the team's prices, where it breaks a rule, and how nights and hours are shared.

    A draft is judged by what is known now, any other by what was known when it was proposed.
    """
    version = await tx.get(RotaVersion, version_id)
    problem = await judged_by(tx, await tx.get(Rota, version.rota_id), version)
    cells = by_cell(await rota_versions.duties_of(tx, version.id))
    roster = roster_of(problem, cells)
    return problem, judge.score(problem, roster), judge.shares(problem, roster)


async def judged_by(tx: Transaction, rota: Rota, version: RotaVersion) -> Problem:
    if version.state == VersionState.DRAFT or version.problem is None:
        return await problem_of(tx, rota)
    return PROBLEM.validate_python(version.problem)


async def freeze(tx: Transaction, rota: Rota, version: RotaVersion) -> None:
    """Keep with a version what it is judged by now, and what that comes to."""
    problem = await problem_of(tx, rota)
    cells = by_cell(await rota_versions.duties_of(tx, version.id))
    keep_judgement(version, problem, judge.score(problem, roster_of(problem, cells)))


def keep_judgement(version: RotaVersion, problem: Problem, found: Score) -> None:
    version.problem = in_json(problem)
    version.input_hash = print_of(version.problem)
    version.rules_as_of = problem.rules.as_of
    version.score = in_short(found)


def in_short(found: Score) -> dict[str, Any]:
    """The points of each rule, and how many rules are broken."""
    points = {rule.code.value: rule.points for rule in found.rules}
    return {"points": found.points, "rules": points, "breaches": len(found.breaches)}
