"""Anyone can refer with no account: by a link that the team gave, if the person agrees."""

import asyncio
import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.caseload.api.referral_links import PAGE
from services.caseload.domain.referral_link import OpenReferral, ReferredPerson
from services.caseload.events import ReferralReceived
from services.common.auth import SYSTEM
from tests.caseload.story import an_acceptance, new_id
from tests.running import OTHER_TEAM, STRANGER, TEAM, Running


def a_link(**changes: Any) -> dict[str, Any]:
    link = {"id": new_id(), "team_id": str(TEAM), "kind": "person", "given_to": "The vicar", "source": "community"}
    return link | changes


def a_form(secret: str, **changes: Any) -> dict[str, Any]:
    form = {
        "secret": secret,
        "id": new_id(),
        "person": {"given_name": "Margaret", "family_name": "Alderton", "postcode": "IP29 5AB"},
        "person_agrees": True,
        "reason": "Not eating since the funeral",
        "health_need": True,
        "referrer": "Reverend Amos",
        "referrer_phone": "01284 000000",
    }
    return form | changes


async def given(giver: Any, **changes: Any) -> tuple[str, str]:
    """The id of a link and its secret."""
    answer = await giver.post("/v1/referral-links", json=a_link(**changes))
    assert answer.status_code == 201, answer.text
    assert answer.headers["cache-control"] == "no-store"
    page, secret = answer.json()["address"].split("#")
    assert page == "/refer/form"
    return str(answer.json()["link"]["id"]), secret


@pytest.fixture
async def vicar(caseload: Running) -> Any:
    """Somebody who is signed in nowhere."""
    return await caseload.client("caseload", None)


async def test_the_vicar_refers_with_no_account_and_the_team_takes_the_person_on(caseload: Running, vicar: Any) -> None:
    nurse = await caseload.nurse("caseload")
    link_id, secret = await given(nurse)
    looked = await vicar.post("/refer/look", json={"secret": secret})
    assert (looked.status_code, looked.json()["given_to"]) == (200, "The vicar")
    form = a_form(secret)
    sent = await vicar.post("/refer/referrals", json=form)
    assert (sent.status_code, set(sent.json())) == (201, {"id", "received_at"})
    referral = (await nurse.get(f"/v1/referrals/{form['id']}")).json()
    assert (referral["source"], referral["status"], referral["referrer"]) == ("community", "received", "Reverend Amos")
    assert (referral["referral_link_id"], referral["nhs_number"]) == (link_id, None)
    assert referral["consent_at"]
    (told,) = await caseload.published("caseload", ReferralReceived)
    assert told.data["source"] == "community"
    assert (await nurse.post(f"/v1/referrals/{form['id']}/accept", json=an_acceptance())).status_code == 201


async def test_nobody_is_referred_who_does_not_agree(caseload: Running, vicar: Any) -> None:
    nurse = await caseload.nurse("caseload")
    _, secret = await given(nurse)
    refused = await vicar.post("/refer/referrals", json=a_form(secret, person_agrees=False))
    assert (refused.status_code, refused.json()["code"]) == (422, "consent_needed")
    silent = {name: value for name, value in a_form(secret).items() if name != "person_agrees"}
    assert (await vicar.post("/refer/referrals", json=silent)).status_code == 422
    assert (await nurse.get("/v1/referrals")).json()["items"] == []
    assert (await vicar.post("/refer/referrals", json=a_form(secret))).status_code == 201, "the link is still good"


async def test_a_persons_link_is_good_once_and_sending_again_refers_nobody_twice(caseload: Running, vicar: Any) -> None:
    nurse = await caseload.nurse("caseload")
    _, secret = await given(nurse)
    form = a_form(secret)
    first, again = [await vicar.post("/refer/referrals", json=form) for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    other = await vicar.post("/refer/referrals", json=a_form(secret))
    assert (other.status_code, other.json()["code"]) == (410, "link_ended")
    assert (await vicar.post("/refer/look", json={"secret": secret})).status_code == 410
    assert len((await nurse.get("/v1/referrals")).json()["items"]) == 1


async def test_two_at_once_do_not_both_use_a_link_that_is_good_once(caseload: Running, vicar: Any) -> None:
    _, secret = await given(await caseload.nurse("caseload"))
    answers = await asyncio.gather(*(vicar.post("/refer/referrals", json=a_form(secret)) for _ in range(5)))
    assert sorted(one.status_code for one in answers) == [201, 410, 410, 410, 410]


async def test_a_place_refers_as_often_as_the_rule_says(caseload: Running, vicar: Any) -> None:
    nurse = await caseload.nurse("caseload")
    link_id, secret = await given(nurse, kind="place", given_to="The library")
    for _ in range(3):
        assert (await vicar.post("/refer/referrals", json=a_form(secret))).status_code == 201
    link = (await nurse.get(f"/v1/referral-links/{link_id}")).json()
    assert (link["uses"], link["most_uses"]) == (3, 30)
    await caseload.alter("caseload", "update referral_link set uses = 30")
    assert (await vicar.post("/refer/referrals", json=a_form(secret))).status_code == 410


async def test_a_link_ends_when_it_is_withdrawn_or_old(caseload: Running, vicar: Any) -> None:
    nurse = await caseload.nurse("caseload")
    link_id, secret = await given(nurse)
    assert (await nurse.post(f"/v1/referral-links/{link_id}/withdraw")).status_code == 200
    assert (await vicar.post("/refer/referrals", json=a_form(secret))).status_code == 410
    again = await nurse.post(f"/v1/referral-links/{link_id}/withdraw")
    assert (again.status_code, again.json()["code"]) == (409, "referral_link_already_closed")
    _, secret = await given(nurse)
    await caseload.alter("caseload", "update referral_link set expires_at = now()")
    assert (await vicar.post("/refer/referrals", json=a_form(secret))).status_code == 410


async def test_a_secret_that_was_not_given_opens_nothing(caseload: Running, vicar: Any) -> None:
    _, secret = await given(await caseload.nurse("caseload"))
    unknown = await vicar.post("/refer/referrals", json=a_form("x" * 43))
    assert (unknown.status_code, unknown.json()["code"]) == (404, "link_unknown")
    assert (await vicar.post("/refer/look", json={"secret": secret[:-1]})).status_code == 422
    kept = str([dict(row) for row in await _rows(caseload)])
    assert secret not in kept, "only its digest is kept"


async def _rows(caseload: Running) -> Any:
    database = caseload.databases["caseload"]
    async with database.transaction(SYSTEM) as tx:
        found = await tx.rows(database.metadata.tables["referral_link"].select())
    return [row._mapping for row in found]


async def test_the_id_of_somebody_elses_referral_tells_nothing(caseload: Running, vicar: Any) -> None:
    nurse = await caseload.nurse("caseload")
    (_, first), (_, second) = await given(nurse), await given(nurse)
    form = a_form(first)
    await vicar.post("/refer/referrals", json=form)
    taken = await vicar.post("/refer/referrals", json=a_form(second, id=form["id"]))
    assert (taken.status_code, taken.json()["code"]) == (409, "already_recorded")


async def test_a_coach_gives_a_link_and_reads_no_referral(caseload: Running, vicar: Any) -> None:
    coach = await caseload.client("caseload", new_id(), "coach")
    _, secret = await given(coach, kind="place", given_to="The library")
    assert (await vicar.post("/refer/referrals", json=a_form(secret))).status_code == 201
    assert (await coach.get("/v1/referrals")).status_code == 403
    assert (await coach.get("/v1/referral-links")).status_code == 403
    nowhere = await coach.post("/v1/referral-links", json=a_link(team_id=new_id()))
    assert nowhere.status_code == 404, "a link of no team would lead nowhere"


async def test_another_team_has_no_part_in_it(caseload: Running, vicar: Any) -> None:
    nurse, stranger = await caseload.nurse("caseload"), await caseload.client("caseload", STRANGER)
    link_id, _ = await given(nurse)
    assert (await stranger.get(f"/v1/referral-links/{link_id}")).status_code == 404
    assert (await stranger.get("/v1/referral-links")).json()["items"] == []
    assert (await stranger.post("/v1/referral-links", json=a_link())).status_code == 404
    _, theirs = await given(stranger, team_id=str(OTHER_TEAM))
    form = a_form(theirs)
    await vicar.post("/refer/referrals", json=form)
    assert (await nurse.get(f"/v1/referrals/{form['id']}")).status_code == 404


async def test_somebody_discharged_comes_back_by_a_link_of_their_own(caseload: Running, vicar: Any) -> None:
    nurse = await caseload.nurse("caseload")
    _, secret = await given(nurse, source="self_re_referral", given_to="Derek")
    (link,) = (await nurse.get("/v1/referral-links")).json()["items"]
    good_for = datetime.fromisoformat(link["expires_at"]) - datetime.fromisoformat(link["made_at"])
    assert good_for == timedelta(days=365), "the door stays open"
    form = a_form(secret, referrer=None, referrer_phone=None)
    await vicar.post("/refer/referrals", json=form)
    assert (await nurse.get(f"/v1/referrals/{form['id']}")).json()["source"] == "self_re_referral"


async def test_the_page_asks_all_that_the_form_takes_and_runs_no_script_but_its_own(vicar: Any) -> None:
    answer = await vicar.get("/refer/form")
    assert (answer.status_code, answer.text) == (200, PAGE.text)
    policy = answer.headers["content-security-policy"]
    assert (policy, policy.count("sha256-")) == (PAGE.policy, 1)
    assert "unsafe-inline' " not in policy.partition("style-src")[0]
    asked = set(re.findall(r'<(?:input|textarea) id="(\w+)"', PAGE.text))
    taken = {*ReferredPerson.model_fields, *OpenReferral.model_fields}
    assert asked == taken - {"secret", "id", "person", "sex", "need"}
