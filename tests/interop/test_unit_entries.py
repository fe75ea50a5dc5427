"""What a team records goes into its SystmOne unit by an agent, and nothing is written twice in silence."""

import asyncio
import os
import sys
from typing import Any
from uuid import UUID
from xml.etree import ElementTree

import pytest

from demo.servers.http import serving
from services.interop.domain.unit_entry import UnitTake
from tests.common.audited import trail
from tests.interop.agents import (
    NORTH,
    an_agent,
    beside_agents,
    entries,
    entry_of,
    partner,
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


@pytest.mark.parametrize(
    ("words", "persona", "says"),
    [
        (("PC-1",), "integrator", "URL DEVICE"),
        (("URL", "PC-1"), "nurse", "Sign in as somebody whose role may do this."),
    ],
)
async def test_an_agent_that_is_started_wrongly_says_how_it_is_started(
    system: Running, words: tuple[str, ...], persona: str, says: str
) -> None:
    token = system.issuer.token(NORTH, persona, "interop")
    async with serving(system.apps["interop"], lifespan=False) as url:
        command = (
            sys.executable,
            "-m",
            "demo.partners.systmone_agent",
            *(url if one == "URL" else one for one in words),
        )
        process = await asyncio.create_subprocess_exec(
            *command, env={**os.environ, "HEATSHIELD_TOKEN": token}, stderr=asyncio.subprocess.PIPE
        )
        _, said = await process.communicate()
    assert process.returncode == 1
    assert says in said.decode()
    assert "Traceback" not in said.decode()


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
    free = [one for one in agents if one is not taken[other[0]][1]]
    again = await asyncio.gather(*(one.take() for one in free))
    assert [one["care_contact_id"] for one in again if one] == [second]


async def test_an_answer_that_was_lost_is_had_again_by_its_key_and_the_same_report_changes_nothing(
    system: Running, caseload: Caseload
) -> None:
    (contact,) = await recorded(system, caseload)
    agent, nurse = await an_agent(system), await system.nurse("interop")
    first, again = await agent.take("key-1"), await agent.take("key-1")
    assert first is not None
    assert first == again
    other = await an_agent(system, device="PC-2")
    assert await other.take("key-2") is None
    told = [await agent.tell(first, WRITTEN) for _ in range(2)]
    assert [one.json() for one in told] == [{"id": first["id"], "state": "written"}] * 2
    version = (await entry_of(nurse, contact))["version"]
    await agent.tell(first, WRITTEN)
    assert (await entry_of(nurse, contact))["version"] == version
    (take,) = await stored(system, UnitTake)
    assert take.outcome == "written"


async def test_where_no_unit_is_written_into_nothing_is_queued(
    databases: Databases, caseload: Caseload, staff: Staff
) -> None:
    async with beside_agents(databases, caseload, staff, systmone_writes={}) as system:
        await recorded(system, caseload)
        assert await entries(await system.nurse("interop")) == []
        assert (await partner(system, "systmone_agent"))["state"] == "not_connected"
