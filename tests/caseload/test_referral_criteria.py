"""Whom the team takes on is data that it changes by decision; a referral keeps the edition it was judged by."""

import asyncio
from typing import Any

import pytest

from tests.caseload.story import a_referral, adopted, an_acceptance, new_id
from tests.running import OTHER_TEAM, STRANGER, TEAM, Running

DECLINED = {"reason": "out_of_area", "signpost": "The team of the next village"}


def some_criteria(**changes: Any) -> dict[str, Any]:
    criteria = {
        "id": new_id(),
        "team_id": str(TEAM),
        "decision_id": new_id(),
        "health_need_required": True,
        "areas": ["IP29"],
        "words": "Whoever lives around Barrow and has a health need",
    }
    return criteria | changes


async def decided(caseload: Running, nurse: Any, **changes: Any) -> Any:
    criteria = some_criteria(**changes)
    await adopted(caseload, criteria["decision_id"], criteria["id"], "referral_criteria")
    answer = await nurse.post("/v1/referral-criteria", json=criteria)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def received(nurse: Any, postcode: str | None = None, **changes: Any) -> str:
    referral = a_referral(**changes)
    referral["person"] |= {"nhs_number": None, "postcode": postcode}
    assert (await nurse.post("/v1/referrals", json=referral)).status_code == 201
    return str(referral["id"])


async def test_criteria_change_only_by_a_decision_that_the_team_adopted_about_them(caseload: Running) -> None:
    nurse, criteria = await caseload.nurse("caseload"), some_criteria()
    for subject, team in ((new_id(), TEAM), (criteria["id"], OTHER_TEAM)):
        await adopted(caseload, criteria["decision_id"], subject, "referral_criteria", team)
        refused = await nurse.post("/v1/referral-criteria", json=criteria)
        assert (refused.status_code, refused.json()["code"]) == (409, "criteria_not_decided")
    first, second = await decided(caseload, nurse), await decided(caseload, nurse, health_need_required=False)
    assert (first["edition"], second["edition"]) == (1, 2)
    listed = (await nurse.get("/v1/referral-criteria")).json()["items"]
    assert [one["edition"] for one in listed] == [2, 1]


async def test_a_referral_keeps_the_criteria_it_was_judged_by(caseload: Running) -> None:
    nurse = await caseload.nurse("caseload")
    before, first_id, second_id = [await received(nurse, health_need=False) for _ in range(3)]
    untold = await nurse.post(f"/v1/referrals/{before}/not-take", json=DECLINED)
    assert untold.json()["criteria_id"] is None
    first = await decided(caseload, nurse)
    refused = await nurse.post(f"/v1/referrals/{first_id}/accept", json=an_acceptance())
    assert refused.json()["code"] == "health_need_required"
    await nurse.post(f"/v1/referrals/{first_id}/not-take", json=DECLINED)
    second = await decided(caseload, nurse, health_need_required=False)
    assert (await nurse.post(f"/v1/referrals/{second_id}/accept", json=an_acceptance())).status_code == 201
    judged = [(await nurse.get(f"/v1/referrals/{one}")).json()["criteria_id"] for one in (first_id, second_id)]
    assert judged == [first["id"], second["id"]]
    assert (await nurse.get(f"/v1/referral-criteria/{first['id']}")).json() == first, "it is kept as it was"


@pytest.mark.parametrize(
    ("postcode", "status"), [("IP29 5AB", 201), ("IP295AB", 201), ("IP28 6AA", 409), ("IP2 9AB", 409), (None, 201)]
)
async def test_the_area_is_the_first_half_of_the_postcode(caseload: Running, postcode: str | None, status: int) -> None:
    nurse = await caseload.nurse("caseload")
    await decided(caseload, nurse)
    referral_id = await received(nurse, postcode)
    answer = await nurse.post(f"/v1/referrals/{referral_id}/accept", json=an_acceptance())
    assert (answer.status_code, answer.json().get("code")) == (status, None if status == 201 else "outside_the_area")


async def test_two_editions_at_once_are_numbered_one_after_the_other(caseload: Running) -> None:
    nurse = await caseload.nurse("caseload")
    made = await asyncio.gather(*(decided(caseload, nurse) for _ in range(3)))
    assert sorted(one["edition"] for one in made) == [1, 2, 3]


async def test_a_full_postcode_is_no_area(caseload: Running) -> None:
    nurse = await caseload.nurse("caseload")
    refused = await nurse.post("/v1/referral-criteria", json=some_criteria(areas=["IP29 5AB"]))
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/body/areas/0")


async def test_another_team_has_criteria_of_its_own(caseload: Running) -> None:
    nurse, stranger = await caseload.nurse("caseload"), await caseload.client("caseload", STRANGER)
    criteria = await decided(caseload, nurse)
    assert (await stranger.get(f"/v1/referral-criteria/{criteria['id']}")).status_code == 404
    assert (await stranger.get("/v1/referral-criteria")).json()["items"] == []
    assert (await stranger.post("/v1/referral-criteria", json=some_criteria())).status_code == 404
