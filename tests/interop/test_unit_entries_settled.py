"""What became of what an agent took: told late, refused, never told; and who looks into SystmOne and settles it."""

import asyncio
from typing import Any

import pytest

from demo.partners.systmone_agent import Unit
from services.common.auth import Persona, Principal
from services.interop.store.unit_entries import GIVEN_BACK_KEPT
from services.interop.usecases.unit_entries import take_entry
from tests.common.audited import trail
from tests.interop.agents import (
    NORTH,
    SOUTH,
    an_agent,
    beside_agents,
    do,
    entries,
    entry_of,
    lease_over,
    partner,
    recorded,
)
from tests.interop.records import Caseload
from tests.interop.staff import Staff
from tests.running import NURSE, OTHER_TEAM, Databases, Running

WRITTEN = {"outcome": "written"}


@pytest.fixture
async def system(databases: Databases, caseload: Caseload, staff: Staff) -> Any:
    async with beside_agents(databases, caseload, staff) as made:
        yield made


async def test_what_nobody_answers_for_is_unknown_until_a_nurse_has_looked(system: Running, caseload: Caseload) -> None:
    agent, nurse = await an_agent(system), await system.nurse("interop")
    (there,), (not_there,) = await recorded(system, caseload), await recorded(system, caseload)
    for number in range(2):
        await (await an_agent(system, device=f"PC-{number}")).take()
    await lease_over(system, nurse)
    standing = await partner(system)
    assert (standing["state"], standing["last_error"]) == ("failing", "no_answer")
    found = {one["care_contact_id"]: one for one in await entries(nurse, state="unknown")}
    assert {one["reason"] for one in found.values()} == {"no_answer"}
    assert await agent.take() is None, "what may be there is not written again"
    refused = await do(nurse, found[there], "send")
    assert (refused.status_code, refused.json()["code"]) == (409, "look_there_first")

    settled = (await do(nurse, found[there], "settle", found="there")).json()
    assert (settled["state"], settled["settled_by"]) == ("written", str(NURSE))
    assert (await do(nurse, found[not_there], "settle", found="not_there")).json()["state"] == "waiting"
    assert await agent.work() == "written"
    assert {one["state"] for one in await entries(nurse)} == {"written"}


async def test_a_late_word_is_believed_and_one_that_contradicts_a_nurse_waits_for_her(
    system: Running, caseload: Caseload
) -> None:
    agent, nurse = await an_agent(system), await system.nurse("interop")
    late, tried = await recorded(system, caseload), await recorded(system, caseload)
    settled, doubled = await recorded(system, caseload), await recorded(system, caseload)
    agents = [await an_agent(system, device=f"PC-{number}") for number in range(4)]
    taken = {one["care_contact_id"]: one for one in [await each.take() for each in agents] if one}
    await lease_over(system, nurse)
    assert (await agent.tell(taken[late[0]], WRITTEN)).json()["state"] == "written"
    gave_back = {"outcome": "not_tried", "reason": "agent_stopped"}
    assert (await agent.tell(taken[tried[0]], gave_back)).json()["state"] == "waiting"
    for contact in (*settled, *doubled):
        await do(nurse, await entry_of(nurse, contact), "settle", found="not_there")

    assert (await agent.tell(taken[settled[0]], WRITTEN)).json()["state"] == "unknown"
    assert (await entry_of(nurse, settled[0]))["reason"] == "told_late"
    while (again := await agent.take()) is not None:
        if again["care_contact_id"] == doubled[0]:
            assert (await agent.tell(taken[doubled[0]], WRITTEN)).json()["state"] == "taken"
        await agent.tell(again, WRITTEN)
    twice = await entry_of(nurse, doubled[0])
    assert (twice["state"], twice["reason"]) == ("doubled", "written_twice")
    assert (await do(nurse, twice, "settle", found="there")).json()["state"] == "written"
    assert (await do(nurse, await entry_of(nurse, settled[0]), "settle", found="there")).json()["state"] == "written"
    assert {one["state"] for one in await entries(nurse)} == {"written"}


async def test_what_systmone_refuses_waits_for_the_team_and_what_the_pc_cannot_do_waits_for_the_pc(
    system: Running, caseload: Caseload
) -> None:
    nurse, unit = await system.nurse("interop"), Unit(patients={"9990000034"}, is_logged_in=False)
    agent = await an_agent(system, unit=unit)
    by_hand, again, left = [(await recorded(system, caseload))[0] for _ in range(3)]
    assert await agent.work() == "not_tried"
    assert (await partner(system))["last_error"] == "nobody_logged_in"
    unit.is_logged_in = True
    assert [await agent.work() for _ in range(3)] == ["refused"] * 3
    refused = await entries(nurse, state="refused")
    assert {(one["reason"], one["system_code"]) for one in refused} == {("patient_not_found", "E404")}
    assert await agent.work() is None

    assert (await do(nurse, await entry_of(nurse, by_hand), "settle", found="there")).json()["state"] == "written"
    assert (await do(nurse, await entry_of(nurse, left), "settle", found="leave_out")).json()["state"] == "left_out"
    unit.patients = None
    assert (await do(nurse, await entry_of(nurse, again), "send")).json()["state"] == "waiting"
    assert await agent.work() == "written"
    assert (await partner(system))["state"] == "working"
    assert [(await entry_of(nurse, one))["state"] for one in (by_hand, again, left)] == [
        "written",
        "written",
        "left_out",
    ]
    assert (await do(nurse, await entry_of(nurse, left), "send")).json()["state"] == "waiting"


async def test_a_contact_of_a_client_without_a_verified_number_is_held_until_there_is_one(
    system: Running, caseload: Caseload
) -> None:
    nurse, agent = await system.nurse("interop"), await an_agent(system)
    cases = {"no_nhs_number": {"nhs_number": None}, "nhs_number_not_verified": {"nhs_number_status": "02"}}
    cases |= {"no_birth_date": {"birth_on": None}}
    held = {(await recorded(system, caseload, **person))[0]: reason for reason, person in cases.items()}
    assert {one["care_contact_id"]: one["reason"] for one in await entries(nurse, state="held")} == held
    assert await agent.take() is None

    entry = await entry_of(nurse, next(iter(held)))
    record = caseload.clients[entry["client_id"]]
    record["client"] |= {"nhs_number": "9990000034", "nhs_number_status": "01", "version": 2}
    await system.deliver("interop", "caseload.nhs_number.changed.v1", {"client_id": entry["client_id"]})
    assert await agent.work() == "written"

    _, contact, _ = held
    assert (await do(nurse, await entry_of(nurse, contact), "send")).json()["state"] == "waiting"
    assert await agent.take() is None
    assert (await entry_of(nurse, contact))["reason"] == "nhs_number_not_verified", "looked at again as it is taken"


async def test_a_pc_at_which_nobody_is_logged_in_for_long_leaves_its_last_takes(
    system: Running, caseload: Caseload
) -> None:
    nurse, unit = await system.nurse("interop"), Unit(is_logged_in=False)
    agent = await an_agent(system, unit=unit)
    (contact,) = await recorded(system, caseload)
    for _ in range(GIVEN_BACK_KEPT + 4):
        assert await agent.work() == "not_tried"
    unit.is_logged_in = True
    assert await agent.work() == "written"
    entry = await entry_of(nurse, contact)
    takes = (await nurse.get(f"/v1/systmone-entries/{entry['id']}")).json()["takes"]
    assert [one["outcome"] for one in takes] == ["not_tried"] * GIVEN_BACK_KEPT + ["written"]


async def test_what_an_agent_has_of_a_unit_that_is_written_into_no_more_is_the_teams_to_settle_after_the_lease(
    databases: Databases, caseload: Caseload, staff: Staff
) -> None:
    async with beside_agents(databases, caseload, staff) as system:
        (contact,) = await recorded(system, caseload)
        await (await an_agent(system)).take()
    async with beside_agents(databases, caseload, staff, joins=False, systmone_writes={}) as system:
        nurse = await system.nurse("interop")
        await lease_over(system, nurse)
        settled = await do(nurse, await entry_of(nurse, contact), "settle", found="there")
        assert settled.json()["state"] == "written"


async def test_of_a_client_who_has_been_with_two_teams_no_two_units_agents_have_an_entry_at_once(
    system: Running, caseload: Caseload
) -> None:
    first, second = await recorded(system, caseload, contacts=2)
    moved = f"update unit_entry set team_id = '{OTHER_TEAM}' where care_contact_id = '{second}'"
    await system.alter("interop", moved)
    south, units = await an_agent(system, SOUTH), system.apps["interop"].state.settings.systmone_writes
    north = Principal(NORTH, Persona.INTEGRATOR)
    async with system.databases["interop"].transaction(north) as tx:
        handed = await take_entry(tx, "PC-1", units)
        assert handed is not None
        assert str(handed.entry.care_contact_id) == first
        waits = asyncio.create_task(south.take())
        await asyncio.sleep(0.3)
        assert not waits.done()
    assert await waits is None


async def test_a_restart_loses_nothing(databases: Databases, caseload: Caseload, staff: Staff) -> None:
    async with beside_agents(databases, caseload, staff) as system:
        (contact,) = await recorded(system, caseload)
        taken = await (await an_agent(system)).take()
        assert taken is not None
    async with beside_agents(databases, caseload, staff, joins=False) as system:
        agent, nurse = await an_agent(system, device="PC-2"), await system.nurse("interop")
        assert await agent.take() is None
        assert (await agent.tell(taken, WRITTEN)).json()["state"] == "written"
        assert (await entry_of(nurse, contact))["state"] == "written"


async def test_who_looks_after_the_connection_sees_counts_and_ids_and_an_agent_that_is_silent(
    system: Running, caseload: Caseload
) -> None:
    ops, agent = await system.client("interop", "ops-1", "ops"), await an_agent(system)
    await recorded(system, caseload, contacts=2)
    await recorded(system, caseload, nhs_number=None)
    units = {one["unit"]: one for one in (await ops.get("/v1/systmone-units")).json()["items"]}
    north = units["NORTH"]
    assert {one["state"]: one["entries"] for one in north["stands"]} == {"waiting": 2, "held": 1}
    assert (north["agent"], units["SOUTH"]["agent"], units["SOUTH"]["stands"]) == (NORTH, SOUTH, [])
    path = f"/v1/systmone-units/{north['team_id']}/entries"
    first = (await ops.get(path, params={"state": "waiting", "limit": 1})).json()
    rest = (await ops.get(path, params={"state": "waiting", "limit": 1, "cursor": first["next_cursor"]})).json()
    assert len({one["id"] for one in (*first["items"], *rest["items"])}) == 2
    assert {name for one in first["items"] for name in one} == {"id", "state", "reason", "system_code", "changed_at"}
    looked = [one for one in await trail(system.databases["interop"]) if "/systmone-units/" in one.operation]
    assert [one.client_ids for one in looked] == [None, None], "who was told of nobody is in nobody's report"

    await agent.work()
    assert (await partner(system))["state"] == "working"
    await system.alter("interop", "update partner_health set last_heard_at = now() - interval '20 minutes'")
    assert (await partner(system))["state"] == "silent"
    assert (await partner(system, "systmone_agent:SOUTH"))["state"] == "unused"
