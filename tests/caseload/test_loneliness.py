"""Loneliness is asked at admission and later, and told with the change of social contact (mission row 3.16)."""

from datetime import date
from typing import Any

import pytest

from services.common.auth import Persona
from tests.caseload.around import ago
from tests.caseload.story import OnCaseload, a_problem, an_assessment, let_a_month_pass, new_id, take_on
from tests.running import TEAM, Running


def a_score(client: OnCaseload, **changes: Any) -> dict[str, Any]:
    score = {"scale": "ucla_3", "occasion": "admission", "asked_on": ago(60), "score": 8}
    return {"id": new_id(), "episode_of_care_id": client.episode_id, **score, **changes}


async def figures(nurse: Any, **asked: str) -> Any:
    return (await nurse.get("/v1/social-contact/summary", params={"team_id": str(TEAM), **asked})).json()


async def asked_twice(caseload: Running, number: int, after: int = 5) -> OnCaseload:
    """A client with problem 07 and a score, both at admission and later."""
    client = await take_on(caseload, nhs_number=None, given_name=f"Client {number}")
    problem = a_problem("07", (), (3, 2, 2))
    await client.post("/v1/assessments", an_assessment(client.episode_id, problems=[problem]))
    rating = {"id": new_id(), "occasion": "interim", "knowledge": 3, "behavior": 3, "status": 4}
    await client.post(f"/v1/problems/{problem['id']}/ratings", rating)
    await client.post("/v1/loneliness-scores", a_score(client))
    await client.post("/v1/loneliness-scores", a_score(client, occasion="interim", asked_on=ago(40), score=after))
    return client


async def test_anonymous_is_refused(caseload: Running) -> None:
    nobody = await caseload.client("caseload", None)
    assert (await nobody.get("/v1/loneliness-scores")).status_code == 401
    assert (await nobody.get(f"/v1/social-contact/summary?team_id={TEAM}")).status_code == 401


async def test_the_change_of_social_contact_and_loneliness_is_told_together(caseload: Running) -> None:
    client = await asked_twice(caseload, 1)
    ons = a_score(client, scale="ons_direct", score=1)
    for body in (ons, ons | {"id": new_id(), "occasion": "discharge", "asked_on": ago(1), "score": 4}):
        await client.post("/v1/loneliness-scores", body)
    told = await figures(client.nurse)
    assert (told["social_contact"]["scale"], told["social_contact"]["change"]) == ("status", 2.0)
    ucla, direct = told["loneliness"]["ucla_3"], told["loneliness"]["ons_direct"]
    assert (ucla["at_admission"], ucla["later"], ucla["change"], ucla["less_lonely"]) == (8.0, 5.0, -3.0, 1)
    assert (ucla["lonely_at_admission"], ucla["lonely_later"]) == (1, 0)
    assert (direct["change"], direct["less_lonely"], direct["lonely_at_admission"]) == (3.0, 1, 1)
    listed = (await client.nurse.get("/v1/loneliness-scores", params={"client_id": client.client_id})).json()["items"]
    assert len(listed) == 4


async def test_few_are_hidden_outside_the_team(caseload: Running) -> None:
    for number in range(4):
        await asked_twice(caseload, number)
    await let_a_month_pass(caseload)
    coach = await caseload.client("caseload", new_id(), Persona.COACH)
    few = await figures(coach)
    assert (few["social_contact"], set(few["loneliness"].values())) == (None, {None})
    fifth = await asked_twice(caseload, 5, after=9)
    await let_a_month_pass(caseload)
    told = await figures(coach)
    assert (told["social_contact"]["pairs"], told["social_contact"]["improved"]) == (5, None)
    assert told["loneliness"]["ucla_3"]["later"] == 5.8
    assert {told["loneliness"]["ucla_3"][name] for name in ("less_lonely", "lonelier", "lonely_later")} == {None}
    inside = (await figures(fifth.nurse))["loneliness"]["ucla_3"]
    assert (inside["less_lonely"], inside["lonelier"], inside["lonely_later"]) == (4, 1, 1)
    first = date.fromisoformat(told["as_of"]).replace(day=1)
    refused = await coach.get("/v1/social-contact/summary", params={"team_id": str(TEAM), "as_of": str(first)})
    assert (refused.status_code, refused.json()["code"]) == (422, "not_a_months_end")


@pytest.mark.parametrize(("scale", "score"), [("ucla_3", 2), ("ucla_3", 10), ("ons_direct", 6), ("ons_direct", 0)])
async def test_a_score_outside_its_scale_is_refused(caseload: Running, scale: str, score: int) -> None:
    client = await take_on(caseload)
    refused = await client.nurse.post("/v1/loneliness-scores", json=a_score(client, scale=scale, score=score))
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/body/score")


async def test_what_is_asked_at_admission_is_asked_once(caseload: Running) -> None:
    client = await take_on(caseload)
    await client.post("/v1/loneliness-scores", a_score(client))
    again = await client.nurse.post("/v1/loneliness-scores", json=a_score(client))
    assert (again.status_code, again.json()["code"]) == (409, "asked_at_admission")
    early = await client.nurse.post(
        "/v1/loneliness-scores", json=a_score(client, occasion="interim", asked_on="2019-03-31")
    )
    assert (early.status_code, early.json()["errors"][0]["pointer"]) == (422, "/body/asked_on")


async def test_the_scales_are_dated_rules_with_their_source(caseload: Running) -> None:
    nurse = await caseload.nurse("caseload")
    rules = {rule["code"]: rule for rule in (await nurse.get("/v1/rules")).json()["items"]}
    assert rules["loneliness.ucla_3_most"]["amount"] == 9
    assert "Open Government Licence" in rules["loneliness.ons_direct_most"]["source"]
