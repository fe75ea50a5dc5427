"""What follows the free days: decided by the team, the council's means test asked for, and its outcome billed."""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from services.common.auth import SYSTEM
from services.common.db import Database, Transaction, require_version
from services.common.figures import require_period
from services.common.paging import PageRequest, page
from services.common.service import Background, Runtime
from services.common.types import day_in_england
from services.finance.domain.contribution import WeekOfCare, monday_of, weeks_of_care
from services.finance.domain.financial_assessment import (
    AlreadyAsked,
    AssessmentOutcome,
    AssessmentState,
    FinancialAssessment,
    NewFinancialAssessment,
    Outcome,
)
from services.finance.domain.reablement import Decision, ReablementEpisode
from services.finance.events import FinancialAssessmentAsked, ReablementEnding
from services.finance.store import activity, financial_assessments, reablement

log = logging.getLogger(__name__)

POLL_SECONDS = 60.0
MOST_AT_ONCE = 50
FOR_EVER = date.max


def today_in_england() -> date:
    return day_in_england(datetime.now(UTC))


def ask_for_decisions(today: Callable[[], date] = today_in_england, every: float = POLL_SECONDS) -> Background:
    """The work of one process beside its requests: on the day of decision the team is asked what is to follow."""

    async def run(runtime: Runtime) -> None:
        while True:
            try:
                while await ask_for_some(runtime.database, today()):
                    pass
            except Exception as error:  # noqa: BLE001  the worker outlives every outage
                log.warning("asking for decisions interrupted", extra={"error": type(error).__name__})
            await asyncio.sleep(every)

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
    """The team says what follows the free days. Raises `ReablementAlreadyDecided`."""
    episode = await tx.get(ReablementEpisode, reablement_id, lock=True)
    require_version(episode, if_match)
    episode.decide(decision.decision, tx.actor.employee_id, tx.today, tx.now)
    await tx.session.flush()
    return episode


async def ask_for_financial_assessment(tx: Transaction, new: NewFinancialAssessment) -> FinancialAssessment:
    """The council is asked for its means test. Raises `NotFound`, `NoFinancialAssessmentDecided` or `AlreadyAsked`."""
    episode = await tx.get(ReablementEpisode, new.reablement_id)
    assessment = FinancialAssessment.asked(new, episode, tx.today, tx.now)
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
    return assessment


async def read_financial_assessment(tx: Transaction, assessment_id: UUID) -> FinancialAssessment:
    return await tx.get(FinancialAssessment, assessment_id)


async def list_financial_assessments(
    tx: Transaction, request: PageRequest, *, team_id: UUID | None, state: AssessmentState | None
) -> dict[str, Any]:
    wanted = await financial_assessments.listed(tx, team_id=team_id, state=state)
    return await page(tx, wanted, FinancialAssessment, request)


async def record_outcome(
    tx: Transaction, assessment_id: UUID, outcome: AssessmentOutcome, if_match: int
) -> FinancialAssessment:
    """The council has decided, and what was given from that day on goes by it.

    Raises `OutcomeAlreadyRecorded` or `ChargedInFreeDays`.
    """
    known = await tx.get(FinancialAssessment, assessment_id)
    await tx.take_turns(known.client_id)
    assessment = await tx.get(FinancialAssessment, assessment_id, lock=True)
    require_version(assessment, if_match)
    episode = await tx.get(ReablementEpisode, assessment.reablement_id)
    assessment.came_out(outcome, episode.last_free_day_on, tx.now)
    await tx.session.flush()
    for line in await activity.of_client(tx, assessment.client_id, outcome.from_on, FOR_EVER):
        if not await reablement.is_free(tx, line.client_id, line.occurred_on):
            line.is_paid_for(outcome.outcome, tx.now)
    await tx.session.flush()
    return assessment


async def list_weeks_of_care(
    tx: Transaction, assessment_id: UUID, first: date, last: date
) -> tuple[FinancialAssessment, list[WeekOfCare]]:
    """What the client is billed for the whole weeks that these days lie in. Raises `PeriodReversed`."""
    require_period(first, last)
    assessment = await tx.get(FinancialAssessment, assessment_id)
    if assessment.outcome != Outcome.CONTRIBUTES or assessment.from_on is None or assessment.weekly_pence is None:
        return assessment, []
    begins, ends = max(monday_of(first), assessment.from_on), monday_of(last) + timedelta(days=6)
    lines = await financial_assessments.contributed_to(tx, assessment, begins, ends)
    return assessment, weeks_of_care(lines, assessment.weekly_pence, assessment.from_on)
