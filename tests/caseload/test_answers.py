"""Whoever referred is told what became of it, and how long that took is measured (mission row 2.01)."""

from datetime import datetime
from typing import Any

import pytest

from services.caseload.domain.answer_time import Answered
from tests.caseload.medicating import told_of_role
from tests.caseload.story import a_referral, an_acceptance, new_id
from tests.caseload.test_referral_links import a_form, given
from tests.running import NURSE, STRANGER, TEAM, Running

WEEK = {"team_id": str(TEAM), "from_on": "2026-11-01", "to_on": "2026-11-30"}


async def what_became(somebody: Any, secret: str, receipt_id: str) -> Any:
    answer = await somebody.post("/refer/status", json={"secret": secret, "receipt_id": receipt_id})
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return answer.json()


async def referred(caseload: Running, **link: Any) -> tuple[Any, Any, str, str]:
    """The surgery's browser and the nurse, with the link and the receipt's id."""
    nurse, surgery = await caseload.nurse("caseload"), await caseload.client("caseload", None)
    asked = {"kind": "place", "given_to": "Barrow surgery", "source": "gp", **link}
    _, secret = await given(nurse, **asked)
    form = a_form(secret, referrer="Dr Patel")
    assert (await surgery.post("/refer/referrals", json=form)).status_code == 201
    return surgery, nurse, secret, form["id"]


async def test_the_surgery_refers_by_its_form_and_hears_that_the_person_is_taken_on(caseload: Running) -> None:
    await told_of_role(caseload, NURSE, "registered_nurse")
    surgery, nurse, secret, receipt = await referred(caseload)
    waiting = await what_became(surgery, secret, receipt)
    assert (waiting["status"], waiting["answered_at"], waiting["named_nurse_role"]) == ("received", None, None)
    assert (await nurse.get(f"/v1/referrals/{receipt}")).json()["source"] == "gp"
    assert (await nurse.post(f"/v1/referrals/{receipt}/accept", json=an_acceptance())).status_code == 201
    told = await what_became(surgery, secret, receipt)
    assert (told["status"], told["named_nurse_role"]) == ("accepted", "registered_nurse")
    assert told["answered_at"]
    assert "Alderton" not in str(told)
    assert str(NURSE) not in str(told)


async def test_the_surgery_hears_why_a_person_is_not_taken_on_and_where_to_turn(caseload: Running) -> None:
    surgery, nurse, secret, receipt = await referred(caseload, kind="person")
    refusal = {"reason": "no_health_need", "signpost": "The village agent, 01284 000001"}
    assert (await nurse.post(f"/v1/referrals/{receipt}/not-take", json=refusal)).status_code == 200
    told = await what_became(surgery, secret, receipt)
    assert (told["status"], told["not_taken_reason"]) == ("not_taken", "no_health_need")
    assert told["signpost"] == "The village agent, 01284 000001"


async def test_nothing_is_told_by_another_link_without_the_receipt_or_once_it_is_withdrawn(caseload: Running) -> None:
    surgery, nurse, secret, receipt = await referred(caseload)
    _, other = await given(nurse)
    taken = a_referral()
    await nurse.post("/v1/referrals", json=taken)
    for shown, asked in ((other, receipt), (secret, new_id()), (secret, taken["id"])):
        refused = await surgery.post("/refer/status", json={"secret": shown, "receipt_id": asked})
        assert (refused.status_code, refused.json()["code"]) == (404, "receipt_unknown")
    unknown = await surgery.post("/refer/status", json={"secret": "x" * 43, "receipt_id": receipt})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "link_unknown")
    for link in (await nurse.get("/v1/referral-links")).json()["items"]:
        assert (await nurse.post(f"/v1/referral-links/{link['id']}/withdraw")).status_code == 200
    over = await surgery.post("/refer/status", json={"secret": secret, "receipt_id": receipt})
    assert (over.status_code, over.json()["code"]) == (410, "link_ended")


@pytest.mark.parametrize(
    ("received", "decided", "within", "days"),
    [
        ("2026-11-02T09:00:00+00:00", "2026-11-02T16:00:00+00:00", True, 0),
        ("2026-11-02T09:00:00+00:00", "2026-11-03T09:00:00+00:00", True, 1),
        ("2026-11-02T09:00:00+00:00", "2026-11-03T09:00:01+00:00", False, 1),
        ("2026-11-06T15:00:00+00:00", "2026-11-09T14:00:00+00:00", True, 1),
        ("2026-11-07T10:00:00+00:00", "2026-11-09T23:30:00+00:00", True, 1),
        ("2026-11-07T10:00:00+00:00", "2026-11-10T00:30:00+00:00", False, 2),
        ("2026-12-24T15:00:00+00:00", "2026-12-29T14:00:00+00:00", True, 1),
        ("2026-12-24T15:00:00+00:00", None, False, None),
    ],
)
def test_weekends_and_bank_holidays_are_no_working_days(
    received: str, decided: str | None, within: bool, days: int | None
) -> None:
    one = Answered("gp", datetime.fromisoformat(received), datetime.fromisoformat(decided) if decided else None)
    assert (one.is_within(1), one.working_days) == (within, days)


async def test_how_long_whoever_referred_waited_is_measured_by_source(caseload: Running) -> None:
    nurse = await caseload.nurse("caseload")
    for changes in ({}, {}, {}, {"source": "community"}):
        await nurse.post("/v1/referrals", json=(one := a_referral(**changes)))
        if changes:
            continue
        refusal = {"reason": "no_capacity", "signpost": "The surgery"}
        assert (await nurse.post(f"/v1/referrals/{one['id']}/not-take", json=refusal)).status_code == 200
    await caseload.alter(
        "caseload", "update referral set decided_at = received_at + interval '3 hours' where source = 'gp'"
    )
    await caseload.alter(
        "caseload",
        "update referral set decided_at = '2026-11-05T10:00Z' where id = (select max(id::text)::uuid from referral"
        " where source = 'gp')",
    )
    found = (await nurse.get("/v1/answer-times", params=WEEK)).json()["items"]
    gp = {"source": "gp", "received": 3, "answered": 3, "in_time": 2, "longest_working_days": 3}
    community = {"source": "community", "received": 1, "answered": 0}
    assert found == [{**community, "in_time": 0, "longest_working_days": None}, gp]
    await caseload.alter("caseload", "update rule set amount = 4 where code = 'referral.answer_working_days'")
    assert (await nurse.get("/v1/answer-times", params=WEEK)).json()["items"][1]["in_time"] == 3
    reversed_ = await nurse.get("/v1/answer-times", params=WEEK | {"to_on": "2026-10-01"})
    assert (reversed_.status_code, reversed_.json()["code"]) == (422, "period_reversed")
    stranger = await caseload.client("caseload", STRANGER)
    assert (await stranger.get("/v1/answer-times", params=WEEK)).status_code == 404
