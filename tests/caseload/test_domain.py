"""Caseload's rules, with no database near."""

from uuid import NAMESPACE_DNS, uuid5

import pytest

from services.caseload.domain.assessment import CareActPart
from services.caseload.domain.omaha import PROBLEMS, TERMS
from services.caseload.domain.outcome import RatedProblem, outcomes, paired
from services.common.types import day_in_england
from tests.caseload.story import an_assessment
from tests.running import NURSE


@pytest.mark.parametrize(
    ("impairment", "unable", "impact", "eligible"),
    [
        (True, 2, True, True),
        (True, 1, True, False),
        (False, 2, True, False),
        (True, 3, False, False),
        (True, 0, True, False),
    ],
)
def test_care_act_eligibility_needs_all_three_conditions(
    impairment: bool, unable: int, impact: bool, eligible: bool
) -> None:
    """SI 2015/313, regulation 2(1)."""
    outcomes_ = ["nutrition", "hygiene", "toilet"]
    findings = [
        {"outcome": name, "ability": "only_with_help" if number < unable else "able"}
        for number, name in enumerate(outcomes_)
    ]
    part = {"needs_from_impairment": impairment, "findings": findings, "significant_impact": impact}
    assert CareActPart.model_validate(part).is_eligible(2) is eligible


def test_each_outcome_is_found_once() -> None:
    part = an_assessment("x")["care_act"]
    part["findings"].append(part["findings"][0])
    with pytest.raises(ValueError, match="once"):
        CareActPart.model_validate(part)


def test_the_omaha_terms_are_whole() -> None:
    assert len(PROBLEMS) == 42
    assert sum(len(problem["signs"]) for problem in PROBLEMS.values()) == 377
    assert (len(TERMS["categories"]), len(TERMS["targets"])) == (4, 76)
    assert not PROBLEMS.keys() & {"05", "18", "22", "32", "33", "34", "43", "44"}


def rated(problem: str, occasion: str, *scores: int) -> RatedProblem:
    problem_id = uuid5(NAMESPACE_DNS, problem)
    return RatedProblem(problem_id, NURSE, problem[:2], occasion, (scores[0], scores[1], scores[2]))


def test_a_pair_is_admission_and_the_latest_and_a_lone_rating_is_none() -> None:
    ratings = [
        rated("26a", "admission", 3, 3, 2),
        rated("26a", "interim", 3, 4, 2),
        rated("26a", "discharge", 5, 4, 1),
        rated("26b", "admission", 1, 1, 1),
    ]
    pairs = paired(ratings)
    assert [(code, pair.before, pair.after) for code, found in pairs.items() for pair in found] == [
        ("26", (3, 3, 2), (5, 4, 1))
    ]
    knowledge, _, status = outcomes(pairs["26"], with_directions=True)
    assert (knowledge.change, knowledge.improved) == (2.0, 1)
    assert (status.change, status.worse) == (-1.0, 1)


def test_a_late_summer_evening_belongs_to_the_next_day_in_england() -> None:
    from datetime import UTC, datetime

    assert day_in_england(datetime(2026, 6, 30, 23, 30, tzinfo=UTC)).isoformat() == "2026-07-01"
    assert day_in_england(datetime(2026, 11, 8, 23, 30, tzinfo=UTC)).isoformat() == "2026-11-08"
