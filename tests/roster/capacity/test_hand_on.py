"""Somebody leaves or is called back: their clients stand on a list until each has a new named nurse."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from uuid6 import uuid7

from tests.roster.capacity.test_floor import TODAY, leaves
from tests.roster.facts import RUTH, SANDRA, TOM, a_plan, clearance, competency, contract, episode, hear
from tests.running import OTHER_TEAM, TEAM, Running

PRIYA = UUID("01938000-0000-7000-8000-0000000000c1")
SOON = TODAY + timedelta(days=32)


async def listed(client: Any) -> list[tuple[str, bool, str]]:
    answer = await client.get("/v1/hand-on", params={"team_id": str(TEAM)})
    assert answer.status_code == 200, answer.text
    return [(one["client_id"], one["as_named_nurse"], one["leaves_on"]) for one in answer.json()["items"]]


async def take_on(roster: Running, named: UUID, deputy: UUID) -> dict[str, Any]:
    name, opened = episode(uuid7(), named_nurse_id=str(named), deputy_id=str(deputy), opened_on="2026-06-01")
    await hear(roster, (name, opened))
    return opened


async def name(roster: Running, opened: dict[str, Any], named: UUID, deputy: UUID, since: date = TODAY) -> None:
    about = {one: opened[one] for one in ("episode_of_care_id", "client_id", "team_id")}
    who = {"named_nurse_id": str(named), "deputy_id": str(deputy), "changed_on": str(since), "reason": "leave"}
    await hear(roster, ("caseload.named_nurse.changed.v1", {**about, **who}), version=2)


async def test_anonymous_is_refused(roster: Running) -> None:
    nobody = await roster.client("roster", None)
    assert (await nobody.get("/v1/hand-on", params={"team_id": str(TEAM)})).status_code == 401


async def test_five_clients_of_somebody_who_is_called_back_need_a_new_named_nurse(roster: Running) -> None:
    nurse = await roster.nurse("roster")
    await leaves(roster, PRIYA, None, version=1)
    clients = [await take_on(roster, PRIYA, RUTH) for _ in range(5)]
    other = await take_on(roster, RUTH, PRIYA)
    await take_on(roster, RUTH, TOM)
    assert await listed(nurse) == []
    await leaves(roster, PRIYA, SOON)
    expected = [(one["client_id"], True, str(SOON)) for one in sorted(clients, key=lambda one: str(one["client_id"]))]
    assert await listed(nurse) == [*expected, (other["client_id"], False, str(SOON))]
    await name(roster, clients[0], RUTH, TOM)
    await name(roster, other, RUTH, TOM)
    assert {one[0] for one in await listed(nurse)} == {one["client_id"] for one in clients[1:]}
    await leaves(roster, PRIYA, None, version=3)
    assert await listed(nurse) == []


async def test_each_is_listed_with_those_who_may_make_all_visits_of_the_client(roster: Running) -> None:
    """Tom is not cleared to go alone, Sandra has the skill by the team's word alone, and Priya leaves."""
    nurse = await roster.nurse("roster")
    opened = await take_on(roster, RUTH, PRIYA)
    for who, role in ((RUTH, "registered_nurse"), (TOM, "registered_nurse"), (SANDRA, "assistant_practitioner")):
        await hear(roster, contract(who, 1800, role=role))
    await hear(roster, clearance(SANDRA, since_on=str(TODAY)), version=2)
    await hear(roster, clearance(TOM, since_on=str(TODAY), may_visit_alone=False), version=2)
    for who in (RUTH, TOM, SANDRA):
        said = {"id": str(uuid7()), "team_id": str(TEAM), "employee_id": str(who), "skill": "compression"}
        assert (await nurse.post("/v1/member-skills", json={**said, "from_on": str(TODAY)})).status_code == 201
    plan = a_plan(client_id=opened["client_id"], from_on=str(TODAY), role="assistant_practitioner")
    assert (await nurse.post("/v1/visit-plans", json=plan)).status_code == 201
    await leaves(roster, PRIYA, SOON, version=1)
    assert await _able(nurse) == [str(RUTH)]
    await hear(roster, competency(SANDRA, "compression"))
    assert await _able(nurse) == sorted([str(RUTH), str(SANDRA)])


async def _able(nurse: Any) -> list[str]:
    (found,) = (await nurse.get("/v1/hand-on", params={"team_id": str(TEAM)})).json()["items"]
    return list(found["able_ids"])


async def test_a_contract_that_ends_is_a_leave_unless_another_follows(roster: Running) -> None:
    nurse, opened = await roster.nurse("roster"), await take_on(roster, SANDRA, RUTH)
    await hear(roster, contract(SANDRA, 900, until_on=str(SOON)))
    assert await listed(nurse) == [(opened["client_id"], True, str(SOON))]
    await hear(roster, contract(SANDRA, 900, from_on=str(SOON + timedelta(days=1))))
    assert await listed(nurse) == []


@pytest.mark.parametrize(("days", "is_listed"), [(60, True), (61, False), (-3, True), (-61, True), (-400, True)])
async def test_the_list_looks_sixty_days_ahead_and_does_not_forget(roster: Running, days: int, is_listed: bool) -> None:
    nurse = await roster.nurse("roster")
    await take_on(roster, SANDRA, RUTH)
    await leaves(roster, SANDRA, TODAY + timedelta(days=days))
    assert len(await listed(nurse)) == int(is_listed)


async def test_an_old_contract_makes_no_leaver_of_a_member(roster: Running) -> None:
    nurse, _ = await roster.nurse("roster"), await take_on(roster, SANDRA, RUTH)
    await hear(roster, contract(SANDRA, 900, until_on=str(TODAY - timedelta(days=61))))
    assert await listed(nurse) == []


async def test_whose_care_has_ended_is_not_handed_on(roster: Running) -> None:
    nurse, opened = await roster.nurse("roster"), await take_on(roster, SANDRA, RUTH)
    await leaves(roster, SANDRA, SOON)
    about = {one: opened[one] for one in ("episode_of_care_id", "client_id", "team_id")}
    for what, status, left in (("paused", "onhold", 1), ("discharged", "finished", 0)):
        told = {**about, "status": status, "since_on": str(TODAY)}
        await hear(roster, (f"caseload.episode_of_care.{what}.v1", told), version=2 if left else 3)
        assert len(await listed(nurse)) == left


async def test_the_team_alone_sees_whom_it_hands_on(roster: Running) -> None:
    nurse, coach = await roster.nurse("roster"), await roster.client("roster", "somebody", "coach")
    assert (await coach.get("/v1/hand-on", params={"team_id": str(TEAM)})).status_code == 403
    assert (await nurse.get("/v1/hand-on", params={"team_id": str(OTHER_TEAM)})).status_code == 404
