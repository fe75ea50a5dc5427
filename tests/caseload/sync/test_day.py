"""The day pack: a nurse's whole round in one answer."""

from typing import Any

from services.caseload.api.day_shapes import DayPack
from tests.caseload.medicating import ROLES, a_medicine, an_administration, as_needed, told_of_role
from tests.caseload.night import a_check, a_driver, later
from tests.caseload.story import OnCaseload, a_contact, a_plan, new_id, take_on
from tests.caseload.sync.device import a_device, ago, outcomes
from tests.caseload.sync.rounds import (
    HOME,
    TO_CALL,
    at,
    has_home,
    has_plan,
    has_wound,
    is_assessed,
    pack,
    planned,
    today,
)
from tests.running import DEPUTY, NURSE, OTHER_TEAM, STRANGER, Running

DAY = "2026-11-04"


async def on_round(caseload: Running, **person: Any) -> OnCaseload:
    """A client with a visit today at half past eight."""
    client = await take_on(caseload, **person)
    await planned(caseload, client.client_id, at("08:30"))
    return client


async def medicated(caseload: Running, client: OnCaseload, **changes: Any) -> dict[str, Any]:
    for employee, role in ROLES.items():
        await told_of_role(caseload, employee, role)
    medicine = a_medicine(client.client_id, **changes)
    await client.post("/v1/medicines", medicine)
    return medicine


async def test_anonymous_is_refused(caseload: Running) -> None:
    nobody = await caseload.client("caseload", None)
    assert (await nobody.get("/v1/day")).status_code == 401


async def test_a_round_has_its_visits_in_order_and_each_client_once(caseload: Running) -> None:
    first, second = await take_on(caseload), await take_on(caseload, given_name="Bernard", nhs_number="9990000212")
    evening = await planned(caseload, first.client_id, at("18:00"), minutes=20)
    noon = await planned(caseload, second.client_id, at("12:00"), minutes=45)
    morning = await planned(caseload, first.client_id, at("08:30"), minutes=75)
    await planned(caseload, first.client_id, at("08:30", "2026-11-03"))
    await planned(caseload, second.client_id, at("15:00"), status="cancelled")
    told = (await pack(first.nurse)).json()
    assert [visit["id"] for visit in told["visits"]] == [morning, noon, evening]
    assert (told["on"], told["employee_id"]) == (today(), str(NURSE))
    assert sorted(one["client"]["id"] for one in told["clients"]) == sorted([first.client_id, second.client_id])
    assert told["visits"][0]["ends_at"] == at("09:45")


async def test_it_holds_what_is_needed_at_the_door(caseload: Running) -> None:
    client = await on_round(caseload)
    await has_home(client)
    plan, problem = await has_plan(client), await is_assessed(client)
    await has_wound(client, (51, 34), (48, 30))
    rating = {"id": new_id(), "occasion": "interim", "knowledge": 4, "behavior": 4, "status": 4}
    await client.post(f"/v1/problems/{problem}/ratings", rating)
    (told,) = (await pack(client.nurse)).json()["clients"]
    assert {name: told["home"][name] for name in HOME} == HOME
    episode = told["episode_of_care"]
    assert (episode["named_nurse_id"], episode["deputy_id"]) == (str(NURSE), str(DEPUTY))
    assert [line["words"] for line in told["care_plan"]["lines"]] == [line["words"] for line in plan["lines"]]
    assert (told["care_plan"]["version"], told["care_plan"]["who_to_call"]) == (2, TO_CALL)
    assert [wound["last_measurement"]["area_mm2"] for wound in told["wounds"]] == [48 * 30]
    rated = {one["id"]: one["last_rating"]["occasion"] for one in told["problems"]}
    assert rated[problem] == "interim"


async def test_without_an_agreed_plan_the_newest_draft_is_shown_as_one(caseload: Running) -> None:
    client = await on_round(caseload)
    await client.post("/v1/care-plans", a_plan(client.episode_id))
    (told,) = (await pack(client.nurse)).json()["clients"]
    assert told["care_plan"]["status"] == "draft"


async def test_the_notes_are_the_last_three_the_latest_first(caseload: Running) -> None:
    client = await on_round(caseload)
    for day in range(1, 6):
        await client.post(
            "/v1/care-contacts",
            a_contact(client.episode_id, started_at=f"2026-11-{day:02}T10:00:00Z", note=f"Note {day}"),
        )
    (told,) = (await pack(client.nurse)).json()["clients"]
    assert [note["words"] for note in told["notes"]] == ["Note 5", "Note 4", "Note 3"]


async def test_a_visit_says_which_contact_was_recorded_of_it(caseload: Running) -> None:
    client = await take_on(caseload)
    visit = await planned(caseload, client.client_id, at("00:00"))
    contact = a_contact(client.episode_id, visit_id=visit)
    await client.post("/v1/care-contacts", contact)
    (told,) = (await pack(client.nurse)).json()["visits"]
    assert told["care_contact_id"] == contact["id"]


async def test_a_medicine_comes_with_its_doses_and_what_keeps_one_from_being_given_twice(caseload: Running) -> None:
    client = await take_on(caseload)
    await planned(caseload, client.client_id, at("08:30", DAY))
    medicine = await medicated(caseload, client)
    await medicated(caseload, client, drug="Paracetamol", **as_needed())
    given = an_administration(medicine["id"])
    await client.post("/v1/administrations", given)
    (told,) = (await pack(client.nurse, f"/v1/day?date={DAY}")).json()["clients"]
    regular, needed = told["medicines"]
    assert [(dose["due_at"], dose["outcome"]) for dose in regular["doses"]] == [
        (f"{DAY}T08:00:00Z", "given"),
        (f"{DAY}T20:00:00Z", None),
    ]
    assert [one["id"] for one in regular["recorded"]] == [given["id"]]
    assert (needed["doses"], needed["dose_gap_minutes"], needed["maximum_in_24_hours"]) == ([], 240, 4)
    due = (await client.nurse.get(f"/v1/due-medicines?as_of={DAY}")).json()["items"][0]["doses"]
    shared = ("due_at", "opens_at", "closes_at", "administration_id")
    assert [[dose[name] for name in shared] for dose in regular["doses"]] == [
        [dose[name] for name in shared] for dose in due
    ]


async def test_it_tells_when_somebody_else_is_with_the_client(caseload: Running) -> None:
    client = await on_round(caseload)
    every_day = {"days": [1, 2, 3, 4, 5, 6, 7], "at": "09:00", "minutes": 30}
    care = {"agency": "Larkfield", "phone": "01284 000001", "kind": "personal_care", "times": [every_day]}
    body = {"id": new_id(), "client_id": client.client_id, "from_on": "2026-11-02", **care}
    await client.post("/v1/other-care", body)
    (told,) = (await pack(client.nurse)).json()["clients"]
    assert [(call["agency"], call["starts_at"]) for call in told["calls"]] == [("Larkfield", at("09:00"))]


async def test_what_is_to_be_done_and_chased_comes_along(caseload: Running) -> None:
    client = await on_round(caseload)
    action = {"id": new_id(), "client_id": client.client_id, "words": "Ring the optician", "employee_id": str(NURSE)}
    await client.post("/v1/actions", action)
    (told,) = (await pack(client.nurse)).json()["clients"]
    assert [one["words"] for one in told["actions"]] == ["Ring the optician"]
    headers = {"If-Match": '"1"'}
    await client.nurse.post(f"/v1/actions/{action['id']}/finish", json={"done_on": today()}, headers=headers)
    (told,) = (await pack(client.nurse)).json()["clients"]
    assert told["actions"] == []


async def drivers(client: OnCaseload) -> list[dict[str, Any]]:
    (told,) = (await pack(client.nurse)).json()["clients"]
    return list(told["syringe_drivers"])


async def test_a_driver_that_runs_comes_with_the_last_look_at_it_and_none_that_was_stopped(caseload: Running) -> None:
    client = await on_round(caseload)
    running, stopped = [await client.post("/v1/syringe-drivers", a_driver(client.client_id)) for _ in range(2)]
    taken_down = {"stopped_at": later(), "reason": "Empty"}
    await client.post(f"/v1/syringe-drivers/{stopped['id']}/stop", taken_down, **{"If-Match": '"1"'})
    looked = await client.post(f"/v1/syringe-drivers/{running['id']}/checks", a_check(checked_at=later(minutes=-2)))
    # Told later, seen earlier.
    path, earlier = f"/v1/syringe-drivers/{running['id']}/checks", a_check(checked_at=later(minutes=-8))
    online = await client.post(path, earlier)
    told = await drivers(client)
    whole = {name: value for name, value in online.items() if name not in ("overdue", "checks")}
    assert told == [{**whole, "last_check": looked["checks"][0]}]
    assert (told[0]["medicines"], told[0]["stopped_at"]) == ("Morphine 20 mg in 24 h", None)
    assert told[0]["next_due_at"] == told[0]["last_check"]["next_due_at"]


async def test_a_driver_is_checked_with_no_more_than_the_pack(caseload: Running) -> None:
    client, device = await on_round(caseload), await a_device(caseload)
    await client.post("/v1/syringe-drivers", a_driver(client.client_id))
    (packed,), most = await drivers(client), (await pack(client.nurse)).json()["driver_check_hours"]
    rules = (await client.nurse.get("/v1/rules")).json()["items"]
    assert most == next(rule["amount"] for rule in rules if rule["code"] == "syringe_driver.check_hours")
    about = {"syringe_driver_id": packed["id"]}
    seen, late = (a_check(checked_at=ago(minutes=5), next_due_at=later(hours=most + by)) for by in (-1, 1))
    results = await device.push(*(device.did("check_driver", one, about, occurred_at=ago()) for one in (seen, late)))
    assert outcomes(results) == ["applied", "refused"]
    (told,) = await drivers(client)
    assert (told["last_check"]["id"], told["version"]) == (seen["id"], packed["version"] + 1)


async def test_whoever_comes_along_has_the_visit_on_her_round(caseload: Running) -> None:
    client = await take_on(caseload)
    await planned(caseload, client.client_id, at("08:30"), accompanied_by=str(DEPUTY))
    deputy = await caseload.client("caseload", DEPUTY)
    (visit,) = (await pack(deputy)).json()["visits"]
    assert (visit["employee_id"], visit["accompanied_by"]) == (str(NURSE), str(DEPUTY))


async def test_a_round_is_covered_for_a_team_mate_and_for_nobody_else(caseload: Running) -> None:
    client = await on_round(caseload)
    deputy, stranger = [await caseload.client("caseload", one) for one in (DEPUTY, STRANGER)]
    assert (await pack(deputy)).json()["clients"] == []
    covered = (await pack(deputy, f"/v1/day?employee_id={NURSE}")).json()
    assert [one["client"]["id"] for one in covered["clients"]] == [client.client_id]
    theirs = await stranger.get(f"/v1/day?employee_id={NURSE}")
    unknown = await stranger.get(f"/v1/day?employee_id={new_id()}")
    assert (theirs.status_code, theirs.json()["code"]) == (404, "no_such_colleague")
    assert {**theirs.json(), "instance": None} == {**unknown.json(), "instance": None}
    assert (await pack(stranger)).json()["visits"] == []


async def test_a_client_of_another_team_is_on_no_round_of_this_one(caseload: Running) -> None:
    """Roster plans with what it knows; a client who has moved on since is not shown."""
    client = await on_round(caseload)
    await caseload.alter("caseload", f"update client set team_id = '{OTHER_TEAM}' where id = '{client.client_id}'")
    told = (await pack(client.nurse)).json()
    assert (told["visits"], told["clients"]) == ([], [])


async def test_it_is_written_as_its_shape_writes_it(caseload: Running) -> None:
    odd = 'Zoë "Dot" O\'Neill \\ 50 % : to\n\tthe hall \u2014 \U0001f33b </script>'
    client = await on_round(caseload, given_name="Zoë", family_name='O\'Neill \\ "Dot"')
    await has_home(client, getting_in=odd)
    await has_plan(client, client_words=odd)
    await has_wound(client, (48, 30))
    await medicated(caseload, client)
    await client.post("/v1/care-contacts", a_contact(client.episode_id, note=odd))
    answer = await pack(client.nurse)
    assert answer.headers["content-type"] == "application/json"
    assert DayPack.model_validate_json(answer.content).model_dump(mode="json") == answer.json()
    assert answer.json()["clients"][0]["home"]["getting_in"] == odd


async def test_a_day_that_is_none_is_refused(caseload: Running) -> None:
    nurse = await caseload.nurse("caseload")
    for day in ("yesterday", "2026-02-30", "20261104", "0001-01-01"):
        answer = await nurse.get(f"/v1/day?date={day}")
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/query/date")
    before = await nurse.get("/v1/day?date=1900-01-01")
    assert (before.status_code, before.json()["code"]) == (422, "no_rule_in_force")
