"""Who may not take, report, see or settle what goes into a SystmOne unit, and each refusal with its way out."""

from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError
from sqlalchemy import select
from uuid6 import uuid7

from demo.partners.systmone_agent import Agent
from services.common.auth import Persona, Principal
from services.interop.domain.unit_entry import UnitEntry, UnitTake
from services.interop.settings import InteropSettings
from tests.common.audited import trail
from tests.interop.agents import (
    NORTH,
    PATH,
    SOUTH,
    WRITES,
    an_agent,
    beside_agents,
    do,
    entries,
    entry_of,
    lease_over,
    recorded,
)
from tests.interop.records import Caseload
from tests.interop.staff import Staff
from tests.interop.unit import BEN, CARA, DAY, Unit, a_file, beside_systmone, held, taken, visited
from tests.running import NURSE, STRANGER, TEAM, Databases, Running

WRITTEN = {"outcome": "written"}
REFUSED = {"outcome": "refused", "reason": "patient_not_found"}


@pytest.fixture
async def system(databases: Databases, caseload: Caseload, staff: Staff) -> Any:
    async with beside_agents(databases, caseload, staff) as made:
        yield made


@pytest.fixture
async def handed(system: Running, caseload: Caseload) -> Any:
    """An entry that the north's agent has."""
    await recorded(system, caseload)
    return await (await an_agent(system)).take()


def refusal(answer: Any) -> tuple[int, str, str]:
    told = answer.json()
    (error, *_) = told["errors"]
    assert error["way_out"], answer.text
    return answer.status_code, told["code"], error["pointer"]


async def test_who_is_no_agent_of_a_unit_takes_nothing(system: Running, caseload: Caseload) -> None:
    await recorded(system, caseload)
    body = {"device": "PC-1"}
    nobody, nurse = await system.client("interop", None), await system.nurse("interop")
    ungranted = await system.client("interop", NORTH, "integrator", scope="agency-care:write events:read")
    council = await system.client("interop", NORTH, "council")
    callers = (nobody, nurse, ungranted, council, await system.client("interop", "ops-1", "ops"))
    assert [(await one.post(f"{PATH}/take", json=body)).status_code for one in callers] == [401, 403, 403, 403, 403]
    assert refusal(await (await system.client("interop", "another", "integrator")).post(f"{PATH}/take", json=body)) == (
        404,
        "no_unit_of_yours",
        "/header/Authorization",
    )
    assert await (await an_agent(system, SOUTH)).take() is None, "the other unit's agent is told nothing of this one"
    assert [one["state"] for one in await entries(nurse)] == ["waiting"]
    agent = await system.client("interop", NORTH, "integrator")
    for wrong in ({}, {"device": "The PC by the window"}, {"device": ""}, {"device": "x" * 41}, {**body, "more": 1}):
        assert (await agent.post(f"{PATH}/take", json=wrong)).status_code == 422, wrong
    bare = await agent.post(f"{PATH}/take", json=body, auth=None)
    assert refusal(bare) == (400, "idempotency_key_required", "/header/Idempotency-Key")


async def test_a_pc_that_has_not_said_what_became_of_an_entry_is_handed_no_other(
    system: Running, caseload: Caseload, handed: dict[str, Any]
) -> None:
    await recorded(system, caseload)
    client, nurse = await system.client("interop", NORTH, "integrator"), await system.nurse("interop")
    refused = await client.post(f"{PATH}/take", json={"device": "PC-1"})
    assert refusal(refused) == (409, "answer_first", "/body/device")
    assert sorted(one["state"] for one in await entries(nurse)) == ["taken", "waiting"]
    await lease_over(system, nurse)
    assert await (await an_agent(system)).take() is not None, "a PC that has lost its entry goes on after the lease"


async def test_an_entry_is_handed_out_again_by_its_key_only_to_who_still_has_it_to_write(
    system: Running, caseload: Caseload
) -> None:
    await recorded(system, caseload)
    agent, nurse = await an_agent(system), await system.nurse("interop")

    async def again(key: str) -> Any:
        return await agent.client.post(f"{PATH}/take", json={"device": agent.device}, headers={"Idempotency-Key": key})

    taken = await agent.take("first") or {}
    assert (await again("first")).json()["items"] == [taken]
    asked = [one for one in await trail(system.databases["interop"]) if one.operation.endswith("/take")]
    assert [(one.entity_id, len(one.client_ids or ())) for one in asked] == [(UUID(taken["id"]), 1)] * 2
    await agent.tell(taken, WRITTEN)
    answered = await again("first")
    assert refusal(answered) == (409, "take_is_over", "/header/Idempotency-Key")
    await do(nurse, (await entries(nurse))[0], "settle", found="not_there")
    assert (await again("first")).status_code == 409, "nor once it waits again"
    second = await agent.take("second") or {}
    assert (await again("first")).status_code == 409, "nor while another take has it"
    await lease_over(system, nurse)
    assert (await again("second")).status_code == 409
    assert (await agent.tell(second, WRITTEN)).json()["state"] == "written"
    assert await agent.take("none") is None
    assert (await again("none")).json() == {"items": []}

    app = system.apps["interop"]
    app.state.settings = app.state.settings.model_copy(update={"systmone_writes": {}})
    for key in ("first", "second", "none"):
        gone = await again(key)
        assert refusal(gone)[:2] == (404, "no_unit_of_yours")
        assert "Tabor" not in gone.text


async def test_only_who_has_an_entry_says_what_became_of_it(system: Running, handed: dict[str, Any]) -> None:
    agent, nurse = await an_agent(system), await system.nurse("interop")
    south = await an_agent(system, SOUTH)
    another = Agent(await system.client("interop", "another", "integrator"), south.unit)
    ungranted = Agent(await system.client("interop", NORTH, "integrator", scope="events:read"), south.unit)
    unknown = {**handed, "id": str(uuid7())}
    assert refusal(await south.tell(handed, WRITTEN)) == (404, "not_found", "/path")
    assert (await south.tell(handed, WRITTEN)).json()["detail"] == (await agent.tell(unknown, WRITTEN)).json()["detail"]
    assert refusal(await another.tell(handed, WRITTEN))[:2] == (404, "no_unit_of_yours")
    assert (await ungranted.tell(handed, WRITTEN)).status_code == 403
    assert (await do(nurse, handed, "outcome", take_id=handed["take_id"], **WRITTEN)).status_code == 403
    not_its = await agent.tell({**handed, "take_id": str(uuid7())}, WRITTEN)
    assert refusal(not_its) == (409, "not_your_take", "/body/take_id")
    assert [one["state"] for one in await entries(nurse)] == ["taken"]

    # Another system has become the unit's agent meanwhile.
    app = system.apps["interop"]
    moved = InteropSettings.model_validate({"systmone_writes": {"NORTH": {"team_id": str(TEAM), "agent": SOUTH}}})
    told = {"systmone_writes": moved.systmone_writes}
    app.state.settings = app.state.settings.model_copy(update=told)
    assert refusal(await south.tell(handed, WRITTEN)) == (409, "not_your_take", "/body/take_id")
    assert refusal(await agent.tell(handed, WRITTEN))[:2] == (404, "no_unit_of_yours")


async def test_a_second_word_that_differs_is_refused_and_so_is_what_could_hold_a_name(
    system: Running, handed: dict[str, Any]
) -> None:
    agent, nurse = await an_agent(system), await system.nurse("interop")
    wrong: list[tuple[str, dict[str, Any]]] = [
        ("outcome", {"outcome": "done"}),
        ("reason", {"outcome": "refused"}),
        ("reason", {"outcome": "refused", "reason": "Tabor is not known"}),
        ("reason", {"outcome": "refused", "reason": "nobody_logged_in"}),
        ("reason", {"outcome": "not_tried", "reason": "patient_not_found"}),
        ("reason", {"outcome": "written", "reason": "patient_not_found"}),
        ("system_code", {"outcome": "written", "system_code": "E1"}),
        *(
            ("system_code", {**REFUSED, "system_code": one})
            for one in ("Tabor", "9990000204", "E 404", "Maureen Tabor 1", "")
        ),
        ("words", {**REFUSED, "words": "Tabor"}),
    ]
    for field, told in wrong:
        answer = await agent.tell(handed, told)
        assert answer.status_code == 422, told
        assert [one["pointer"] for one in answer.json()["errors"]] == [f"/body/{field}"], told
        assert "Tabor" not in answer.text
    assert (await agent.tell(handed, REFUSED)).status_code == 200
    for told in (WRITTEN, {**REFUSED, "system_code": "E404"}):
        assert refusal(await agent.tell(handed, told)) == (409, "outcome_told_before", "/body/outcome")
    assert [one["reason"] for one in await entries(nurse)] == ["patient_not_found"]


async def test_what_an_agent_has_is_nobodys_to_settle_or_send_and_a_stale_version_changes_nothing(
    system: Running, handed: dict[str, Any]
) -> None:
    nurse, agent = await system.nurse("interop"), await an_agent(system)
    for what, body in (("settle", {"found": "there"}), ("send", {})):
        assert refusal(await do(nurse, handed, what, **body)) == (409, "with_an_agent", "/path/unit_entry_id")
    await agent.tell(handed, WRITTEN)
    (entry,) = await entries(nurse)
    path = f"{PATH}/{entry['id']}"
    stale = await nurse.post(f"{path}/settle", json={"found": "not_there"}, headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    assert refusal(await nurse.post(f"{path}/send")) == (409, "look_there_first", "/path/unit_entry_id")
    assert (await nurse.post(f"{path}/settle", json={"found": "perhaps"})).status_code == 422
    assert [one["state"] for one in await entries(nurse)] == ["written"]
    assert (await do(nurse, entry, "settle", found="not_there")).json()["state"] == "waiting"


async def test_another_team_sees_and_settles_nothing_and_the_database_shows_it_no_row(
    system: Running, handed: dict[str, Any]
) -> None:
    stranger, ops = await system.client("interop", STRANGER), await system.client("interop", "ops-1", "ops")
    assert await entries(stranger) == []
    path = f"{PATH}/{handed['id']}"
    tag = {"If-Match": '"2"'}
    assert [
        (await stranger.get(path)).status_code,
        (await stranger.post(f"{path}/settle", json={"found": "there"}, headers=tag)).status_code,
        (await stranger.post(f"{path}/send", headers=tag)).status_code,
        (await ops.get(PATH)).status_code,
        (await ops.get(path)).status_code,
        (await stranger.get("/v1/systmone-units")).status_code,
        (await stranger.get(f"/v1/systmone-units/{TEAM}/entries?state=taken")).status_code,
    ] == [404, 404, 404, 403, 403, 403, 403]
    shown = (await ops.get(f"/v1/systmone-units/{TEAM}/entries")).json()["items"]
    assert [set(one) for one in shown] == [{"id", "state", "reason", "system_code", "changed_at"}]
    for employee, rows in ((STRANGER, 0), (NURSE, 1)):
        asks = Principal(str(employee), Persona.NURSE, employee)
        async with system.databases["interop"].transaction(asks) as tx:
            assert [len(await tx.all(select(one))) for one in (UnitEntry, UnitTake)] == [rows, rows]


@pytest.mark.parametrize(
    ("writes", "said"),
    [
        ({"NORTH": {"team_id": "the north", "agent": "a"}}, "NORTH.team_id"),
        ({"NORTH": {"team_id": str(TEAM)}}, "NORTH.agent"),
        ({"NORTH": {"team_id": str(TEAM), "agent": "an agent"}}, "NORTH.agent"),
        ({"NORTH": str(TEAM)}, "NORTH"),
        ({"NORTH": {"team_id": str(TEAM), "agent": "a", "xsd": "x"}}, "NORTH.xsd"),
        ({"the north": {"team_id": str(TEAM), "agent": "a"}}, "the north"),
        ({**WRITES, "WEST": {"team_id": str(TEAM), "agent": "a"}}, "stands here twice"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_refused_by_its_name(writes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        InteropSettings(systmone_writes=writes)
    assert "systmone_writes" in str(refused.value)
    assert said in str(refused.value)


@pytest.fixture
async def both(databases: Databases, caseload: Caseload, tmp_path: Any) -> Any:
    place = str(tmp_path / "unit")
    async with beside_systmone(databases, caseload, place, tmp_path / "unit", systmone_writes=WRITES) as made:
        await made.system.join("interop")
        yield made


async def test_a_contact_that_systmone_does_not_hold_is_told_with_what_became_of_its_entry(
    both: Unit, caseload: Caseload
) -> None:
    agent, nurse = await an_agent(both.system), await both.system.nurse("interop")
    numbers = (BEN, CARA, "9990000050", "9990000069", "9990000077")
    contacts = [(await visited(both.system, caseload, "10:00", nhs_number=one))[0] for one in numbers]
    written, refused, unknown, left, waiting = contacts
    for told in (WRITTEN, REFUSED):
        await agent.tell(await agent.take() or {}, told)
    await agent.take()
    await both.system.alter("interop", "update unit_entry set state = 'unknown' where state = 'taken'")
    await do(nurse, await entry_of(nurse, left), "settle", found="leave_out")
    await taken(both, "night.csv", a_file(held("1", BEN, "16:00")))
    (line,) = await both.reckoned(DAY)
    told = {one["about"]: one["reason"] for one in line["differences"] if one["kind"] == "not_sent"}
    assert told == {
        written: "SystmOne holds one with this client on the day, but at another time or only once,"
        " though its agent, or somebody of the team, says that it is there",
        refused: "its entry was refused: patient_not_found",
        unknown: "nobody knows yet whether its entry was written: somebody of the team settles it",
        left: "the team left its entry out",
        waiting: "its entry waits for the unit's agent",
    }


async def test_a_lease_that_is_over_takes_nothing_from_who_answers_at_last(
    system: Running, handed: dict[str, Any]
) -> None:
    agent, nurse = await an_agent(system), await system.nurse("interop")
    await lease_over(system, nurse)
    assert (await agent.tell(handed, REFUSED)).json()["state"] == "refused"


@pytest.mark.parametrize(
    "broken_by",
    [
        "facts = facts - 'activities' || '{\"more\": 1}'",
        "content = replace(content, '\"participant\"', '\"nobody\"')",
    ],
)
async def test_a_contact_that_cannot_be_put_into_words_is_held_and_keeps_no_other_back(
    system: Running, caseload: Caseload, broken_by: str
) -> None:
    (broken,) = await recorded(system, caseload)
    (other,) = await recorded(system, caseload)
    await system.alter("interop", f"update resource set {broken_by} where resource_id = '{broken}'")
    handed = await (await an_agent(system)).take()
    assert handed is not None
    assert handed["care_contact_id"] == other
    nurse = await system.nurse("interop")
    entry = await entry_of(nurse, broken)
    assert (entry["state"], entry["reason"]) == ("held", "cannot_be_written")
    assert (await do(nurse, entry, "settle", found="there")).json()["state"] == "written"
