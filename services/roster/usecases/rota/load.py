"""A rota as its rules, its solver and its score know it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from services.common.db import Transaction
from services.roster.domain import rota as judge
from services.roster.domain.job import print_of
from services.roster.domain.rota.problem import Problem
from services.roster.domain.rota.scored import Score
from services.roster.domain.rota_version.duty import by_cell, roster_of
from services.roster.domain.rota_version.people import Team
from services.roster.domain.rota_version.rota import Rota
from services.roster.domain.rota_version.version import RotaVersion, VersionState
from services.roster.domain.rota_version.worked import WEEK, WORKED_WEEKS, Worked
from services.roster.store import abilities, leave, rota_people, rota_versions
from services.roster.usecases.agreed import team_rules
from services.roster.usecases.rota.letters import letters_of

PROBLEM = TypeAdapter(Problem)
SETS = ("skills", "cannot", "supervised_with")


def in_json(problem: Problem) -> dict[str, Any]:
    """The same for the same problem in every process: what of a member is a set is put in order."""
    told: dict[str, Any] = PROBLEM.dump_python(problem, mode="json")
    for member in told["members"]:
        member.update({name: sorted(member[name]) for name in SETS})
    return told


async def problem_of(tx: Transaction, rota: Rota, version: RotaVersion | None = None) -> Problem:
    """What a rota has to meet: people, duties, needs, rules and history, by a fixed number of statements.

    With a version its pinned duties are fixed, and the problem is kept near to it. Raises what `slots` raises.
    """
    rules = await team_rules(tx, rota.team_id, rota.from_on)
    types = await letters_of(tx, rota)
    belonging = await rota_versions.memberships(tx, rota.team_id, rota.from_on, rota.to_on)
    since = rota.from_on - timedelta(days=WORKED_WEEKS * WEEK)
    worked = Worked(await rota_people.stretches(tx, belonging.keys(), since, rota.from_on), types.values())
    team = Team(
        rota=rota,
        belonging=belonging,
        contracts=await rota_people.contracts(tx, rota.team_id, rota.from_on, rota.to_on),
        cleared=await abilities.cleared(tx, belonging.keys(), rota.to_on),
        worked=worked,
        skills=await abilities.skills(tx, rota.team_id, rota.from_on),
        leave=await leave.agreed_leave(tx, belonging.keys(), since, rota.to_on),
        said=await leave.said(tx, rota.team_id, rota.from_on, rota.to_on),
    )
    members = team.members(types, rules)
    history = tuple(worked.other.values())
    problem = Problem(rota.from_on, rota.days, tuple(types.values()), members, rota.needed(), rules, history=history)
    return problem if version is None else await _near(tx, problem, version)


async def _near(tx: Transaction, problem: Problem, version: RotaVersion) -> Problem:
    duties = await rota_versions.duties_of(tx, version.id)
    number = {one.employee_id: index for index, one in enumerate(problem.members)}
    fixed = tuple(
        (number[duty.employee_id], (duty.day_on - problem.from_on).days, duty.code)
        for duty in duties
        if duty.pinned and duty.employee_id in number
    )
    return replace(problem, fixed=fixed, base=roster_of(problem, by_cell(duties)))


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
