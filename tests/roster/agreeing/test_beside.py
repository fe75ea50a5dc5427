"""Shifts that people planned by hand are in a rota's problem: a proposal is built around them."""

from uuid import UUID

from services.common.auth import SYSTEM
from services.roster.domain.proposal import told
from services.roster.domain.rota_version.rota import Rota
from services.roster.domain.rota_version.version import RotaVersion
from services.roster.solver import team as solver
from services.roster.usecases.rota import problem_of
from tests.roster.agreeing.conftest import Team
from tests.roster.agreeing.made import DUTIES, Planning, id_of
from tests.roster.agreeing.test_dated import known
from tests.roster.agreeing.test_placing import at, placed
from tests.roster.agreeing.test_publish import GROUND
from tests.roster.facts import RUTH, TOM, code
from tests.running import Running

BY_HAND = at(0, "13:00", "22:00")


async def test_a_shift_by_hand_is_fixed_and_no_duty_of_the_rota(
    roster: Running, planning: Planning, team: Team
) -> None:
    assert (await placed(team, BY_HAND, at(14, "13:00", "22:00"))).status_code == 201
    found = await known(roster, planning)
    (cell,) = found.beside
    assert (found.members[cell[0]].employee_id, cell[1], found.fixed) == (RUTH, 0, (cell,))
    assert {duty.code for duty in found.duties} == set(DUTIES)
    assert cell[2] in {pattern.code for pattern in found.history}


async def test_a_rota_is_judged_with_what_stands_beside_it(planning: Planning, team: Team) -> None:
    """On Tuesday at half past seven Ruth would have rested for nine and a half hours."""
    await placed(team, BY_HAND)
    version = await planning.drafted((RUTH, 1, "E"))
    score = (await team.ruth.get(f"/v1/rota-versions/{id_of(version)}/score")).json()
    assert [(one["law"], one["employee_id"]) for one in score["breaches"]] == [("daily_rest", str(RUTH))]
    urgent = {"urgency": "Nobody is there on Tuesday"}
    refused = await planning.tried(version, "publish", urgent)
    assert (refused.status_code, code(refused)) == (422, "breach_needs_ground")
    await planning.done(version, "publish", urgent | {"ground": GROUND})


async def test_a_proposal_is_built_around_it_and_not_over_it_or_beside_it(
    roster: Running, planning: Planning, team: Team
) -> None:
    """Somebody else has Monday and, as the rest of eleven hours is not over, the early duty of Tuesday."""
    await placed(team, BY_HAND)
    problem = await known(roster, planning)
    (cell,) = problem.beside
    found = (await solver.propose(problem, solver.Asked(seconds=3, seed=1)))[0]
    row = found.roster[cell[0]]
    assert (row[0], row[1] == "E") == (cell[2], False)
    assert [one for one in found.score.breaches if one.member == cell[0]] == []
    assert cell[2] not in {one["code"] for one in told(problem, [list(row) for row in found.roster])}


async def test_what_the_rota_itself_plans_is_not_beside_it(roster: Running, planning: Planning, team: Team) -> None:
    """And a published duty stays what its day is known by, though there is a shift beside it."""
    published = await planning.done(await planning.drafted((TOM, 0, "E")), "publish", {"urgency": "Nobody is there"})
    assert (await known(roster, planning)).beside == ()
    evening = at(0, "17:00", "18:00", employee_id=str(TOM), unpaid_break_minutes=0)
    assert (await placed(team, evening)).status_code == 201
    assert len((await known(roster, planning)).beside) == 1
    async with roster.databases["roster"].transaction(SYSTEM) as tx:
        rota, version = await tx.get(Rota, UUID(planning.rota["id"])), await tx.get(RotaVersion, UUID(id_of(published)))
        near = await problem_of(tx, rota, version)
    assert (near.beside, near.fixed) == ((), ())
    assert {code for row in near.base or () for code in row} == {None, "E"}
