"""One operation that is not applied is answered by itself, kept where somebody can see it, and stops nothing."""

from typing import Any

import pytest

from services.caseload.events import CareContactRecorded
from tests.caseload.story import OnCaseload, a_contact, a_plan, a_referral, an_acceptance, new_id, take_on
from tests.caseload.sync.device import a_device, ago, outcomes
from tests.caseload.sync.test_late_pushes import take_in
from tests.running import DEPUTY, OTHER_TEAM, STRANGER, Running


async def of_another_team(caseload: Running) -> OnCaseload:
    nurse = await caseload.client("caseload", STRANGER)
    referral = a_referral(team_id=str(OTHER_TEAM))
    people = {"named_nurse_id": str(STRANGER), "deputy_id": str(STRANGER)}
    acceptance = an_acceptance(**people, same_person=False)
    await caseload.join("caseload", team=OTHER_TEAM, employee=caseload.extra.setdefault("other", _SECOND))
    acceptance["deputy_id"] = str(_SECOND)
    assert (await nurse.post("/v1/referrals", json=referral)).status_code == 201
    accepted = await nurse.post(f"/v1/referrals/{referral['id']}/accept", json=acceptance)
    assert accepted.status_code == 201, accepted.text
    return OnCaseload(nurse, accepted.json()["client_id"], accepted.json()["id"], referral["id"])


_SECOND = type(STRANGER)("01938000-0000-7000-8000-00000000000c")


async def held(client: Any, outcome: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await client.get(f"/v1/sync/reviews?outcome={outcome}")).json()["items"]
    return items


async def test_one_bad_operation_of_each_kind_and_the_rest_is_applied(caseload: Running) -> None:
    client, device, elsewhere = await take_on(caseload), await a_device(caseload), await of_another_team(caseload)
    contact = a_contact(client.episode_id)
    results = await device.push(
        device.did("record_care_contact", a_contact(client.episode_id)),
        device.did("record_care_contact", a_contact(elsewhere.episode_id)),
        device.did("predict_the_weather", {"sun": True}),
        device.did("record_care_contact", contact | {"segments": [{"id": new_id(), "minutes": 0}]}),
        device.did("record_care_contact", contact | {"mood": "sunny"}),
        device.did("add_note", {"id": new_id(), "words": "Nowhere"}),
        device.did("add_note", {"id": new_id(), "words": "broken \x00 or \ud800"}, {"care_contact_id": contact["id"]}),
        device.did("record_care_contact", a_contact(client.episode_id)),
    )
    assert outcomes(results) == [
        "applied",
        "refused",
        "kept_aside",
        "refused",
        "kept_aside",
        "refused",
        "refused",
        "applied",
    ]
    refusals = [one["refusal"] for one in results]
    assert (refusals[1]["status"], refusals[1]["code"]) == (404, "not_found")
    assert refusals[2] is None
    assert {one["pointer"] for one in refusals[3]["errors"]} >= {"/body/segments/0/minutes"}
    assert [one["pointer"] for one in refusals[4]["errors"]] == ["/body/mood"]
    assert [one["pointer"] for one in refusals[5]["errors"]] == ["/about/care_contact_id"]
    assert refusals[6]["code"] == "unstorable_value"
    assert len(await caseload.published("caseload", CareContactRecorded)) == 2
    assert len(await held(client.nurse, "refused")) == 4
    assert [one["kind"] for one in await held(client.nurse, "kept_aside")] == [
        "predict_the_weather",
        "record_care_contact",
    ]
    assert (await device.send()).json()["through"] == 8


async def test_another_teams_client_is_refused_as_one_that_is_not_there(caseload: Running) -> None:
    device, elsewhere = await a_device(caseload), await of_another_team(caseload)
    plan = a_plan(elsewhere.episode_id)
    await elsewhere.post("/v1/care-plans", plan)
    said = []
    for episode, care_plan in ((elsewhere.episode_id, plan["id"]), (new_id(), new_id())):
        about = {"care_plan_id": care_plan, "line_id": plan["lines"][0]["id"]}
        results = await device.push(
            device.did("record_care_contact", a_contact(episode)),
            device.did("find_wound", {"id": new_id(), "episode_of_care_id": episode, "site": "Heel"}),
            device.did("change_line", {"words": "Mine"}, about, base_version=1),
        )
        said.append([one["refusal"] for one in results])
    assert said[0] == said[1]
    assert {one["code"] for one in said[0]} == {"not_found"}
    assert (await elsewhere.nurse.get("/v1/sync/reviews")).json()["items"] == []


@pytest.mark.parametrize(
    ("broken", "pointer"),
    [
        ({"made_by": "Tom"}, "/made_by"),
        ({"occurred_at": "yesterday"}, "/occurred_at"),
        ({"base_version": 0}, "/base_version"),
        ({"about": {"care_plan_id": "x"}}, "/about/care_plan_id"),
        ({"body": [1]}, "/body"),
    ],
)
async def test_an_operation_of_which_only_id_and_number_can_be_read_is_refused_alone(
    caseload: Running, broken: dict[str, Any], pointer: str
) -> None:
    client, device = await take_on(caseload), await a_device(caseload)
    results = await device.push(
        device.did("record_care_contact", a_contact(client.episode_id)) | broken,
        device.did("record_care_contact", a_contact(client.episode_id)),
    )
    assert outcomes(results) == ["refused", "applied"]
    assert [one["pointer"] for one in results[0]["refusal"]["errors"]] == [pointer]
    (kept,) = await held(client.nurse, "refused")
    whole = (await client.nurse.get(f"/v1/sync/reviews/{kept['id']}")).json()
    assert whole["operation"]["operation_id"] == results[0]["operation_id"]


@pytest.mark.parametrize("broken", [{"operation_id": "1"}, {"sequence": 0}, {"sequence": "1"}])
async def test_an_operation_without_a_readable_id_or_number_stops_the_envelope(
    caseload: Running, broken: dict[str, Any]
) -> None:
    client, device = await take_on(caseload), await a_device(caseload)
    refused = await device.send(device.did("record_care_contact", a_contact(client.episode_id)) | broken)
    assert (refused.status_code, refused.json()["code"]) == (422, "unreadable_operation")
    assert refused.json()["errors"][0]["pointer"] == "/body/operations/0"


async def test_a_fault_of_ours_keeps_one_aside_until_somebody_takes_it_in(caseload: Running) -> None:
    client, device = await take_on(caseload), await a_device(caseload)
    queue = [device.did("record_care_contact", a_contact(client.episode_id)) for _ in range(3)]
    await caseload.alter(
        "caseload",
        f"""create function fails() returns trigger language plpgsql as
            $$ begin if new.id = '{queue[1]["body"]["id"]}' then raise exception 'a fault'; end if; return new; end $$;
            create trigger fails before insert on care_contact for each row execute function fails()""",
    )
    try:
        results = await device.push(*queue)
        assert outcomes(results) == ["applied", "kept_aside", "applied"]
        refusal = results[1]["refusal"]
        assert (refusal["status"], refusal["code"]) == (500, "internal")
        assert "a member of the team, or whoever did it, takes it in" in refusal["errors"][0]["way_out"]
        deputy = await caseload.client("caseload", DEPUTY)
        (one,) = await held(deputy, "kept_aside")
        assert (await take_in(deputy, one)).status_code == 500
        assert await held(deputy, "kept_aside") == [one]
    finally:
        await caseload.alter("caseload", "drop function fails cascade")
    assert outcomes(await device.push(*queue)) == ["duplicate"] * 3
    assert len(await caseload.published("caseload", CareContactRecorded)) == 2
    taken = await take_in(deputy, one)
    assert (taken.status_code, taken.json()["applied"]) == (200, "applied"), taken.text
    record = (await client.nurse.get(f"/v1/clients/{client.client_id}")).json()
    assert {one["id"] for one in record["care_contact"]} == {one["body"]["id"] for one in queue}
    assert len(await caseload.published("caseload", CareContactRecorded)) == 3


async def test_what_is_refused_undoes_only_itself(caseload: Running) -> None:
    """The contact fails at its last statement: nothing of it is there, and nobody was told."""
    client, device = await take_on(caseload), await a_device(caseload)
    visit = new_id()
    taken = a_contact(client.episode_id, visit_id=visit)
    clash = a_contact(client.episode_id, segments=[{**taken["segments"][0]}])
    results = await device.push(
        device.did("record_care_contact", taken),
        device.did("record_care_contact", clash),
        device.did("record_care_contact", a_contact(client.episode_id)),
    )
    assert outcomes(results) == ["applied", "refused", "applied"]
    assert len(await caseload.published("caseload", CareContactRecorded)) == 2
    record = (await client.nurse.get(f"/v1/clients/{client.client_id}")).json()
    assert clash["id"] not in str(record)


async def test_the_same_fact_under_another_operation_is_a_duplicate_and_another_content_a_conflict(
    caseload: Running,
) -> None:
    client, device = await take_on(caseload), await a_device(caseload)
    contact, wound = a_contact(client.episode_id), new_id()
    await client.post("/v1/care-contacts", contact)
    await client.post("/v1/wounds", {"id": wound, "episode_of_care_id": client.episode_id, "site": "Heel"})
    measured = {"id": new_id(), "measured_at": ago(hours=1), "length_mm": 42, "width_mm": 28}
    await client.post(f"/v1/wounds/{wound}/measurements", measured)
    results = await device.push(
        device.did("record_care_contact", contact),
        device.did("measure_wound", measured, {"wound_id": wound}),
        device.did("record_care_contact", contact | {"interventions": []}),
        device.did("record_care_contact", contact | {"note": "Nothing like that"}),
        device.did("measure_wound", measured | {"width_mm": 29}, {"wound_id": wound}),
    )
    assert outcomes(results) == ["duplicate", "duplicate", "conflict", "conflict", "conflict"]
    assert [one["first_outcome"] for one in results[:2]] == ["applied", "applied"]
    conflict = (await client.nurse.get(f"/v1/sync/conflicts/{results[4]['conflict_id']}")).json()
    assert [one["content"]["width_mm"] for one in conflict["versions"]] == [28, 29]
    settled = await client.nurse.post(
        f"/v1/sync/conflicts/{conflict['id']}/settle",
        json={"settling": "as_it_stands", "reason": "I had mistyped it"},
        headers={"If-Match": '"1"'},
    )
    assert settled.status_code == 200, settled.text


async def test_one_visit_recorded_on_two_devices_waits_for_a_person(caseload: Running) -> None:
    client, one, other = await take_on(caseload), await a_device(caseload), await a_device(caseload)
    visit = new_id()
    await one.push(one.did("record_care_contact", a_contact(client.episode_id, visit_id=visit)))
    (result,) = await other.push(other.did("record_care_contact", a_contact(client.episode_id, visit_id=visit)))
    assert result["outcome"] == "conflict"
    conflict = (await client.nurse.get(f"/v1/sync/conflicts/{result['conflict_id']}")).json()
    assert (conflict["kind"], conflict["code"], len(conflict["versions"])) == ("fact", "visit_already_recorded", 2)
