"""Problems, ratings and outcomes by Omaha: what one assessment says to nursing and to the Care Act."""

from typing import Any

from services.caseload.events import (
    AssessmentCompleted,
    OmahaRatingRecorded,
)
from tests.caseload.story import (
    a_problem,
    an_assessment,
    end_care,
    let_a_month_pass,
    new_id,
    take_on,
)
from tests.running import STRANGER, TEAM, Running


async def test_one_assessment_reads_as_nursing_and_as_care_act(caseload: Running) -> None:
    client = await take_on(caseload)
    form = an_assessment(client.episode_id)
    await client.post("/v1/assessments", form)
    nursing = (await client.nurse.get(f"/v1/assessments/{form['id']}/nursing-view")).json()
    care_act = (await client.nurse.get(f"/v1/assessments/{form['id']}/care-act-view")).json()
    assert [found["problem"]["code"] for found in nursing["found"]] == ["07", "26"]
    assert {found["rating"]["edition"] for found in nursing["found"]} == {"2005"}
    assert "care_act" not in nursing
    assert care_act["eligible"] is True
    assert [finding["outcome"] for finding in care_act["care_act"]["findings"]] == ["hygiene", "community", "nutrition"]
    assert "found" not in care_act
    assert nursing["what_matters"] == care_act["what_matters"] == form["what_matters"]


async def test_completing_tells_of_each_problem_once(caseload: Running) -> None:
    client = await take_on(caseload)
    form = an_assessment(client.episode_id)
    await client.post("/v1/assessments", form)
    assert await caseload.published("caseload", AssessmentCompleted) == []
    await client.post(f"/v1/assessments/{form['id']}/complete", None)
    again = await client.nurse.post(f"/v1/assessments/{form['id']}/complete")
    assert (again.status_code, again.json()["code"]) == (409, "assessment_already_complete")
    assert (await caseload.published("caseload", AssessmentCompleted))[0].data["problem_codes"] == ["07", "26"]
    assert len(await caseload.published("caseload", OmahaRatingRecorded)) == 2


async def test_a_problem_has_one_admission_rating(caseload: Running) -> None:
    client = await take_on(caseload)
    form = an_assessment(client.episode_id)
    await client.post("/v1/assessments", form)
    path = f"/v1/problems/{form['problems'][0]['id']}/ratings"
    rating = {"id": new_id(), "occasion": "interim", "knowledge": 4, "behavior": 4, "status": 3}
    await client.post(path, rating)
    second = await client.nurse.post(path, json=rating | {"id": new_id(), "occasion": "admission"})
    assert (second.status_code, second.json()["code"]) == (409, "admission_rating_exists")
    assert second.json()["errors"][0]["pointer"] == "/body/occasion"


async def test_omaha_outcomes_pair_admission_with_the_latest_and_hide_small_cells_outside(caseload: Running) -> None:
    for number in range(5):
        problems = [a_problem("42", (), (2, 2, 3))] + ([a_problem("07", (), (3, 2, 2))] if number == 0 else [])
        await rated_twice(caseload, number, problems)
    await let_a_month_pass(caseload)
    nurse, coach = await caseload.nurse("caseload"), await caseload.client("caseload", STRANGER, "coach")
    inside = (await nurse.get(f"/v1/outcomes?team_id={TEAM}")).json()
    outside = (await coach.get(f"/v1/outcomes?team_id={TEAM}")).json()
    assert [(o["scale"], o["pairs"], o["change"]) for o in inside["by_problem"]["42"]] == [
        ("knowledge", 5, 2.0),
        ("behavior", 5, 1.0),
        ("status", 5, 1.0),
    ]
    assert inside["by_problem"]["07"][0]["pairs"] == 1
    assert set(outside["by_problem"]) == {"42"}
    assert outside["hidden_problems"] == 1
    assert [o["pairs"] for o in inside["all"]] == [6, 6, 6]
    assert outside["all"] == [], "six in all less the five shown would be one person's"
    ways = [(o["improved"], o["same"], o["worse"]) for o in outside["by_problem"]["42"]]
    assert ways == [(None, None, None)] * 3, "all five the same way would be everybody's"
    assert inside["by_problem"]["42"][0]["improved"] == 5


async def test_one_persons_many_episodes_are_one_person_outside(caseload: Running) -> None:
    numbers = ["9990000018"] * 3 + ["9990000026", "9990000034"]
    for nhs_number in numbers:
        await rated_twice(caseload, 1, [a_problem("42", (), (2, 2, 3))], nhs_number)
    await let_a_month_pass(caseload)
    coach = await caseload.client("caseload", STRANGER, "coach")
    outside = (await coach.get(f"/v1/outcomes?team_id={TEAM}")).json()
    assert (outside["all"], outside["by_problem"], outside["hidden_problems"]) == ([], {}, 1)


async def test_outcomes_are_told_outside_as_they_stood_at_a_months_end(caseload: Running) -> None:
    for number in range(5):
        await rated_twice(caseload, number, [a_problem("42", (), (2, 2, 3))])
    nurse, coach = await caseload.nurse("caseload"), await caseload.client("caseload", STRANGER, "coach")
    path = f"/v1/outcomes?team_id={TEAM}"
    inside, outside = (await nurse.get(path)).json(), (await coach.get(path)).json()
    assert (inside["all"][0]["pairs"], outside["all"]) == (5, [])
    refused = await coach.get(f"{path}&as_of={inside['as_of'][:8]}02")
    assert (refused.status_code, refused.json()["code"]) == (422, "not_a_months_end")
    await let_a_month_pass(caseload)
    assert (await coach.get(path)).json()["all"][0]["pairs"] == 5


async def rated_twice(caseload: Running, number: int, problems: list[Any], nhs_number: str | None = None) -> None:
    """A client whose problems were rated at admission, in between and at discharge."""
    client = await take_on(caseload, nhs_number=nhs_number, given_name=f"Client {number}")
    await client.post("/v1/assessments", an_assessment(client.episode_id, problems=problems))
    for problem in problems:
        for occasion, scores in (("interim", (2, 2, 2)), ("discharge", (4, 3, 4))):
            rating = dict(zip(("knowledge", "behavior", "status"), scores, strict=True))
            await client.post(f"/v1/problems/{problem['id']}/ratings", {"id": new_id(), "occasion": occasion} | rating)
    await end_care(client)


async def test_a_problem_is_found_once_in_an_episode_and_then_rated_again(caseload: Running) -> None:
    client = await take_on(caseload)
    await client.post("/v1/assessments", an_assessment(client.episode_id))
    again = await client.nurse.post("/v1/assessments", json=an_assessment(client.episode_id))
    assert (again.status_code, again.json()["code"]) == (409, "problem_already_found")
    assert again.json()["errors"][0]["pointer"] == "/body/problems"
    await client.post("/v1/assessments", an_assessment(client.episode_id, problems=[]))
    await end_care(client)
    back = await take_on(caseload)
    await client.post("/v1/assessments", an_assessment(back.episode_id))
