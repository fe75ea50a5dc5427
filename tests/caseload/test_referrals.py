"""A referral is received, decided once, and opens an episode of care with a named nurse."""

import asyncio
from typing import Any

import pytest
from uuid6 import uuid7

from services.caseload.events import EpisodeOfCareOpened, ReferralAccepted, ReferralNotTaken, ReferralReceived
from tests.caseload.story import a_referral, adopted, an_acceptance, end_care, take_on
from tests.running import NURSE, STRANGER, TEAM, Running


async def test_anonymous_is_refused(caseload: Running) -> None:
    nobody = await caseload.client("caseload", None)
    answer = await nobody.post("/v1/referrals", json=a_referral())
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_accepting_opens_an_episode_and_tells_the_others(caseload: Running) -> None:
    nurse = await caseload.nurse("caseload")
    referral, acceptance = a_referral(), an_acceptance()
    received = await nurse.post("/v1/referrals", json=referral)
    assert received.status_code == 201, received.text
    assert received.json()["nhs_number"] == "9990000204"
    accepted = await nurse.post(f"/v1/referrals/{referral['id']}/accept", json=acceptance)
    assert accepted.status_code == 201, accepted.text
    assert accepted.json()["named_nurse_id"] == str(NURSE)
    told = await caseload.published("caseload", ReferralAccepted)
    opened = await caseload.published("caseload", EpisodeOfCareOpened)
    assert (
        told[0].data["episode_of_care_id"] == opened[0].data["episode_of_care_id"] == acceptance["episode_of_care_id"]
    )
    assert told[0].aggregateversion == 2
    assert len(await caseload.published("caseload", ReferralReceived)) == 1


async def test_no_client_becomes_active_without_a_named_nurse_and_a_deputy(caseload: Running) -> None:
    nurse = await caseload.nurse("caseload")
    referral = a_referral()
    await nurse.post("/v1/referrals", json=referral)
    path = f"/v1/referrals/{referral['id']}/accept"
    for missing in ("named_nurse_id", "deputy_id"):
        acceptance = {name: value for name, value in an_acceptance().items() if name != missing}
        answer = await nurse.post(path, json=acceptance)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == f"/body/{missing}"
    alone = await nurse.post(path, json=an_acceptance(deputy_id=str(NURSE)))
    assert alone.status_code == 422
    assert await caseload.published("caseload", EpisodeOfCareOpened) == []


async def test_a_referral_is_decided_only_once_even_by_two_at_a_time(caseload: Running) -> None:
    nurse = await caseload.nurse("caseload")
    referral = a_referral()
    await nurse.post("/v1/referrals", json=referral)
    path = f"/v1/referrals/{referral['id']}/accept"
    answers = await asyncio.gather(*(nurse.post(path, json=an_acceptance()) for _ in range(6)))
    taken, *refused = sorted(answer.status_code for answer in answers)
    assert (taken, set(refused) <= {409, 412}) == (201, True)
    again = await nurse.post(path, json=an_acceptance())
    assert (again.status_code, again.json()["code"]) == (409, "referral_already_decided")
    assert again.json()["errors"][0]["way_out"]


async def test_a_decision_must_be_adopted_and_about_this_referral(caseload: Running) -> None:
    nurse = await caseload.nurse("caseload")
    referral, decision = a_referral(), uuid7()
    await nurse.post("/v1/referrals", json=referral)
    acceptance = an_acceptance(decision_id=str(decision), urgent_reason=None)
    path = f"/v1/referrals/{referral['id']}/accept"
    early = await nurse.post(path, json=acceptance)
    assert (early.status_code, early.json()["code"]) == (409, "decision_not_adopted")
    await adopted(caseload, decision, uuid7())
    assert (await nurse.post(path, json=acceptance)).status_code == 409
    await adopted(caseload, decision, referral["id"])
    accepted = await nurse.post(path, json=acceptance)
    assert accepted.status_code == 201, accepted.text
    assert (await caseload.published("caseload", ReferralAccepted))[0].data["decision_id"] == str(decision)


async def test_what_one_nurse_took_on_urgently_is_ratified_by_the_team(caseload: Running) -> None:
    client = await take_on(caseload)
    decision = uuid7()
    await adopted(caseload, decision, client.referral_id)
    ratified = (await client.nurse.get(f"/v1/referrals/{client.referral_id}")).json()
    assert ratified["urgent_reason"]
    assert ratified["decision_id"] == str(decision)


async def test_a_person_without_a_health_need_is_declined_and_signposted(caseload: Running) -> None:
    nurse = await caseload.nurse("caseload")
    referral = a_referral(health_need=False, source="community")
    await nurse.post("/v1/referrals", json=referral)
    refused = await nurse.post(f"/v1/referrals/{referral['id']}/accept", json=an_acceptance())
    assert (refused.status_code, refused.json()["code"]) == (409, "health_need_required")
    silent = await nurse.post(f"/v1/referrals/{referral['id']}/not-take", json={"reason": "no_health_need"})
    assert silent.json()["errors"][0]["pointer"] == "/body/signpost"
    body = {"reason": "no_health_need", "signpost": "Introduced to the befrienders"}
    declined = await nurse.post(f"/v1/referrals/{referral['id']}/not-take", json=body)
    assert (declined.json()["status"], declined.json()["signpost"]) == ("not_taken", body["signpost"])
    told = (await caseload.published("caseload", ReferralNotTaken))[0].data
    assert (told["reason"], told["source"]) == ("no_health_need", "community")
    assert "signpost" not in told


async def test_a_person_who_comes_back_keeps_one_record(caseload: Running) -> None:
    first = await take_on(caseload)
    await end_care(first)
    again = await take_on(caseload)
    assert again.client_id == first.client_id
    assert again.episode_id != first.episode_id


@pytest.mark.parametrize("other", [{"family_name": "Pask"}, {"birth_on": "1963-06-06"}, {"birth_on": None}])
async def test_two_people_are_never_merged_by_a_slip_in_an_nhs_number(caseload: Running, other: dict[str, Any]) -> None:
    first, second = await take_on(caseload), await take_on(caseload, **other)
    assert second.client_id != first.client_id
    record = (await second.nurse.get(f"/v1/clients/{second.client_id}")).json()["client"]
    assert (record["nhs_number"], record["nhs_number_status"]) == ("9990000204", "05")
    found = await second.nurse.post("/v1/clients/_search", json={"nhs_number": "9990000204"})
    assert found.json()["id"] == first.client_id, "the record that stands behind its number comes first"


@pytest.mark.parametrize("status", ["03", "05"])
async def test_a_number_that_nobody_stands_behind_identifies_nobody(caseload: Running, status: str) -> None:
    first = await take_on(caseload)
    doubted = [await take_on(caseload, nhs_number_status=status) for _ in range(2)]
    assert len({first.client_id, *(client.client_id for client in doubted)}) == 3


@pytest.mark.parametrize("who", ["named_nurse_id", "deputy_id"])
async def test_named_nurse_and_deputy_are_members_of_the_team(caseload: Running, who: str) -> None:
    nurse, referral = await caseload.nurse("caseload"), a_referral()
    await nurse.post("/v1/referrals", json=referral)
    path = f"/v1/referrals/{referral['id']}/accept"
    refused = await nurse.post(path, json=an_acceptance(**{who: str(STRANGER)}))
    assert (refused.status_code, refused.json()["code"]) == (409, "not_in_the_team")
    assert refused.json()["errors"][0]["pointer"] == f"/body/{who}"


async def test_a_referral_from_a_partner_arrives_by_event_once(caseload_with_interop: Running) -> None:
    caseload = caseload_with_interop
    inbound = caseload.extra["inbound"]
    fact = {"inbound_referral_id": inbound["id"], "team_id": str(TEAM), "message_kind": "referral"}
    more = {"use_case": "a5t2", "urgency": "urgent", "received_at": "2026-11-04T09:00:00Z"}
    envelope = await caseload.deliver("caseload", "interop.referral.received.v1", fact | more)
    await caseload.hand_over("caseload", envelope)
    nurse = await caseload.nurse("caseload")
    items = (await nurse.get("/v1/referrals")).json()["items"]
    assert [(item["inbound_referral_id"], item["urgency"], item["source"]) for item in items] == [
        (inbound["id"], "urgent", "gp")
    ]
    assert (items[0]["nhs_number"], items[0]["nhs_number_status"]) == (None, "07")
    assert (items[0]["kind"], items[0]["answer_due_at"]) == ("validation", "2026-11-04T11:00:00Z")


async def test_who_looks_after_a_person_hears_that_the_referral_was_changed_or_taken_back_afterwards(
    caseload_with_interop: Running,
) -> None:
    caseload = caseload_with_interop
    inbound = caseload.extra["inbound"]
    about = {"inbound_referral_id": inbound["id"], "team_id": str(TEAM), "urgency": "stat"}
    await caseload.deliver("caseload", "interop.referral.received.v1", about)
    nurse = await caseload.nurse("caseload")

    async def told(version: int) -> list[Any]:
        await caseload.deliver("caseload", "interop.referral.changed.v1", about, version=version)
        items: list[Any] = (await nurse.get("/v1/alerts", params={"team_id": str(TEAM)})).json()["items"]
        return [(one["subject_id"], one["kind"], set(one["for_people"])) for one in items]

    assert await told(2) == [], "nobody has decided yet: the referral itself says it"
    acceptance = an_acceptance()
    accepted = await nurse.post(f"/v1/referrals/{inbound['id']}/accept", json=acceptance, headers={"If-Match": '"2"'})
    assert accepted.status_code == 201, accepted.text
    alert = (inbound["id"], "referral_changed", {acceptance["named_nurse_id"], acceptance["deputy_id"]})
    assert await told(3) == [alert]
    assert await told(4) == [alert], "it is told once, until somebody knows"
    (open_alert,) = (await nurse.get("/v1/alerts", params={"team_id": str(TEAM)})).json()["items"]
    await nurse.post(f"/v1/alerts/{open_alert['id']}/acknowledge", headers={"If-Match": '"1"'})
    assert await told(5) == [alert, alert]
    assert (await nurse.get(f"/v1/referrals/{inbound['id']}")).json()["urgency"] == "urgent", (
        "it stays as it was judged"
    )


async def test_another_team_cannot_tell_a_hidden_referral_from_none(caseload: Running) -> None:
    client = await take_on(caseload)
    stranger = await caseload.client("caseload", STRANGER)
    for path in ("/v1/referrals/{}", "/v1/clients/{}"):
        hidden = await stranger.get(path.format(client.referral_id if "referrals" in path else client.client_id))
        absent = await stranger.get(path.format(uuid7()))
        assert hidden.status_code == absent.status_code == 404
        assert {**hidden.json(), "instance": ""} == {**absent.json(), "instance": ""}
    assert (await stranger.get("/v1/clients")).json()["items"] == []
    decided = await stranger.post(f"/v1/referrals/{client.referral_id}/accept", json=an_acceptance())
    assert decided.status_code == 404
    foreign = await stranger.post("/v1/referrals", json=a_referral())
    assert foreign.status_code == 404


@pytest.mark.parametrize("persona", ["coach", "heatshield", "steering", "commissioner", "hr", "finance", "ops"])
async def test_who_works_around_the_team_never_reads_a_client(caseload: Running, persona: str) -> None:
    client = await take_on(caseload)
    reader = await caseload.client("caseload", STRANGER, persona)
    for path in (
        "/v1/clients",
        f"/v1/clients/{client.client_id}",
        "/v1/referrals",
        f"/v1/referrals/{client.referral_id}",
    ):
        answer = await reader.get(path)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_membership_that_ended_opens_nothing_and_an_older_event_does_not_bring_it_back(caseload: Running) -> None:
    client = await take_on(caseload)
    fact = {"team_id": str(TEAM), "employee_id": str(NURSE), "role": "registered_nurse", "from_on": "2025-01-01"}
    ended, older = fact | {"until_on": "2026-01-01"}, fact | {"until_on": None}
    await caseload.deliver("caseload", "hr.team_membership.changed.v1", ended, version=3)
    assert (await client.nurse.get(f"/v1/clients/{client.client_id}")).status_code == 404
    await caseload.deliver("caseload", "hr.team_membership.changed.v1", older, version=2)
    assert (await client.nurse.get(f"/v1/clients/{client.client_id}")).status_code == 404
