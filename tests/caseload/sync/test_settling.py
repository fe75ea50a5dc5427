"""A conflict is seen by whoever has to settle it, and settled by a person in one call."""

from typing import Any

import pytest

from services.caseload.events import CarePlanChanged, SyncConflictOpened
from tests.caseload.sync.device import Planned, a_device, ago, outcomes, planned
from tests.running import DEPUTY, NURSE, STRANGER, Running


async def in_conflict(caseload: Running) -> tuple[Planned, Any, str]:
    """A plan with Joel's words live and Tom's beside them; Tom's device, and the conflict."""
    plan, toms, joels = await planned(caseload), await a_device(caseload), await a_device(caseload, DEPUTY)
    await joels.push(plan.change(joels, "Three layers", occurred_at=ago(minutes=50)))
    (result,) = await toms.push(plan.change(toms, "Two, softer liner", occurred_at=ago(minutes=40)))
    return plan, toms, result["conflict_id"]


async def read(client: Any, conflict_id: str) -> Any:
    answer = await client.get(f"/v1/sync/conflicts/{conflict_id}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def settle(client: Any, conflict: Any, **said: Any) -> Any:
    headers = {"If-Match": f'"{conflict["version"]}"'}
    return await client.post(f"/v1/sync/conflicts/{conflict['id']}/settle", json=said, headers=headers)


async def test_both_versions_people_and_times_are_in_the_conflict(caseload: Running) -> None:
    plan, _, conflict_id = await in_conflict(caseload)
    conflict = await read(plan.client.nurse, conflict_id)
    assert (conflict["kind"], conflict["line_id"]) == ("care_plan_line", plan.lines[0])
    assert set(conflict["people"]) == {str(NURSE), str(DEPUTY)}
    said = [(one["content"]["words"], one["made_by"], one["is_live"]) for one in conflict["versions"]]
    assert said == [("Three layers", str(DEPUTY), True), ("Two, softer liner", str(NURSE), False)]
    joels, toms = conflict["versions"]
    assert joels["happened_at"] < toms["happened_at"]
    assert conflict["settled_by_sending"] == ["words"]
    (told,) = await caseload.published("caseload", SyncConflictOpened)
    assert (told.data["kind"], told.data["line_id"]) == ("care_plan_line", plan.lines[0])


async def test_whoever_has_to_settle_it_finds_it_and_a_stranger_does_not(caseload: Running) -> None:
    plan, _, conflict_id = await in_conflict(caseload)
    deputy, stranger = await caseload.client("caseload", DEPUTY), await caseload.client("caseload", STRANGER)
    for client in (plan.client.nurse, deputy):
        mine = (await client.get("/v1/sync/conflicts?needs_me=true")).json()["items"]
        assert [one["id"] for one in mine] == [conflict_id]
    assert "words" not in str(mine)
    assert (await stranger.get("/v1/sync/conflicts")).json()["items"] == []
    assert (await stranger.get(f"/v1/sync/conflicts/{conflict_id}")).status_code == 404
    conflict = await read(deputy, conflict_id)
    assert (await settle(stranger, conflict, words="Mine")).status_code == 404


async def test_it_is_settled_in_one_call_and_its_history_stays(caseload: Running) -> None:
    plan, _, conflict_id = await in_conflict(caseload)
    conflict = await read(plan.client.nurse, conflict_id)
    settled = await settle(plan.client.nurse, conflict, words="Three layers, softer liner")
    assert settled.status_code == 200, settled.text
    assert (settled.json()["settled_by"], settled.json()["settlement"]) == (
        str(NURSE),
        {"words": "Three layers, softer liner"},
    )
    line = await plan.line()
    assert (line["words"], line["conflict_id"], line["had_conflict"]) == ("Three layers, softer liner", None, True)
    assert (await plan.read())["version"] == 4
    assert len(await caseload.published("caseload", CarePlanChanged)) == 2
    assert len((await read(plan.client.nurse, conflict_id))["versions"]) == 2
    assert (await plan.client.nurse.get("/v1/sync/conflicts")).json()["items"] == []
    assert [one["id"] for one in (await plan.client.nurse.get("/v1/sync/conflicts?open=false")).json()["items"]] == [
        conflict_id
    ]


async def test_it_is_settled_once(caseload: Running) -> None:
    plan, _, conflict_id = await in_conflict(caseload)
    conflict = await read(plan.client.nurse, conflict_id)
    assert (await settle(plan.client.nurse, conflict, words="Three")).status_code == 200
    again = await settle(plan.client.nurse, conflict, words="Four")
    assert (again.status_code, again.json()["code"]) == (409, "conflict_already_settled")


async def test_a_third_version_has_to_be_seen_before_it_is_settled(caseload: Running) -> None:
    plan, toms, conflict_id = await in_conflict(caseload)
    conflict = await read(plan.client.nurse, conflict_id)
    assert outcomes(await toms.push(plan.change(toms, "Two, softest liner"))) == ["conflict"]
    stale = await settle(plan.client.nurse, conflict, words="Three")
    assert stale.status_code == 412
    versions = (await read(plan.client.nurse, conflict_id))["versions"]
    shown = [(one["content"]["words"], one["is_live"], one["is_superseded"]) for one in versions]
    assert shown == [
        ("Three layers", True, False),
        ("Two, softer liner", False, True),
        ("Two, softest liner", False, False),
    ]


async def test_what_a_person_settled_on_gives_way_to_a_person_only(caseload: Running) -> None:
    plan, toms, conflict_id = await in_conflict(caseload)
    await settle(plan.client.nurse, await read(plan.client.nurse, conflict_id), words="Settled")
    late = plan.change(toms, "Earlier than all", occurred_at=ago(hours=5))
    (result,) = await toms.push(late)
    assert result["outcome"] == "conflict"
    assert result["conflict_id"] != conflict_id
    line = await plan.line()
    assert (line["words"], line["conflict_id"]) == ("Settled", result["conflict_id"])


@pytest.mark.parametrize("said", [{"who_to_call": []}, {"settling": "same_dose_noted_twice", "reason": "x"}])
async def test_words_are_settled_by_words(caseload: Running, said: dict[str, Any]) -> None:
    plan, _, conflict_id = await in_conflict(caseload)
    conflict = await read(plan.client.nurse, conflict_id)
    refused = await settle(plan.client.nurse, conflict, **said)
    assert (refused.status_code, refused.json()["code"]) == (422, "settled_otherwise")
    assert (await plan.line())["conflict_id"] == conflict_id


async def test_whom_to_call_is_settled_by_the_list(caseload: Running) -> None:
    plan, toms, joels = await planned(caseload), await a_device(caseload), await a_device(caseload, DEPUTY)
    about = {"care_plan_id": plan.plan_id}
    ring = {"role": "By day", "phone": "01449 555 010", "when": None}
    lists = [[{"name": name, **ring}] for name in ("Her sister", "The surgery")]
    first = joels.did("say_who_to_call", {"who_to_call": lists[0]}, about, base_version=2, occurred_at=ago(hours=2))
    second = toms.did("say_who_to_call", {"who_to_call": lists[1]}, about, base_version=2)
    assert outcomes(await joels.push(first)) == ["applied"]
    (result,) = await toms.push(second)
    assert result["outcome"] == "conflict"
    shown = await plan.read()
    assert (shown["who_to_call"], shown["who_to_call_conflict_id"]) == (lists[0], result["conflict_id"])
    conflict = await read(plan.client.nurse, result["conflict_id"])
    settled = await settle(plan.client.nurse, conflict, who_to_call=[*lists[0], *lists[1]])
    assert settled.status_code == 200, settled.text
    assert (await plan.read())["who_to_call"] == [*lists[0], *lists[1]]
