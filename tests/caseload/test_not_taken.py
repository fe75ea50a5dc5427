"""Who was not taken on is counted by reason, area and need; outside the team nothing tells of a few people."""

from typing import Any

import pytest

from tests.caseload.story import a_referral, an_acceptance
from tests.running import OTHER_TEAM, TEAM, Running

JULY = {"team_id": str(TEAM), "from_on": "2026-07-01", "to_on": "2026-07-31"}
PATH = "/v1/not-taken-referrals/summary"


async def received(nurse: Any, postcode: str | None = None, **changes: Any) -> str:
    referral = a_referral(received_at="2026-07-06T09:00:00Z", **changes)
    referral["person"] |= {"nhs_number": None, "postcode": postcode}
    assert (await nurse.post("/v1/referrals", json=referral)).status_code == 201
    return f"/v1/referrals/{referral['id']}"


async def declined(nurse: Any, reason: str, postcode: str | None, need: str | None = None, *, times: int = 1) -> None:
    for _ in range(times):
        path = await received(nurse, postcode)
        body = {"reason": reason, "signpost": "The surgery", "need": need}
        assert (await nurse.post(f"{path}/not-take", json=body)).status_code == 200


async def taken(nurse: Any, times: int) -> None:
    for _ in range(times):
        path = await received(nurse)
        assert (await nurse.post(f"{path}/accept", json=an_acceptance(same_person=False))).status_code == 201


def counts(summary: dict[str, Any], part: str) -> dict[str, int]:
    return {one["code"]: one["referrals"] for one in summary[part]}


async def test_the_team_sees_reason_area_and_need_of_everybody_it_did_not_take(caseload: Running) -> None:
    nurse = await caseload.nurse("caseload")
    await declined(nurse, "no_health_need", "IP29 5AB", "social")
    await declined(nurse, "no_capacity", "IP296AA", times=2)
    await declined(nurse, "out_of_area", None, "wound")
    await taken(nurse, 1)
    told = await received(nurse, need="continence")
    await nurse.post(f"{told}/not-take", json={"reason": "no_capacity", "signpost": "The surgery"})
    found = (await nurse.get(PATH, params=JULY)).json()
    assert found["not_taken"] == 5
    assert counts(found, "by_reason") == {"no_health_need": 1, "no_capacity": 3, "out_of_area": 1}
    assert counts(found, "by_area") == {"IP29": 3, "not_known": 2}
    assert counts(found, "by_need") == {"social": 1, "wound": 1, "continence": 1, "not_known": 2}


@pytest.mark.parametrize("persona", ["steering", "commissioner", "coach"])
async def test_outside_the_team_nothing_stands_on_few(caseload: Running, persona: str) -> None:
    nurse, board = await caseload.nurse("caseload"), await caseload.client("caseload", "board", persona)
    await taken(nurse, 5)
    await declined(nurse, "no_capacity", "IP29 5AB", "wound", times=6)
    await declined(nurse, "out_of_area", "IP29 5AB", "wound", times=5)
    found = (await board.get(PATH, params=JULY)).json()
    assert found["not_taken"] == 11
    assert counts(found, "by_reason") == {"no_capacity": 6, "out_of_area": 5}
    assert counts(found, "by_area") == {"IP29": 11}
    await declined(nurse, "no_health_need", "IP28 6AA", "social")
    found = (await board.get(PATH, params=JULY)).json()
    assert found["not_taken"] == 12
    assert counts(found, "by_reason") == {"no_capacity": 6}, "nor can the one be had by taking the others away"
    assert counts(found, "by_area") == counts(found, "by_need") == {}


async def test_outside_the_team_it_is_told_by_the_month(caseload: Running) -> None:
    board = await caseload.client("caseload", "board", "steering")
    refused = await board.get(PATH, params=JULY | {"to_on": "2026-07-30"})
    assert (refused.status_code, refused.json()["code"]) == (422, "not_a_whole_month")


async def test_another_team_is_not_counted(caseload: Running) -> None:
    nurse = await caseload.nurse("caseload")
    backwards = await nurse.get(PATH, params=JULY | {"to_on": "2026-06-30"})
    assert (backwards.status_code, backwards.json()["code"]) == (422, "period_reversed")
    assert (await nurse.get(PATH, params=JULY | {"team_id": str(OTHER_TEAM)})).status_code == 404
