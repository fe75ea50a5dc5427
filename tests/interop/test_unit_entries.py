"""What a team records goes into its SystmOne unit by an agent, and nothing is written twice in silence."""

import asyncio
import os
import sys
from typing import Any
from uuid import UUID
from xml.etree import ElementTree

import pytest

from demo.partners.systmone_agent import Unit
from demo.servers.http import serving
from services.interop.domain.unit_entry import UnitTake
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
    recorded,
)
from tests.interop.answers import stored
from tests.interop.gp import another_contact, record_contact
from tests.interop.records import Caseload, a_record
from tests.interop.staff import Staff, a_colleague, a_place, tell_of
from tests.running import NURSE, OTHER_TEAM, Databases, Running

WRITTEN = {"outcome": "written"}
NO_NUMBER = {"outcome": "refused", "reason": "patient_not_found", "system_code": "E404"}


@pytest.fixture
async def system(databases: Databases, caseload: Caseload, staff: Staff) -> Any:
    async with beside_agents(databases, caseload, staff) as made:
        yield made


async def partner(system: Running, name: str = "systmone_agent:NORTH") -> dict[str, Any]:
    ops = await system.client("interop", "ops-1", "ops")
    items = (await ops.get("/v1/partners")).json()["items"]
    return next(dict(one) for one in items if one["name"] == name)


async def test_a_contact_is_told_to_the_agent_whole_and_without_the_words_of_notes(
    system: Running, caseload: Caseload, staff: Staff
) -> None:
    await tell_of(system, staff, a_colleague(a_place(), a_place(role="student", team_id=str(OTHER_TEAM))))
    nurse, agent = await system.nurse("interop"), await an_agent(system)
    assert (await partner(system))["state"] == "unused"
    assert await agent.work() is None, "nothing waits"
    (contact,) = await recorded(system, caseload)
    (waiting,) = await entries(nurse)
    assert (waiting["state"], waiting["care_contact_id"]) == ("waiting", contact)

    taken = await agent.take()
    assert taken is not None
    assert (taken["id"], taken["unit"], taken["care_contact_id"]) == (waiting["id"], "NORTH", contact)
    assert taken["contact"] == {
        "patient": {"nhs_number": "9990000204", "birth_on": "1936-06-06", "family_name": "Tabor"},
        "started_at": "2026-11-10T09:00:00Z",
        "minutes": 65,
        "channel": "in_person",
        "place": "home",
        "activities": [
            {"activity_type": "nursing", "minutes": 30},
            {"activity_type": "personal_care", "minutes": 20},
            {"activity_type": "nursing", "minutes": 15},
        ],
        "by": {
            "employee_id": str(NURSE),
            "given_name": "Ruth",
            "family_name": "Adeyemi",
            "role": "registered_nurse",
        },
        "omaha_edition": "2005",
        "problems": [{"code": "26", "term": "Skin"}],
        "interventions": [{"code": "02.14", "term": taken["contact"]["interventions"][0]["term"]}],
    }
    assert taken["contact"]["interventions"][0]["term"]
    assert "A private note" not in str(taken)
    assert (await entry_of(nurse, contact))["state"] == "taken"


async def test_what_was_told_is_on_record_and_once_written_nobody_has_it_again(
    system: Running, caseload: Caseload, caplog: pytest.LogCaptureFixture
) -> None:
    nurse, agent = await system.nurse("interop"), await an_agent(system)
    await agent.take()
    await recorded(system, caseload)
    taken = await agent.take()
    assert taken is not None
    (entry,) = await entries(nurse)
    nothing, looked = [one for one in await trail(system.databases["interop"]) if one.operation.endswith("/take")]
    assert (looked.subject, looked.client_ids, looked.entity_id) == (
        NORTH,
        [UUID(entry["client_id"])],
        UUID(entry["id"]),
    )
    assert not nothing.client_ids, "an agent that was told nothing saw nobody"

    told = await agent.tell(taken, WRITTEN)
    assert (told.status_code, told.json()) == (200, {"id": taken["id"], "state": "written"})
    whole = (await nurse.get(f"/v1/systmone-entries/{taken['id']}")).json()
    assert [(one["device"], one["outcome"]) for one in whole["takes"]] == [("PC-1", "written")]
    assert (whole["state"], bool(whole["written_at"]), whole["until_at"]) == ("written", True, None)
    standing = await partner(system)
    assert (standing["state"], standing["failures"], bool(standing["last_success_at"])) == ("working", 0, True)
    assert not any(text in caplog.text for text in ("9990000204", "Tabor", "Adeyemi"))


async def test_an_agent_in_a_process_of_its_own_writes_what_waits_in_its_own_words(
    system: Running, caseload: Caseload
) -> None:
    await recorded(system, caseload, contacts=2)
    token = system.issuer.token(NORTH, "integrator", "interop")
    async with serving(system.apps["interop"], lifespan=False) as url:
        command = (sys.executable, "-m", "demo.partners.systmone_agent", url, "WARD-2")
        process = await asyncio.create_subprocess_exec(
            *command, env={**os.environ, "HEATSHIELD_TOKEN": token}, stdout=asyncio.subprocess.PIPE
        )
        printed, _ = await process.communicate()
    assert (process.returncode, printed.split()) == (0, [b"written", b"written"])
    nurse = await system.nurse("interop")
    assert {one["state"] for one in await entries(nurse)} == {"written"}
    assert {one.device for one in await stored(system, UnitTake)} == {"WARD-2"}


async def test_what_the_fake_writes_is_made_of_what_it_was_told_by_the_clocks_of_england(
    system: Running, caseload: Caseload
) -> None:
    await record_contact(system, caseload, another_contact(a_record(), "2026-07-10T09:00:00Z"))
    agent = await an_agent(system)
    assert await agent.work() == "written"
    (raw,) = agent.unit.written
    root = ElementTree.fromstring(raw)
    assert (root.tag, root.attrib["unit"]) == ("MadeUpContact", "NORTH")
    assert root.find("Was").attrib["at"] == "2026-07-10T10:00:00+01:00"  # type: ignore[union-attr]
    assert root.find("By").text == str(NURSE), "of somebody whom hr has not told of there is an id"  # type: ignore[union-attr]


async def test_two_agents_at_once_have_one_entry_each_and_a_client_is_written_in_order(
    system: Running, caseload: Caseload
) -> None:
    first, second = await recorded(system, caseload, contacts=2)
    other = await recorded(system, caseload, nhs_number="9990000034")
    agents = [await an_agent(system, device=f"PC-{number}") for number in range(3)]
    handed = await asyncio.gather(*(one.take() for one in agents))
    taken = {one["care_contact_id"]: (one, agent) for one, agent in zip(handed, agents, strict=True) if one}
    assert set(taken) == {first, *other}, "the second of a client waits until the first is answered"
    entry, agent = taken[first]
    assert (await agent.tell(entry, NO_NUMBER)).status_code == 200
    again = await asyncio.gather(*(one.take() for one in agents))
    assert [one["care_contact_id"] for one in again if one] == [second]


async def test_an_answer_that_was_lost_is_had_again_by_its_key_and_the_same_report_changes_nothing(
    system: Running, caseload: Caseload
) -> None:
    (contact,) = await recorded(system, caseload)
    agent, nurse = await an_agent(system), await system.nurse("interop")
    first, again = await agent.take("key-1"), await agent.take("key-1")
    assert first is not None
    assert first == again
    assert await agent.take("key-2") is None
    told = [await agent.tell(first, WRITTEN) for _ in range(2)]
    assert [one.json() for one in told] == [{"id": first["id"], "state": "written"}] * 2
    version = (await entry_of(nurse, contact))["version"]
    await agent.tell(first, WRITTEN)
    assert (await entry_of(nurse, contact))["version"] == version
    (take,) = await stored(system, UnitTake)
    assert take.outcome == "written"


async def test_what_nobody_answers_for_is_unknown_until_a_nurse_has_looked(system: Running, caseload: Caseload) -> None:
    agent, nurse = await an_agent(system), await system.nurse("interop")
    (there,), (not_there,) = await recorded(system, caseload), await recorded(system, caseload)
    for _ in range(2):
        await agent.take()
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
    taken = {one["care_contact_id"]: one for one in [await agent.take() for _ in range(4)] if one}
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


async def test_a_restart_loses_nothing(databases: Databases, caseload: Caseload, staff: Staff) -> None:
    async with beside_agents(databases, caseload, staff) as system:
        (contact,) = await recorded(system, caseload)
        taken = await (await an_agent(system)).take()
        assert taken is not None
    async with beside_agents(databases, caseload, staff, joins=False) as system:
        agent, nurse = await an_agent(system), await system.nurse("interop")
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

    await agent.work()
    assert (await partner(system))["state"] == "working"
    await system.alter("interop", "update partner_health set last_heard_at = now() - interval '20 minutes'")
    assert (await partner(system))["state"] == "silent"
    assert (await partner(system, "systmone_agent:SOUTH"))["state"] == "unused"


async def test_where_no_unit_is_written_into_nothing_is_queued(
    databases: Databases, caseload: Caseload, staff: Staff
) -> None:
    async with beside_agents(databases, caseload, staff, systmone_writes={}) as system:
        await recorded(system, caseload)
        assert await entries(await system.nurse("interop")) == []
        assert (await partner(system, "systmone_agent"))["state"] == "not_connected"
