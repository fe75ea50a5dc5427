"""What follows the free days: decided by the team, the council's means test asked for, and its outcome billed."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from services.common.auth import SYSTEM
from services.common.db import Database, Transaction, require_version
from services.common.figures import require_period
from services.common.paging import PageRequest, page
from services.common.service import Background, Runtime
from services.common.types import day_in_england
from services.common.watching import drained, keep_on
from services.finance.domain.contribution import WeekOfCare, monday_of, weeks_of_care
from services.finance.domain.financial_assessment import (
    AlreadyAsked,
    Assessed,
    AssessmentState,
    FinancialAssessment,
    NewFinancialAssessment,
)
from services.finance.domain.outcome import (
    AssessmentOutcome,
    FinancialAssessmentOutcome,
    last_day_of,
    require_chargeable,
)
from services.finance.domain.reablement import Decision, ReablementEpisode
from services.finance.events import FinancialAssessmentAsked, ReablementEnding
from services.finance.store import activity, financial_assessments, reablement

POLL_SECONDS = 60.0
MOST_AT_ONCE = 50


def today_in_england() -> date:
    return day_in_england(datetime.now(UTC))


def ask_for_decisions(today: Callable[[], date] = today_in_england, every: float = POLL_SECONDS) -> Background:
    """The work of one process beside its requests: on the day of decision the team is asked what is to follow."""

    async def run(runtime: Runtime) -> None:
        async def look() -> int:
            return await ask_for_some(runtime.database, today())

        await keep_on("asking_for_decisions", every, partial(drained, look))

    return run


async def ask_for_some(database: Database, today: date) -> int:
    """Tell of some episodes whose day of decision has come, each once. How many there were."""
    async with database.transaction(SYSTEM) as tx:
        due = await reablement.to_be_decided(tx, today, most=MOST_AT_ONCE)
        for episode in due:
            episode.tell_ending(tx.now)
            ending = ReablementEnding(
                reablement_id=episode.id,
                client_id=episode.client_id,
                team_id=episode.team_id,
                last_free_day_on=episode.last_free_day_on,
                decision_due_on=episode.decision_due_on,
            )
            tx.publish(ending, about=episode)
    return len(due)


async def read_reablement_episode(tx: Transaction, reablement_id: UUID) -> ReablementEpisode:
    return await tx.get(ReablementEpisode, reablement_id)


async def decide_reablement(
    tx: Transaction, reablement_id: UUID, decision: Decision, if_match: int
) -> ReablementEpisode:
    """The team says what follows the free days. Raises `ReablementAlreadyDecided` or `CareHasEnded`."""
    episode = await tx.get(ReablementEpisode, reablement_id, lock=True)
    require_version(episode, if_match)
    episode.decide(decision.decision, tx.actor.employee_id, tx.today, tx.now)
    await tx.session.flush()
    return episode


async def ask_for_financial_assessment(tx: Transaction, new: NewFinancialAssessment) -> Assessed:
    """The council is asked for its means test.

    Raises `NotFound`, `NoFinancialAssessmentDecided`, `NothingToAssess` or `AlreadyAsked`.
    """
    episode = await tx.get(ReablementEpisode, new.reablement_id)
    await tx.take_turns(episode.client_id)
    care_ended = await reablement.ended(tx, episode.episode_of_care_id) is not None
    assessment = FinancialAssessment.asked(new, episode, tx.today, tx.now, care_ended=care_ended)
    async with tx.refusing({"one_financial_assessment_per_reablement": AlreadyAsked}):
        tx.add(assessment)
    asked = FinancialAssessmentAsked(
        financial_assessment_id=assessment.id,
        reablement_id=episode.id,
        client_id=episode.client_id,
        team_id=episode.team_id,
        last_free_day_on=episode.last_free_day_on,
        asked_on=assessment.asked_on,
    )
    tx.publish(asked, about=assessment)
    return assessment, []


async def read_financial_assessment(tx: Transaction, assessment_id: UUID) -> Assessed:
    return await _with_outcomes(tx, await tx.get(FinancialAssessment, assessment_id))


async def _with_outcomes(tx: Transaction, assessment: FinancialAssessment) -> Assessed:
    return assessment, (await financial_assessments.outcomes(tx, [assessment.id])).get(assessment.id, [])


async def list_financial_assessments(
    tx: Transaction, request: PageRequest, *, team_id: UUID | None, state: AssessmentState | None
) -> dict[str, Any]:
    wanted = await financial_assessments.listed(tx, team_id=team_id, state=state)
    found = await page(tx, wanted, FinancialAssessment, request)
    outcomes = await financial_assessments.outcomes(tx, [one.id for one in found["items"]])
    return {**found, "items": [(one, outcomes.get(one.id, [])) for one in found["items"]]}


async def record_outcome(tx: Transaction, assessment_id: UUID, found: AssessmentOutcome, if_match: int) -> Assessed:
    """The council has decided, for the first time or anew, and what was given from that day on goes by it.

    Until the next outcome begins, or the episode of care has ended. One with the first day of another corrects it, and
    the corrected one is kept. Raises `ChargedInFreeDays` or `ChargedAfterCare`.
    """
    known = await tx.get(FinancialAssessment, assessment_id)
    await tx.take_turns(known.client_id)
    assessment = await tx.get(FinancialAssessment, assessment_id, lock=True)
    require_version(assessment, if_match)
    episode = await tx.get(ReablementEpisode, assessment.reablement_id)
    ended = await reablement.ended(tx, episode.episode_of_care_id)
    require_chargeable(found.from_on, episode.last_free_day_on, None if ended is None else ended.since_on)
    await _keep(tx, assessment, episode.episode_of_care_id, found)
    standing = await financial_assessments.standing_of(tx, assessment.client_id)
    last = last_day_of(standing, assessment.id, found.from_on)
    await activity.charge_again(tx, assessment.client_id, standing, found.from_on, last)
    return await _with_outcomes(tx, assessment)


async def _keep(
    tx: Transaction, assessment: FinancialAssessment, episode_of_care_id: UUID, found: AssessmentOutcome
) -> None:
    """Beside the outcomes so far, and in the place of one that begins on the same day."""
    corrected = await financial_assessments.standing_from(tx, assessment.id, found.from_on)
    if corrected is not None:
        corrected.supersede(tx.now)
        await tx.session.flush()
    of = {"team_id": assessment.team_id, "client_id": assessment.client_id, "assessment_id": assessment.id}
    by = tx.actor.employee_id
    tx.add(FinancialAssessmentOutcome.recorded(found, by, tx.now, **of, episode_of_care_id=episode_of_care_id))
    assessment.came_out(tx.now)
    await tx.session.flush()


async def list_weeks_of_care(
    tx: Transaction, assessment_id: UUID, first: date, last: date
) -> tuple[Assessed, list[WeekOfCare]]:
    """What the client is billed by this means test for the weeks that these days lie in. Raises `PeriodReversed`."""
    require_period(first, last)
    assessment = await tx.get(FinancialAssessment, assessment_id)
    begins, ends = monday_of(first), monday_of(last) + timedelta(days=6)
    lines = await financial_assessments.contributed_to(tx, assessment.client_id, begins, ends)
    standing = await financial_assessments.standing_of(tx, assessment.client_id)
    return await _with_outcomes(tx, assessment), weeks_of_care(lines, standing, assessment.id)
