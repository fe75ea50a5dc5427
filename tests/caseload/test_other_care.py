"""Other agencies' times with a client, seen before a visit is booked (mission row 3.20)."""

from typing import Any

import pytest

from services.caseload.events import OtherCareChanged
from tests.caseload.around import an_agency
from tests.caseload.story import OnCaseload, new_id, take_on
from tests.running import Running

THURSDAY, SATURDAY = "2026-11-26", "2026-11-28"


@pytest.fixture
async def maureen(caseload: Running) -> OnCaseload:
    client = await take_on(caseload)
    client.kept["care"] = await client.post("/v1/other-care", an_agency(client.client_id))
    return client


async def day(client: OnCaseload, **asked: Any) -> Any:
    answer = await client.nurse.get(f"/v1/clients/{client.client_id}/other-care", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def arranged(client: OnCaseload, *times: dict[str, Any], **changes: Any) -> dict[str, Any]:
    body = an_agency(client.client_id, agency="Night Owls", times=list(times), **changes)
    made: dict[str, Any] = await client.post("/v1/other-care", body)
    return made


async def test_anonymous_is_refused(caseload: Running) -> None:
    nobody = await caseload.client("caseload", None)
    for path in ("other-care", f"other-care/{new_id()}", f"clients/{new_id()}/other-care"):
        assert (await nobody.get(f"/v1/{path}")).status_code == 401


async def test_roster_is_told_of_the_times_and_not_of_the_agency(caseload: Running, maureen: OnCaseload) -> None:
    care = maureen.kept["care"]
    (told,) = await caseload.published("caseload", OtherCareChanged)
    assert (told.data["other_care_id"], told.data["times"], told.data["until_on"]) == (care["id"], care["times"], None)
    assert not any(secret in str(told.data) for secret in ("Suffolk", "01284", "personal_care"))
    ending = {"until_on": SATURDAY}
    await maureen.nurse.post(f"/v1/other-care/{care['id']}/end", json=ending, headers={"If-Match": '"1"'})
    assert (await caseload.published("caseload", OtherCareChanged))[-1].data["until_on"] == SATURDAY


async def test_roster_is_told_how_our_visits_lie_to_the_calls(caseload: Running, maureen: OnCaseload) -> None:
    (before,) = await caseload.published("caseload", OtherCareChanged)
    assert (before.data["beside"], maureen.kept["care"]["beside"]) == ("seen", "seen")
    made = await arranged(maureen, {"days": [1], "at": "09:00", "minutes": 45}, beside="together")
    told = (await caseload.published("caseload", OtherCareChanged))[-1].data
    assert (told["other_care_id"], told["beside"]) == (made["id"], "together")
    refused = await maureen.nurse.post("/v1/other-care", json=an_agency(maureen.client_id, beside="underneath"))
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/body/beside")


async def test_a_nurse_sees_the_agencys_nine_oclock_call_before_booking(maureen: OnCaseload) -> None:
    (call,) = (await day(maureen, on=THURSDAY))["items"]
    assert (call["agency"], call["phone"], call["kind"]) == ("Suffolk Home Care", "01284 000001", "personal_care")
    assert (call["starts_at"], call["ends_at"]) == ("2026-11-26T09:00:00Z", "2026-11-26T09:30:00Z")
    assert call["overlaps"] is None
    assert (await day(maureen, on=SATURDAY))["items"] == []


@pytest.mark.parametrize(
    ("starts", "minutes", "overlaps"),
    [("08:30", 30, False), ("08:30", 31, True), ("09:29", 5, True), ("09:30", 45, False), ("08:00", 240, True)],
)
async def test_what_a_visit_would_overlap_is_told(
    maureen: OnCaseload, starts: str, minutes: int, overlaps: bool
) -> None:
    told = await day(maureen, starts_at=f"{THURSDAY}T{starts}:00Z", minutes=minutes)
    assert (told["on"], [call["overlaps"] for call in told["items"]]) == (THURSDAY, [overlaps])


async def test_times_are_those_of_englands_clocks_in_summer_and_winter(maureen: OnCaseload) -> None:
    (call,) = (await day(maureen, on="2026-07-02"))["items"]
    assert call["starts_at"] == "2026-07-02T08:00:00Z"


async def test_a_night_sitter_is_still_there_after_midnight(maureen: OnCaseload) -> None:
    await arranged(maureen, {"days": [5], "at": "22:00", "minutes": 540}, kind="sitting", until_on="2026-11-27")
    night = await day(maureen, starts_at=f"{SATURDAY}T06:30:00Z", minutes=30)
    assert [(call["agency"], call["overlaps"]) for call in night["items"]] == [("Night Owls", True)]
    assert (await day(maureen, on="2026-11-29"))["items"] == []


async def test_the_calls_of_a_day_come_in_their_order(maureen: OnCaseload) -> None:
    await arranged(maureen, {"days": [4], "at": "18:00", "minutes": 30}, {"days": [4], "at": "07:15", "minutes": 15})
    calls = (await day(maureen, on=THURSDAY))["items"]
    assert [call["starts_at"][11:16] for call in calls] == ["07:15", "09:00", "18:00"]


async def test_an_agency_that_has_gone_is_not_in_the_way(maureen: OnCaseload) -> None:
    care = maureen.kept["care"]
    ended = await maureen.post(f"/v1/other-care/{care['id']}/end", {"until_on": "2026-11-25"})
    assert ended["until_on"] == "2026-11-25"
    assert (await day(maureen, on=THURSDAY))["items"] == []
    assert len((await day(maureen, on="2026-11-25"))["items"]) == 1
    again = await maureen.nurse.post(f"/v1/other-care/{care['id']}/end", json={"until_on": "2026-11-26"})
    assert (again.status_code, again.json()["code"]) == (409, "other_care_already_ended")
    listed = (await maureen.nurse.get("/v1/other-care", params={"client_id": maureen.client_id})).json()["items"]
    assert [one["times"][0]["at"] for one in listed] == ["09:00"]


async def test_a_visit_has_a_beginning_and_a_length(maureen: OnCaseload) -> None:
    path = f"/v1/clients/{maureen.client_id}/other-care"
    for half in ({"minutes": 30}, {"starts_at": f"{THURSDAY}T09:00:00Z"}):
        answer = await maureen.nurse.get(path, params=half)
        assert (answer.status_code, answer.json()["code"]) == (422, "visit_without_length")


@pytest.mark.parametrize(
    "change",
    [
        {"times": []},
        {"times": [{"days": [8], "at": "09:00", "minutes": 30}]},
        {"times": [{"days": [1], "at": "24:00", "minutes": 30}]},
        {"times": [{"days": [1], "at": "9", "minutes": 30}]},
        {"times": [{"days": [1], "at": "09:00", "minutes": 0}]},
        {"until_on": "2025-12-31"},
    ],
)
async def test_impossible_times_are_refused(maureen: OnCaseload, change: dict[str, Any]) -> None:
    answer = await maureen.nurse.post("/v1/other-care", json=an_agency(maureen.client_id, **change))
    assert answer.status_code == 422
