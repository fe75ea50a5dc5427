"""Stale cases are found; care is paused in hospital; whoever is discharged leaves with advice and an open door."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.caseload.events import EpisodeOfCareDischarged, EpisodeOfCarePaused, EpisodeOfCareResumed
from services.common.auth import SYSTEM
from tests.caseload.story import OnCaseload, a_contact, a_plan, an_assessment, take_on
from tests.running import STRANGER, TEAM, Running

TODAY = datetime.now(UTC).date()
ADVICE = {
    "safety_net": "Redness, heat or a smell: do not wait for a day",
    "ring": "The team, 01284 000000; at night 111",
    "come_back": "Ring, or write to us yourself; you need nobody's letter",
}


def a_discharge(**changes: Any) -> dict[str, Any]:
    return {"ended_on": str(TODAY), "reason": "goals_met", **ADVICE, **changes}


def path(client: OnCaseload, verb: str = "") -> str:
    return f"/v1/episodes-of-care/{client.episode_id}{verb and '/'}{verb}"


async def opened(caseload: Running, client: OnCaseload, days_ago: int) -> None:
    """The episode began so many days ago."""
    table = caseload.databases["caseload"].metadata.tables["episode_of_care"]
    async with caseload.databases["caseload"].transaction(SYSTEM) as tx:
        began = {"opened_on": TODAY - timedelta(days=days_ago)}
        await tx.session.execute(table.update().where(table.c.id == client.episode_id).values(**began))


async def stale(client: OnCaseload) -> list[Any]:
    items = (await client.nurse.get("/v1/caseload-reviews", params={"team_id": str(TEAM)})).json()["items"]
    return [(one["client_id"], one["last_contact_on"]) for one in items if "no_contact" in one["reasons"]]


def days_ago(days: int) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).isoformat()


async def test_whoever_had_no_contact_for_longer_than_the_rule_says_is_found(caseload: Running) -> None:
    client = await take_on(caseload)
    await opened(caseload, client, 28)
    assert await stale(client) == []
    await opened(caseload, client, 60)
    assert await stale(client) == [(client.client_id, None)]
    await client.post("/v1/care-contacts", a_contact(client.episode_id, started_at=days_ago(30)))
    assert await stale(client) == [(client.client_id, str(TODAY - timedelta(days=30)))]
    rang = a_contact(client.episode_id, started_at=days_ago(27), channel="phone")
    rang["segments"] = [{**one, "id": a_contact("")["id"]} for one in rang["segments"]]
    await client.post("/v1/care-contacts", rang)
    assert await stale(client) == [], "a call is contact as well"


async def test_nobody_is_discharged_without_advice_somebody_to_ring_and_a_way_back(caseload: Running) -> None:
    client = await take_on(caseload)
    for missing in ADVICE:
        refused = await client.nurse.post(path(client, "discharge"), json=a_discharge(**{missing: None}))
        assert (refused.status_code, refused.json()["code"]) == (422, "validation_failed")
    ended = await client.nurse.post(path(client, "discharge"), json=a_discharge())
    assert ended.status_code == 200, ended.text
    assert {name: ended.json()[name] for name in ADVICE} == ADVICE
    assert (ended.json()["status"], ended.json()["end_reason"]) == ("finished", "goals_met")
    record = (await client.nurse.get(f"/v1/clients/{client.client_id}")).json()
    assert record["episode_of_care"][0]["come_back"] == ADVICE["come_back"]
    (told,) = await caseload.published("caseload", EpisodeOfCareDischarged)
    assert (told.data["reason"], told.data["since_on"], told.data["status"]) == ("goals_met", str(TODAY), "finished")
    assert told.aggregateversion == 2
    assert ADVICE["ring"] not in told.model_dump_json()


async def test_for_somebody_who_died_no_advice_is_asked(caseload: Running) -> None:
    client = await take_on(caseload)
    died = await client.nurse.post(path(client, "discharge"), json={"ended_on": str(TODAY), "reason": "died"})
    assert (died.status_code, died.json()["safety_net"]) == (200, None)


async def test_care_ends_once_and_not_before_it_began(caseload: Running) -> None:
    client = await take_on(caseload)
    early = await client.nurse.post(path(client, "discharge"), json=a_discharge(ended_on="2020-01-01"))
    assert (early.status_code, early.json()["code"]) == (422, "before_it_began")
    assert (await client.nurse.post(path(client, "discharge"), json=a_discharge())).status_code == 200
    again = await client.nurse.post(path(client, "discharge"), json=a_discharge())
    assert (again.status_code, again.json()["code"]) == (409, "episode_already_ended")
    stale_tag = await client.nurse.post(path(client, "pause"), json={}, headers={"If-Match": '"1"'})
    assert stale_tag.status_code == 422


async def test_nothing_happens_in_an_episode_that_is_over(caseload: Running) -> None:
    client = await take_on(caseload)
    await opened(caseload, client, 60)
    await client.post(path(client, "discharge"), a_discharge(ended_on=str(TODAY - timedelta(days=10))))
    late = await client.post("/v1/care-contacts", a_contact(client.episode_id, started_at=days_ago(11)))
    assert late["episode_of_care_id"] == client.episode_id, "what is written down later is written down"
    today = str(TODAY)
    for where, body in (
        ("/v1/care-contacts", a_contact(client.episode_id, started_at=days_ago(9))),
        ("/v1/assessments", an_assessment(client.episode_id, assessed_on=today)),
        ("/v1/care-plans", a_plan(client.episode_id)),
    ):
        refused = await client.nurse.post(where, json=body)
        assert (refused.status_code, refused.json()["code"]) == (409, "not_in_care_then")


async def test_the_door_is_open_to_whoever_was_discharged(caseload: Running) -> None:
    first = await take_on(caseload)
    await first.post(path(first, "discharge"), a_discharge())
    again = await take_on(caseload)
    assert (again.client_id, again.episode_id != first.episode_id) == (first.client_id, True)
    record = (await again.nurse.get(f"/v1/clients/{again.client_id}")).json()
    assert [one["status"] for one in record["episode_of_care"]] == ["finished", "active"]
    assert all(one["named_nurse_id"] for one in record["episode_of_care"])


async def test_care_is_paused_in_hospital_and_goes_on_afterwards(caseload: Running) -> None:
    client = await take_on(caseload)
    pause = {"reason": "in_hospital", "paused_on": str(TODAY)}
    paused = await client.post(path(client, "pause"), pause)
    assert (paused["status"], paused["pause_reason"], paused["paused_on"]) == ("onhold", "in_hospital", str(TODAY))
    await opened(caseload, client, 60)
    assert await stale(client) == [], "nobody is expected to be in touch meanwhile"
    again = await client.nurse.post(path(client, "pause"), json=pause)
    assert (again.status_code, again.json()["code"]) == (409, "episode_not_active")
    early = {"resumed_on": str(TODAY - timedelta(days=1))}
    refused = await client.nurse.post(path(client, "resume"), json=early)
    assert (refused.status_code, refused.json()["code"]) == (422, "before_it_began")
    back = await client.post(path(client, "resume"), {"resumed_on": str(TODAY)})
    assert (back["status"], back["pause_reason"]) == ("active", None)
    refused = await client.nurse.post(path(client, "resume"), json={"resumed_on": str(TODAY)})
    assert (refused.status_code, refused.json()["code"]) == (409, "episode_not_paused")
    (told,) = await caseload.published("caseload", EpisodeOfCarePaused)
    assert (told.data["reason"], told.data["status"]) == ("in_hospital", "onhold")
    (told,) = await caseload.published("caseload", EpisodeOfCareResumed)
    assert told.data["status"] == "active"


@pytest.mark.parametrize(
    ("verb", "body"),
    [
        ("discharge", a_discharge()),
        ("pause", {"reason": "away", "paused_on": str(TODAY)}),
        ("resume", {"resumed_on": str(TODAY)}),
    ],
)
async def test_another_team_ends_nobodys_care(caseload: Running, verb: str, body: dict[str, Any]) -> None:
    client = await take_on(caseload)
    stranger = await caseload.client("caseload", STRANGER)
    tag = {"If-Match": '"1"'}
    assert (await stranger.post(path(client, verb), json=body, headers=tag)).status_code == 404
    assert (await stranger.get(path(client))).status_code == 404
