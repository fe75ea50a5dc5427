"""The client's network: who is around them, with each person's own consent (mission row 3.06)."""

from typing import Any

import pytest

from services.caseload.events import NetworkPersonChanged
from tests.caseload.around import (
    a_carer,
    a_neighbour,
    ago,
    ahead,
    an_action,
    an_agency,
    an_asset,
    an_introduction,
    today,
)
from tests.caseload.story import OnCaseload, a_plan, new_id, take_on
from tests.caseload.world import an_emergency
from tests.running import NURSE, STRANGER, Running


@pytest.fixture
async def maureen(caseload: Running) -> OnCaseload:
    return await take_on(caseload)


async def known(client: OnCaseload, **changes: Any) -> dict[str, Any]:
    made: dict[str, Any] = await client.post("/v1/network-people", a_neighbour(client.client_id, **changes))
    return made


def help_of(client: OnCaseload, person: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return an_action(client.client_id, network_person_id=person["id"], agreed_on="2026-11-04") | changes


async def test_whoever_is_around_a_client_is_news_and_in_the_record(caseload: Running, maureen: OnCaseload) -> None:
    """Interop shows them outside, and no longer once they withdraw."""
    person = await known(maureen)
    await maureen.post("/v1/carers", a_carer(person["id"]))
    await maureen.post(f"/v1/network-people/{person['id']}/withdraw-consent", None)
    told = await caseload.published("caseload", NetworkPersonChanged)
    assert [one.data["network_person_id"] for one in told] == [person["id"]] * 3
    assert [one.aggregateversion for one in told] == [1, 1, 2]
    assert "name" not in told[0].data
    record = (await maureen.nurse.get(f"/v1/clients/{maureen.client_id}")).json()
    assert [one["consent_on"] for one in record["network_person"]] == [None]
    assert [set(one) for one in record["carer"]] == [{"id", "version", "network_person_id"}]


async def test_anonymous_is_refused(caseload: Running) -> None:
    nobody = await caseload.client("caseload", None)
    for path in ("network-people", f"network-people/{new_id()}", f"clients/{new_id()}/network", "actions"):
        assert (await nobody.get(f"/v1/{path}")).status_code == 401


async def test_a_line_of_the_care_plan_is_done_by_a_neighbour(maureen: OnCaseload) -> None:
    plan, jean = a_plan(maureen.episode_id), await known(maureen)
    await maureen.post("/v1/care-plans", plan)
    asked = help_of(maureen, jean, care_plan_line_id=plan["lines"][1]["id"], how_often="Mondays")
    action = await maureen.post("/v1/actions", asked)
    assert (action["network_person_id"], action["agreed_on"]) == (jean["id"], "2026-11-04")
    tasks = (await maureen.nurse.get("/v1/actions", params={"client_id": maureen.client_id})).json()["items"]
    assert [(one["id"], one["status"], one["how_often"]) for one in tasks] == [(action["id"], "open", "Mondays")]
    done = await maureen.post(f"/v1/actions/{action['id']}/finish", {"done_on": ago(0)})
    assert (done["status"], done["done_on"], done["due_on"]) == ("done", ago(0), None)


async def test_somebody_who_did_not_consent_has_no_number_and_no_task(maureen: OnCaseload) -> None:
    number = await maureen.nurse.post("/v1/network-people", json=a_neighbour(maureen.client_id, consent=None))
    assert (number.status_code, number.json()["code"]) == (409, "consent_of_person_needed")
    shy = await known(maureen, consent=None, phone=None)
    asked = await maureen.nurse.post("/v1/actions", json=help_of(maureen, shy))
    assert (asked.status_code, asked.json()["errors"][0]["pointer"]) == (409, "/body/network_person_id")
    changed = await maureen.nurse.put(
        f"/v1/network-people/{shy['id']}", json={"name": "Jean", "tie": "friend", "phone": "01284 000000"}
    )
    assert changed.json()["code"] == "consent_of_person_needed"
    await maureen.post(f"/v1/network-people/{shy['id']}/consent", {"given_on": ago(0), "how": "by_phone"})
    assert (await maureen.nurse.post("/v1/actions", json=help_of(maureen, shy))).status_code == 201


async def test_who_withdraws_consent_loses_number_and_tasks(maureen: OnCaseload) -> None:
    jean = await known(maureen)
    action = await maureen.post("/v1/actions", help_of(maureen, jean))
    withdrawn = await maureen.post(f"/v1/network-people/{jean['id']}/withdraw-consent", None)
    assert (withdrawn["phone"], withdrawn["consent_on"], withdrawn["withdrawn_on"]) == (None, None, ago(0))
    left = (await maureen.nurse.get(f"/v1/actions/{action['id']}")).json()
    assert (left["status"], left["reason"]) == ("given_back", "The person withdrew their consent.")
    again = await maureen.nurse.post(f"/v1/network-people/{jean['id']}/withdraw-consent")
    assert (again.status_code, again.json()["code"]) == (409, "no_consent_to_withdraw")


async def test_a_person_helps_the_client_whose_network_they_are_in(caseload: Running, maureen: OnCaseload) -> None:
    other, jean = await take_on(caseload, given_name="Joan", nhs_number="999 000 0034"), await known(maureen)
    plan = a_plan(maureen.episode_id)
    await maureen.post("/v1/care-plans", plan)
    strange = await other.nurse.post("/v1/actions", json=help_of(other, jean))
    assert (strange.status_code, strange.json()["code"]) == (409, "person_of_another_client")
    theirs = an_action(other.client_id, employee_id=str(NURSE), care_plan_line_id=plan["lines"][0]["id"])
    line = await other.nurse.post("/v1/actions", json=theirs)
    assert (line.status_code, line.json()["code"]) == (422, "line_of_another_client")


@pytest.mark.parametrize(
    "doers",
    [
        {"due_on": "2026-12-01"},
        {"employee_id": str(NURSE), "outside": "Optician"},
        {"network_person_id": new_id()},
        {"employee_id": str(NURSE), "agreed_on": "2026-11-04"},
    ],
)
async def test_an_action_is_for_one_who_agreed(maureen: OnCaseload, doers: dict[str, Any]) -> None:
    answer = await maureen.nurse.post("/v1/actions", json=an_action(maureen.client_id, **doers))
    assert answer.status_code == 422, answer.text


async def test_the_ecomap_shows_people_agencies_and_places_now(maureen: OnCaseload) -> None:
    jean = await known(maureen, strength="stressful")
    await known(maureen, name="Ron", until_on="2026-11-05")
    await maureen.post("/v1/carers", a_carer(jean["id"]))
    agency, asset = an_agency(maureen.client_id), an_asset()
    await maureen.post("/v1/other-care", agency)
    await maureen.post("/v1/other-care", an_agency(maureen.client_id, from_on=ahead(9)))
    await maureen.post("/v1/assets", asset)
    await maureen.post("/v1/introductions", an_introduction(maureen.client_id, asset["id"]))
    ecomap = (await maureen.nurse.get(f"/v1/clients/{maureen.client_id}/network")).json()
    drawn = [(tie["kind"], tie["name"], tie["tie"], tie["strength"], tie["is_carer"]) for tie in ecomap["ties"]]
    assert drawn == [
        ("person", "Jean Catchpole", "neighbour", "stressful", True),
        ("agency", "Suffolk Home Care", "personal_care", None, False),
        ("asset", "Barrow Befrienders", "offered", None, False),
    ]


async def test_tasks_are_listed_by_what_is_due_and_what_is_late(maureen: OnCaseload) -> None:
    days = {"late": ago(1), "today": str(today()), "later": ahead(1)}
    for words, day in days.items():
        body = an_action(maureen.client_id, employee_id=str(NURSE), due_on=day) | {"words": words}
        await maureen.post("/v1/actions", body)
    await maureen.post("/v1/actions", an_action(maureen.client_id, outside="Optician, Bury"))
    found = {}
    for due in ("waiting", "due", "overdue"):
        listed = await maureen.nurse.get("/v1/actions", params={"due": due, "employee_id": str(NURSE)})
        found[due] = [one["words"] for one in listed.json()["items"]]
    assert found == {"waiting": ["late", "today", "later"], "due": ["late", "today"], "overdue": ["late"]}
    first = (await maureen.nurse.get("/v1/actions", params={"due": "overdue"})).json()["items"][0]
    await maureen.post(f"/v1/actions/{first['id']}/give-back", {"reason": "The optician rang first"})
    assert (await maureen.nurse.get("/v1/actions", params={"due": "overdue"})).json()["items"] == []
    again = await maureen.nurse.post(f"/v1/actions/{first['id']}/finish", json={"done_on": ago(0)})
    assert (again.status_code, again.json()["code"]) == (409, "action_already_ended")


async def test_in_an_emergency_the_people_to_ring_are_read(caseload: Running, maureen: OnCaseload) -> None:
    jean, stranger = await known(maureen), await caseload.client("caseload", STRANGER)
    emergency, paths = an_emergency(client_id=maureen.client_id), [f"/v1/clients/{maureen.client_id}/network"]
    paths.append(f"/v1/network-people/{jean['id']}")
    assert (await stranger.post("/v1/break-glass", json=emergency)).status_code == 201
    for path in paths:
        assert (await stranger.get(path)).status_code == 404
        read = await stranger.get(path, headers={"Break-Glass": emergency["id"]})
        assert (read.status_code, "Jean Catchpole" in read.text) == (200, True)
    assert (await stranger.get("/v1/network-people")).json()["items"] == []
