"""What an assessment found is shown when it is complete, and stays so when there is another assessment."""

import json
from typing import Any

import fhirkit

from tests.interop.answers import BASE, resources
from tests.interop.records import Caseload, Record, a_rated_problem, a_record, an_assessment
from tests.interop.telling import tell
from tests.running import Running

# Caseload takes a problem once in an episode, so a further assessment brings another or none.
PERSONAL_CARE = "38"


def assess(record: Record, assessment: Record) -> Record:
    """The record with one more assessment; the problem that it found."""
    problem, ratings = a_rated_problem(assessment["id"], PERSONAL_CARE)
    record["assessment"].append(assessment)
    record["client_problem"].append(problem)
    record["ratings"] += ratings
    return problem


async def conditions(trust: Any, client_id: str) -> dict[str, Record]:
    found = resources(await trust.get(f"{BASE}/Condition?patient={client_id}"))
    for condition in found:
        assert fhirkit.validate(json.dumps(condition)) == []
    return {condition["id"]: condition for condition in found}


def state(condition: Record) -> str:
    code: str = condition["clinicalStatus"]["coding"][0]["code"]
    return code


async def test_what_a_started_assessment_found_is_shown_when_it_is_complete(
    interop: Running, caseload: Caseload, trust: Any
) -> None:
    record = a_record()
    record["measurements"] = []
    (assessment,) = record["assessment"]
    assessment["status"] = "started"
    client_id = await tell(interop, caseload, record)
    assert await conditions(trust, client_id) == {}
    assert resources(await trust.get(f"{BASE}/Observation?patient={client_id}")) == []
    assessment["status"] = "complete"
    await tell(interop, caseload, record)
    (problem,) = record["client_problem"]
    assert state((await conditions(trust, client_id))[problem["id"]]) == "active"
    assert len(resources(await trust.get(f"{BASE}/Observation?patient={client_id}"))) == 2


async def test_a_draft_leaves_the_complete_assessment_as_it_is(
    interop: Running, caseload: Caseload, trust: Any
) -> None:
    record = a_record()
    (kept,) = record["client_problem"]
    assess(record, an_assessment("started", "2026-11-20"))
    client_id = await tell(interop, caseload, record)
    shown = await conditions(trust, client_id)
    assert {found: state(condition) for found, condition in shown.items()} == {kept["id"]: "active"}


async def test_a_further_assessment_leaves_every_problem_active(
    interop: Running, caseload: Caseload, trust: Any
) -> None:
    record = a_record()
    (before,) = record["client_problem"]
    client_id = await tell(interop, caseload, record)
    after = assess(record, an_assessment(assessed_on="2026-11-20"))
    await tell(interop, caseload, record)
    shown = await conditions(trust, client_id)
    assert {found: state(condition) for found, condition in shown.items()} == {
        before["id"]: "active",
        after["id"]: "active",
    }
    assert [note["text"] for note in shown[before["id"]]["note"]] == ["Ulcer over the ankle"]
    assert shown[before["id"]]["meta"]["versionId"] == "1"
    ratings = resources(await trust.get(f"{BASE}/Observation?patient={client_id}&_count=100"))
    assert {rating["status"] for rating in ratings} == {"final"}


async def test_a_further_assessment_that_finds_nothing_new_leaves_the_problems_as_they_are(
    interop: Running, caseload: Caseload, trust: Any
) -> None:
    record = a_record()
    (found,) = record["client_problem"]
    record["assessment"].append(an_assessment(assessed_on="2026-11-20"))
    client_id = await tell(interop, caseload, record)
    shown = await conditions(trust, client_id)
    assert {known: state(condition) for known, condition in shown.items()} == {found["id"]: "active"}


async def test_a_problem_rated_again_is_shown_with_the_new_rating(
    interop: Running, caseload: Caseload, trust: Any
) -> None:
    record = a_record()
    (problem,) = record["client_problem"]
    later = record["ratings"].pop()
    client_id = await tell(interop, caseload, record)
    record["ratings"].append(later)
    problem["version"] += 1
    await tell(interop, caseload, record)
    (shown,) = (await conditions(trust, client_id)).values()
    rated = [piece["detail"][0]["reference"] for piece in shown["evidence"] if "detail" in piece]
    assert rated == [f"Observation/{rating['id']}" for rating in record["ratings"]]
    assert (state(shown), shown["meta"]["versionId"]) == ("active", "2")


async def test_an_intervention_is_words_for_its_pair_is_no_published_code(
    interop: Running, caseload: Caseload, trust: Any
) -> None:
    record = a_record()
    record["lines"][1]["intervention"] = "02.99"
    client_id = await tell(interop, caseload, record)
    (plan,) = resources(await trust.get(f"{BASE}/CarePlan?patient={client_id}"))
    assert [activity["detail"]["code"] for activity in plan["activity"]] == [
        {"text": "Treatments and Procedures: dressing change/wound care"},
        {"text": "Omaha System 02.99"},
    ]
