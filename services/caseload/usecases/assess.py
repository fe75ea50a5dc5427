"""The integrated assessment, its two extracts, and ratings that follow it."""

from datetime import datetime
from uuid import UUID

from services.caseload.domain.assessment import Assessment, NewAssessment
from services.caseload.domain.client import EpisodeOfCare
from services.caseload.domain.omaha import (
    AdmissionRatingExists,
    ClientProblem,
    NewRating,
    OmahaRating,
    ProblemAlreadyFound,
)
from services.caseload.domain.rule import RuleCode
from services.caseload.events import AssessmentCompleted, OmahaRatingRecorded
from services.caseload.store import records
from services.common.db import Transaction, require_version
from services.common.rulebook import rule_in_force

Found = list[tuple[ClientProblem, OmahaRating]]


async def start_assessment(
    tx: Transaction, new: NewAssessment, *, rated_by: UUID | None = None, rated_at: datetime | None = None
) -> tuple[Assessment, Found]:
    """Write down what was found. It can be read at once and is told to others when it is complete.

    `rated_by` and `rated_at` are for what was rated before it was sent.
    Raises `NotInCareThen`, `NoRuleInForce` for a day before the Care Act's criteria, or `ProblemAlreadyFound`.
    """
    episode = await tx.get(EpisodeOfCare, new.episode_of_care_id)
    episode.require_in_care(new.assessed_on)
    by = tx.actor.employee_id
    unable = await rule_in_force(tx, RuleCode.OUTCOMES_UNABLE, new.assessed_on, field="/body/assessed_on")
    assessment = Assessment.made(new, episode, unable.amount, by, tx.now)
    tx.add(assessment)
    await tx.session.flush()
    problems = [ClientProblem.found(item, assessment.id, episode, tx.now) for item in new.problems]
    async with tx.refusing({"one_problem_per_episode": ProblemAlreadyFound}):
        tx.session.add_all(problems)
    rated = zip(problems, new.problems, strict=True)
    rater, at = rated_by or by, rated_at or tx.now
    found = [(problem, OmahaRating.of(problem, item.rating, rater, at)) for problem, item in rated]
    tx.session.add_all(rating for _, rating in found)
    return assessment, found


async def complete_assessment(tx: Transaction, assessment_id: UUID, if_match: int) -> tuple[Assessment, Found]:
    """The assessment is finished, and the others hear of its problems. Raises `AssessmentAlreadyComplete`."""
    assessment = await tx.get(Assessment, assessment_id, lock=True)
    require_version(assessment, if_match)
    assessment.complete(tx.now)
    found = await records.of_assessment(tx, assessment)
    completed = AssessmentCompleted(
        assessment_id=assessment.id,
        client_id=assessment.client_id,
        team_id=assessment.team_id,
        problem_codes=[problem.code for problem, _ in found],
        care_act_eligible=assessment.eligible,
        assessed_on=assessment.assessed_on,
    )
    tx.publish(completed, about=assessment)
    for problem, rating in found:
        _tell_of_rating(tx, problem, rating)
    return assessment, found


async def read_assessment(tx: Transaction, assessment_id: UUID) -> tuple[Assessment, Found]:
    assessment = await tx.get(Assessment, assessment_id)
    return assessment, await records.of_assessment(tx, assessment)


async def rate_problem(tx: Transaction, problem_id: UUID, new: NewRating) -> OmahaRating:
    """Rate a problem again. Raises `AdmissionRatingExists` for a second admission rating."""
    problem = await tx.get(ClientProblem, problem_id, lock=True)
    rating = OmahaRating.of(problem, new, tx.actor.employee_id, tx.now)
    problem.changed_at = tx.now
    async with tx.refusing({"one_admission_rating": AdmissionRatingExists}):
        tx.add(rating)
    _tell_of_rating(tx, problem, rating)
    return rating


def _tell_of_rating(tx: Transaction, problem: ClientProblem, rating: OmahaRating) -> None:
    recorded = OmahaRatingRecorded(
        rating_id=rating.id,
        problem_id=problem.id,
        client_id=problem.client_id,
        team_id=problem.team_id,
        code=problem.code,
        occasion=rating.occasion,
        knowledge=rating.knowledge,
        behavior=rating.behavior,
        status=rating.status,
        edition=rating.edition,
        rated_at=rating.rated_at,
    )
    tx.publish(recorded, about=problem)
