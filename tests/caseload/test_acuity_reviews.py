"""The team reviews how heavy its caseload is: everybody once, from 1 to 5 with a reason, against what it can carry."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.caseload.events import AcuityReviewCompleted
from tests.caseload.referring import a_review
from tests.caseload.story import OnCaseload, new_id, take_on
from tests.running import OTHER_TEAM, STRANGER, TEAM, Running

PATH = "/v1/acuity-reviews"


@pytest.fixture
async def two(caseload: Running) -> list[OnCaseload]:
    return [await take_on(caseload), await take_on(caseload, given_name="Bernard", nhs_number="999 000 0212")]


async def test_anonymous_is_refused(caseload: Running) -> None:
    nobody = await caseload.client("caseload", None)
    assert (await nobody.post(PATH, json=a_review(new_id()))).status_code == 401


async def test_a_review_gives_the_teams_total_against_its_members_and_the_others_hear_it(
    caseload: Running, two: list[OnCaseload]
) -> None:
    nurse, body = two[0].nurse, a_review(*(one.client_id for one in two))
    body["scores"][1] |= {"acuity": 2, "reason": "Eye drops until Friday"}
    made = await nurse.post(PATH, json=body)
    assert made.status_code == 201, made.text
    review, scores = made.json()["review"], made.json()["scores"]
    today = str(datetime.now(UTC).date())
    assert (review["reviewed_on"], review["clients"], review["total"]) == (today, 2, 6)
    assert (review["members"], review["clients_per_member"], review["acuity_per_member"]) == (2, 1.0, 3.0)
    assert (review["most_per_member"], review["is_over"]) == (6, False)
    assert [(one["client_id"], one["acuity"]) for one in scores] == [(two[0].client_id, 4), (two[1].client_id, 2)]
    (told,) = await caseload.published("caseload", AcuityReviewCompleted)
    assert told.data == {
        "acuity_review_id": body["id"],
        "team_id": str(TEAM),
        "reviewed_on": today,
        "clients": 2,
        "total": 6,
    }
    assert (await nurse.get(f"{PATH}/{body['id']}")).json() == made.json()


async def test_a_later_review_stands_beside_the_earlier_one_the_newest_first(two: list[OnCaseload]) -> None:
    everybody = [one.client_id for one in two]
    reviews = [await two[0].post(PATH, a_review(*everybody)) for _ in range(2)]
    listed = (await two[0].nurse.get(PATH)).json()["items"]
    assert [one["id"] for one in listed] == [one["review"]["id"] for one in reversed(reviews)]


async def test_nobody_in_care_is_left_out(two: list[OnCaseload]) -> None:
    refused = await two[0].nurse.post(PATH, json=a_review(two[0].client_id))
    assert (refused.status_code, refused.json()["code"]) == (422, "clients_left_out")
    assert refused.json()["errors"][0]["pointer"] == "/body/scores"


async def test_whoever_is_not_in_the_teams_care_is_not_scored(caseload: Running, two: list[OnCaseload]) -> None:
    everybody = [one.client_id for one in two]
    refused = await two[0].nurse.post(PATH, json=a_review(*everybody, new_id()))
    assert (refused.status_code, refused.json()["code"]) == (409, "not_on_the_caseload")
    assert refused.json()["errors"][0]["pointer"] == "/body/scores/2/client_id"
    stranger = await caseload.client("caseload", STRANGER)
    theirs = a_review(everybody[0]) | {"team_id": str(OTHER_TEAM)}
    assert (await stranger.post(PATH, json=theirs)).json()["code"] == "not_on_the_caseload"
    ended = {"ended_on": str(datetime.now(UTC).date()), "reason": "died"}
    await two[1].post(f"/v1/episodes-of-care/{two[1].episode_id}/discharge", ended)
    assert (await two[0].post(PATH, a_review(everybody[0])))["review"]["clients"] == 1


@pytest.mark.parametrize(
    "score",
    [{"acuity": 0}, {"acuity": 6}, {"acuity": 2.5}, {"acuity": "3"}, {"reason": " "}, {"reason": None}],
    ids=str,
)
async def test_a_score_is_a_whole_number_from_1_to_5_with_a_reason(
    two: list[OnCaseload], score: dict[str, Any]
) -> None:
    body = a_review(*(one.client_id for one in two))
    body["scores"][0] |= score
    assert (await two[0].nurse.post(PATH, json=body)).status_code == 422


async def test_each_client_is_scored_once(two: list[OnCaseload]) -> None:
    assert (await two[0].nurse.post(PATH, json=a_review(two[0].client_id, two[0].client_id))).status_code == 422


async def test_another_team_has_no_part_in_it(caseload: Running, two: list[OnCaseload]) -> None:
    body = a_review(*(one.client_id for one in two))
    await two[0].post(PATH, body)
    stranger = await caseload.client("caseload", STRANGER)
    assert (await stranger.get(f"{PATH}/{body['id']}")).status_code == 404
    assert (await stranger.get(PATH)).json()["items"] == []
    assert (await stranger.post(PATH, json=a_review(two[0].client_id))).status_code == 404
    assert (await two[0].nurse.post(PATH, json=body)).status_code == 409
