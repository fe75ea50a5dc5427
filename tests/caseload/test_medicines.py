"""Medicines: written down by a registered nurse, stopped and never changed, and listed when they are due."""

from typing import Any

import pytest

from tests.caseload.medicating import AS_NEEDED, Giving, a_medicine, as_needed, giving
from tests.caseload.story import OnCaseload, new_id, take_on
from tests.running import NURSE, OTHER_TEAM, STRANGER, Running

THE_DAY = "2026-11-04"


@pytest.fixture
async def given(caseload: Running) -> Giving:
    return await giving(caseload)


async def test_anonymous_is_refused(caseload: Running) -> None:
    nobody = await caseload.client("caseload", None)
    for path in ("/v1/medicines", "/v1/due-medicines", "/v1/administrations"):
        assert (await nobody.get(path)).status_code == 401


async def test_what_was_prescribed_is_kept_with_who_wrote_it_down(given: Giving) -> None:
    first, second = await given.medicine(), await given.medicine(drug="Morphine", **as_needed())
    kept = await given.read(first)
    assert (kept["drug"], kept["snomed_code"], kept["dose"]) == ("Metformin 500 mg tablets", "109081006", "1 tablet")
    assert (kept["times"], kept["every_days"], kept["stock"]) == (["08:00", "20:00"], 1, None)
    needed = await given.read(second)
    assert {name: needed[name] for name in AS_NEEDED} == AS_NEEDED
    listed = await given.nurse.get("/v1/medicines", params={"client_id": given.client.client_id})
    assert [one["id"] for one in listed.json()["items"]] == [second, first]
    record = (await given.nurse.get(f"/v1/clients/{given.client.client_id}")).json()
    assert [one["id"] for one in record["medicine"]] == [first, second]


async def test_what_cannot_be_is_refused_by_its_field(given: Giving) -> None:
    wrong: list[tuple[str, dict[str, Any]]] = [
        ("/body/snomed_code", {"snomed_code": "109081007"}),
        ("/body/snomed_code", {"snomed_code": "109801006"}),
        ("/body/snomed_code", {"snomed_code": "0109081006"}),
        ("/body/route", {"route": "by mouth"}),
        ("/body/times/0", {"times": ["8:00"]}),
        ("/body/times/0", {"times": ["24:00"]}),
        ("/body", {"times": ["20:00", "08:00"]}),
        ("/body", {"times": ["08:00", "08:00"]}),
        ("/body", {"times": []}),
        ("/body", {"as_needed": AS_NEEDED}),
        ("/body", as_needed() | {"time_critical": True}),
        ("/body", {"ends_on": "2026-11-01"}),
        ("/body/every_days", {"every_days": 0}),
        ("/body/times", {"times": ["08:00", "09:00"]}),
        ("/body/times", {"times": ["00:15", "23:30"]}),
        ("/body/times", {"times": ["08:00", "12:00"], "window_minutes": 240}),
        ("/body/as_needed/minimum_interval_minutes", as_needed(minimum_interval_minutes=0)),
        ("/body/controlled/per_dose", {"controlled": {"unit": "tablet", "per_dose": 0}}),
    ]
    for pointer, changes in wrong:
        answer = await given.nurse.post("/v1/medicines", json=a_medicine(given.client.client_id, **changes))
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer), (changes, answer.text)
    narrow = {"times": ["08:00", "09:00"], "time_critical": True}
    await given.medicine(**narrow)
    await given.medicine(times=["00:15", "23:30"], every_days=3)


async def test_a_registered_nurse_alone_writes_medicines_down_and_stops_them(given: Giving) -> None:
    medicine = await given.medicine()
    body, stop = a_medicine(given.client.client_id), {"reason": "Not needed any more"}
    for path, sent in (("/v1/medicines", body), (f"/v1/medicines/{medicine}/stop", stop)):
        answer = await given.assistant.post(path, json=sent)
        assert (answer.status_code, answer.json()["code"]) == (403, "only_a_registered_nurse")
    assert (await given.read(medicine))["stopped_at"] is None


async def test_somebody_whose_role_is_not_known_is_no_registered_nurse(caseload: Running) -> None:
    client = await take_on(caseload)
    answer = await client.nurse.post("/v1/medicines", json=a_medicine(client.client_id))
    assert (answer.status_code, answer.json()["code"]) == (403, "only_a_registered_nurse")


async def test_a_medicine_is_stopped_once_on_its_newest_version(given: Giving) -> None:
    medicine = await given.medicine()
    path, body = f"/v1/medicines/{medicine}/stop", {"reason": "The GP changed it"}
    assert (
        await given.nurse.post(path, json=body, auth=None, headers={"Idempotency-Key": new_id()})
    ).status_code == 428
    stale = await given.nurse.post(path, json=body, headers={"If-Match": '"7"'})
    assert stale.status_code == 412
    stopped = await given.client.post(path, body)
    assert (stopped["stop_reason"], stopped["stopped_by"], stopped["version"]) == (body["reason"], str(NURSE), 2)
    again = await given.nurse.post(path, json=body)
    assert (again.status_code, again.json()["code"]) == (409, "medicine_already_stopped")


async def test_another_team_sees_and_changes_none_of_it(given: Giving) -> None:
    medicine, stranger = await given.medicine(), await given.system.client("caseload", STRANGER)
    body = a_medicine(given.client.client_id)
    assert (await stranger.post("/v1/medicines", json=body)).status_code == 404
    assert (await stranger.get(f"/v1/medicines/{medicine}")).status_code == 404
    assert (await stranger.post(f"/v1/medicines/{medicine}/stop", json={"reason": "x"})).status_code == 404
    params = {"client_id": given.client.client_id}
    assert (await stranger.get("/v1/medicines", params=params)).json()["items"] == []
    due = await stranger.get("/v1/due-medicines", params={"as_of": THE_DAY, "team_id": str(OTHER_TEAM)})
    assert due.json()["items"] == []


async def test_what_is_due_comes_with_its_windows_and_what_became_of_it(given: Giving) -> None:
    medicine = await given.medicine()
    await given.recorded(medicine, outcome="refused", reason="Asleep")
    kept = await given.recorded(medicine, happened_at="2026-11-04T08:30:00Z")
    (item,) = await given.due(THE_DAY)
    assert item["medicine"]["id"] == medicine
    assert item["doses"] == [
        {
            "due_at": "2026-11-04T08:00:00Z",
            "opens_at": "2026-11-04T07:00:00Z",
            "closes_at": "2026-11-04T09:00:00Z",
            "state": "given",
            "administration_id": kept["id"],
            "in_dispute": False,
        },
        {
            "due_at": "2026-11-04T20:00:00Z",
            "opens_at": "2026-11-04T19:00:00Z",
            "closes_at": "2026-11-04T21:00:00Z",
            "state": "late",
            "administration_id": None,
            "in_dispute": False,
        },
    ]


async def test_a_time_critical_dose_is_late_half_an_hour_after_its_time(given: Giving) -> None:
    """Row 3.11: the list says so as soon as the window has closed."""
    await given.medicine(drug="Co-careldopa", time_critical=True)
    (yesterday,) = await given.due("2026-11-03")
    assert {dose["state"] for dose in yesterday["doses"]} == {"late"}
    assert yesterday["doses"][0]["closes_at"] == "2026-11-03T08:30:00Z"
    (to_come,) = await given.due("2199-11-03")
    assert {dose["state"] for dose in to_come["doses"]} == {"due"}


async def test_only_what_has_a_time_on_that_day_is_due(given: Giving) -> None:
    every_third = await given.medicine(every_days=3, times=["12:00"])
    ended, stopped = await given.medicine(ends_on="2026-11-04"), await given.medicine()
    await given.medicine(**as_needed())
    await given.client.post(f"/v1/medicines/{stopped}/stop", {"reason": "The GP changed it"})

    async def due(day: str) -> set[str]:
        return {item["medicine"]["id"] for item in await given.due(day)}

    assert await due("2026-11-01") == set()
    assert await due("2026-11-02") == {every_third, ended}
    assert await due("2026-11-04") == {ended}
    assert await due("2026-11-05") == {every_third}
    assert await due("2026-11-06") == set()


async def test_what_is_due_comes_page_by_page_with_the_same_statements(given: Giving, statements: Any) -> None:
    other: OnCaseload = await take_on(given.system, nhs_number=None)
    made = [await given.medicine() for _ in range(2)]
    with statements(given.system.databases["caseload"]) as few:
        await given.due(THE_DAY)
    for _ in range(3):
        made.append((await given.client.post("/v1/medicines", a_medicine(other.client_id)))["id"])
        await given.recorded(made[-1])
    with statements(given.system.databases["caseload"]) as many:
        whole = await given.due(THE_DAY)
    assert len(many) == len(few)
    seen, cursor = [], None
    while True:
        params = {"as_of": THE_DAY, "limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await given.nurse.get("/v1/due-medicines", params=params)).json()
        seen += [item["medicine"]["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == sorted(made) == [item["medicine"]["id"] for item in whole]


async def test_a_day_before_the_rules_is_refused(given: Giving) -> None:
    answer = await given.nurse.get("/v1/due-medicines", params={"as_of": "2000-01-01"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/query/as_of")


async def test_a_client_that_is_not_there_has_no_medicines(given: Giving) -> None:
    answer = await given.nurse.post("/v1/medicines", json=a_medicine(new_id()))
    assert answer.status_code == 404


async def test_what_was_given_of_the_stopped_medicine_is_not_due_of_its_successor(given: Giving) -> None:
    first = await given.medicine()
    early = a_medicine(given.client.client_id, replaces_id=first)
    refused = await given.nurse.post("/v1/medicines", json=early)
    assert (refused.status_code, refused.json()["code"]) == (409, "still_given")
    kept = await given.recorded(first, happened_at="2026-11-04T08:05:00Z")
    assert (await given.nurse.post(f"/v1/medicines/{first}/stop", json={"reason": "More is needed"})).is_success
    second = await given.medicine(replaces_id=first, dose="2 tablets", starts_on=THE_DAY, times=["08:30", "20:00"])
    (item,) = await given.due(THE_DAY)
    assert item["medicine"]["replaces_id"] == first
    assert [(dose["state"], dose["administration_id"]) for dose in item["doses"]] == [
        ("given", kept["id"]),
        ("late", None),
    ]
    await given.refused(second, "given_too_recently", happened_at="2026-11-04T08:40:00Z")
    apart = await given.medicine(drug="Another", starts_on=THE_DAY)
    (_, other) = await given.due(THE_DAY)
    assert (other["medicine"]["id"], other["doses"][0]["state"]) == (apart, "late")
