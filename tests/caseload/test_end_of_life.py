"""The end-of-life plan keeps every version, and syringe drivers that nobody looks at in time come to the fore."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col

from services.caseload.domain.syringe_driver import SyringeDriver
from services.common.auth import SYSTEM
from tests.caseload.night import a_check, a_driver, an_end_of_life, later
from tests.caseload.story import OnCaseload, new_id, take_on
from tests.caseload.world import an_emergency
from tests.running import DEPUTY, NURSE, STRANGER, Running


@pytest.fixture
async def client(caseload: Running) -> OnCaseload:
    return await take_on(caseload)


async def planned(client: OnCaseload, **changes: Any) -> Any:
    new = {"id": new_id(), "client_id": client.client_id, **an_end_of_life(**changes)}
    return await client.post("/v1/end-of-life-plans", new)


async def test_anonymous_is_refused(caseload: Running) -> None:
    nobody = await caseload.client("caseload", None)
    for path in (
        f"/v1/clients/{new_id()}/end-of-life-plan",
        f"/v1/end-of-life-plans/{new_id()}",
        "/v1/syringe-drivers",
    ):
        assert (await nobody.get(path)).status_code == 401


async def test_the_plan_says_what_is_to_be_done_and_what_is_ready(client: OnCaseload) -> None:
    made = await planned(client)
    read = (await client.nurse.get(f"/v1/clients/{client.client_id}/end-of-life-plan")).json()
    assert read == made
    said = an_end_of_life()
    assert {name: read["current"][name] for name in said if name != "just_in_case_box"} == {
        name: value for name, value in said.items() if name != "just_in_case_box"
    }
    assert (read["current"]["number"], read["current"]["written_by"], read["earlier"]) == (1, str(NURSE), [])
    assert (read["current"]["box_expires_on"], read["current"]["box_expired"]) == ("2027-03-31", False)


async def test_an_amendment_stands_beside_what_was_said_before(caseload: Running, client: OnCaseload) -> None:
    made, deputy = await planned(client), await caseload.client("caseload", DEPUTY)
    at = f"/v1/end-of-life-plans/{made['id']}"
    said = an_end_of_life(preferred_place_of_death="hospice")
    amended = (await deputy.post(f"{at}/amend", json=said)).json()
    assert (amended["current"]["preferred_place_of_death"], amended["current"]["number"]) == ("hospice", 2)
    assert (amended["current"]["written_by"], amended["earlier"]) == (str(DEPUTY), [made["current"]])
    stale = await deputy.post(f"{at}/amend", json=said, headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    assert (await deputy.get(at)).json() == amended


async def test_a_client_has_one_plan(client: OnCaseload) -> None:
    await planned(client)
    second = {"id": new_id(), "client_id": client.client_id, **an_end_of_life()}
    assert (await client.nurse.post("/v1/end-of-life-plans", json=second)).status_code == 409


async def test_a_box_with_something_past_its_date_says_so(client: OnCaseload) -> None:
    box = an_end_of_life()["just_in_case_box"]
    box["medicines"][1]["expires_on"] = "2026-01-31"
    assert (await planned(client, just_in_case_box=box))["current"]["box_expired"]


@pytest.mark.parametrize(
    "changes",
    [
        {"preferred_place_of_care": "the moon"},
        {"respect": {"summary": "Comfort"}},
        {"just_in_case_box": {"where_kept": "x", "medicines": [], "checked_at": later(hours=-1), "checked_by": "x"}},
        {"who_to_call": [{"name": "Lucy", "role": "Granddaughter", "phone": "call me"}]},
    ],
)
async def test_a_plan_that_cannot_be_is_refused(client: OnCaseload, changes: dict[str, Any]) -> None:
    new = {"id": new_id(), "client_id": client.client_id, **an_end_of_life(**changes)}
    assert (await client.nurse.post("/v1/end-of-life-plans", json=new)).status_code == 422


async def test_where_there_is_no_plan_there_is_none_to_read(client: OnCaseload) -> None:
    assert (await client.nurse.get(f"/v1/clients/{client.client_id}/end-of-life-plan")).status_code == 404


async def test_in_an_emergency_a_nurse_of_another_team_reads_the_plan(caseload: Running, client: OnCaseload) -> None:
    made, driver = await planned(client), await client.post("/v1/syringe-drivers", a_driver(client.client_id))
    stranger, emergency = await caseload.client("caseload", STRANGER), an_emergency(client_id=client.client_id)
    assert (await stranger.post("/v1/break-glass", json=emergency)).status_code == 201
    for path, own in (
        (f"/v1/clients/{client.client_id}/end-of-life-plan", made),
        (f"/v1/end-of-life-plans/{made['id']}", made),
        (f"/v1/syringe-drivers/{driver['id']}", driver),
    ):
        assert (await stranger.get(path)).status_code == 404
        assert (await stranger.get(path, headers={"Break-Glass": emergency["id"]})).json() == own


async def test_each_look_at_a_driver_says_when_the_next_is_due(client: OnCaseload) -> None:
    driver = await client.post("/v1/syringe-drivers", a_driver(client.client_id))
    check = a_check(checked_at=later(minutes=-1), volume_left_hundredths_ml=900, next_due_at=later(hours=4))
    looked = await client.post(f"/v1/syringe-drivers/{driver['id']}/checks", check)
    assert [one["volume_left_hundredths_ml"] for one in looked["checks"]] == [900, 1420]
    assert (looked["next_due_at"], looked["checks"][0]["checked_by"]) == (
        looked["checks"][0]["next_due_at"],
        str(NURSE),
    )
    told_late = a_check(checked_at=later(minutes=-5), next_due_at=later(hours=20))
    after = await client.post(f"/v1/syringe-drivers/{driver['id']}/checks", told_late)
    assert after["next_due_at"] == looked["next_due_at"], "the latest look counts, not the one that was told last"


@pytest.mark.parametrize("hours", [-1, 25])
async def test_the_next_look_is_due_within_a_day(client: OnCaseload, hours: int) -> None:
    new = a_driver(client.client_id, first_check=a_check(next_due_at=later(hours=hours)))
    refused = await client.nurse.post("/v1/syringe-drivers", json=new)
    assert (refused.status_code, refused.json()["code"]) == (422, "next_check_out_of_bounds")


async def test_drivers_that_nobody_looked_at_in_time_are_listed(caseload: Running, client: OnCaseload) -> None:
    late, running, stopped = [await client.post("/v1/syringe-drivers", a_driver(client.client_id)) for _ in range(3)]
    async with caseload.databases["caseload"].transaction(SYSTEM) as tx:
        overdue = update(SyringeDriver).where(col(SyringeDriver.id).in_([late["id"], stopped["id"]]))
        await tx.session.execute(overdue.values(next_due_at=tx.now - timedelta(minutes=1)))
    taken_down = {"stopped_at": later(), "reason": "She is comfortable without"}
    await client.post(f"/v1/syringe-drivers/{stopped['id']}/stop", taken_down)

    async def listed(who: Any, **asked: str) -> list[str]:
        return [one["id"] for one in (await who.get("/v1/syringe-drivers", params=asked)).json()["items"]]

    assert await listed(client.nurse, state="overdue") == [late["id"]]
    assert await listed(client.nurse, state="running", client_id=client.client_id) == [late["id"], running["id"]]
    assert await listed(client.nurse, state="stopped") == [stopped["id"]]
    assert await listed(await caseload.client("caseload", STRANGER), state="overdue") == []


async def test_a_driver_that_was_taken_down_is_not_looked_at(client: OnCaseload) -> None:
    driver = await client.post("/v1/syringe-drivers", a_driver(client.client_id))
    at, taken_down = f"/v1/syringe-drivers/{driver['id']}", {"stopped_at": later(), "reason": "Empty"}
    await client.post(f"{at}/stop", taken_down)
    for path, body in ((f"{at}/checks", a_check()), (f"{at}/stop", taken_down)):
        refused = await client.nurse.post(path, json=body)
        assert (refused.status_code, refused.json()["code"]) == (409, "driver_stopped")
