"""Measuring: facts are remembered as they are told, and counted for a team and a period."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.common.db import Transaction
from services.common.figures import hidden, require_period
from services.common.rulebook import require_fixed_period, smallest_cell
from services.governance.domain.cell import WORK
from services.governance.domain.fact import (
    OF_A_PLAN,
    AlertFact,
    AssessmentFact,
    ConflictFact,
    ContactFact,
    EmergencyFact,
    EndedEpisodeFact,
    EpisodeFact,
    HandoverFact,
    IncidentFact,
    RatingFact,
    ReferralFact,
    ReferralOutcome,
    SegmentFact,
    VisitFact,
)
from services.governance.domain.measure import figures
from services.governance.store import facts
from services.governance.store.figures import Period, cells


async def measure_team(tx: Transaction, team_id: UUID, first: date, last: date) -> dict[str, Any]:
    """Every measure of a team and a period, which outside the team is one month, with what stands on few hidden.

    Raises `NotFound` for a team that is not the caller's, `PeriodReversed` or `NotAWholeMonth`.
    """
    await tx.require_team(team_id)
    require_period(first, last)
    require_fixed_period(tx, first, last)
    found = await cells(tx, Period(team_id, first, last))
    away = frozenset() if tx.actor.is_team_bound else hidden(found, WORK, await smallest_cell(tx))
    return {"team_id": team_id, "from_on": first, "to_on": last, "items": list(figures(found, away))}


async def remember_referral(tx: Transaction, referral_id: UUID, team_id: UUID, received_at: datetime) -> None:
    """A referral was received; what was heard of its decision before is not unsaid."""
    await facts.keep(tx, ReferralFact, referral_id, team_id, received_at=received_at)


async def remember_answer(
    tx: Transaction,
    referral_id: UUID,
    team_id: UUID,
    received_at: datetime,
    decided_at: datetime,
    outcome: ReferralOutcome,
    reason: str | None = None,
) -> None:
    """A referral was accepted, or not taken for a reason; it may not have been heard of before."""
    decided = {"decided_at": decided_at, "outcome": outcome, "not_taken_reason": reason}
    await facts.keep(tx, ReferralFact, referral_id, team_id, received_at=received_at, **decided)


async def remember_contact(
    tx: Transaction,
    contact_id: UUID,
    team_id: UUID,
    client_id: UUID,
    started_at: datetime,
    segments: Iterable[tuple[UUID, str, int]],
) -> None:
    """A care contact took place, with its minutes by type."""
    about = {"client_id": client_id, "happened_at": started_at}
    await facts.keep(tx, ContactFact, contact_id, team_id, **about)
    for segment_id, activity_type, minutes in segments:
        kept = {"activity_type": activity_type, "minutes": minutes, **about}
        await facts.keep(tx, SegmentFact, segment_id, team_id, **kept)


async def remember_cost(
    tx: Transaction, contact_id: UUID, team_id: UUID, cost_pence: int | None, costed_at: datetime
) -> None:
    """A care contact was costed, for the first time or again, or turned out to wait for its cost."""
    await facts.keep_cost(tx, contact_id, team_id, cost_pence, costed_at)


async def remember_rating(
    tx: Transaction, rating_id: UUID, team_id: UUID, client_id: UUID, problem_id: UUID, rated_at: datetime, status: int
) -> None:
    """An Omaha problem was rated."""
    about = {"client_id": client_id, "problem_id": problem_id, "rated_at": rated_at, "status": status}
    await facts.keep(tx, RatingFact, rating_id, team_id, **about)


async def remember_episode(tx: Transaction, episode_id: UUID, team_id: UUID, client_id: UUID, opened_on: date) -> None:
    """An episode of care opened."""
    await facts.keep(tx, EpisodeFact, episode_id, team_id, client_id=client_id, opened_on=opened_on)


async def remember_discharge(tx: Transaction, episode_id: UUID, team_id: UUID, client_id: UUID, ended_on: date) -> None:
    """An episode of care ended."""
    await facts.keep(tx, EndedEpisodeFact, episode_id, team_id, client_id=client_id, ended_on=ended_on)


async def remember_assessment(
    tx: Transaction, assessment_id: UUID, team_id: UUID, client_id: UUID, eligible: bool, assessed_on: date
) -> None:
    """An assessment was completed."""
    about = {"client_id": client_id, "care_act_eligible": eligible, "assessed_on": assessed_on}
    await facts.keep(tx, AssessmentFact, assessment_id, team_id, **about)


async def remember_visit(tx: Transaction, visit_id: UUID, team_id: UUID, client_id: UUID, starts_at: datetime) -> None:
    """A planned visit was done."""
    await facts.keep(tx, VisitFact, visit_id, team_id, client_id=client_id, starts_at=starts_at)


async def remember_emergency(
    tx: Transaction, break_glass_id: UUID, team_id: UUID, client_id: UUID, opened_at: datetime
) -> None:
    """A nurse of another team broke the glass to read a client's record."""
    await facts.keep(tx, EmergencyFact, break_glass_id, team_id, client_id=client_id, opened_at=opened_at)


async def remember_incident(
    tx: Transaction, incident_id: UUID, team_id: UUID, client_id: UUID, raised_at: datetime
) -> None:
    """Something happened in a client's care that must not happen."""
    await facts.keep(tx, IncidentFact, incident_id, team_id, client_id=client_id, raised_at=raised_at)


async def remember_conflict(
    tx: Transaction, conflict_id: UUID, team_id: UUID, client_id: UUID, opened_at: datetime, kind: str | None = None
) -> None:
    """Two people said different things of one matter without knowing of each other; without a kind, of a care plan.

    What is told of all conflicts adds nothing to what was told of those of a plan.
    """
    if kind in OF_A_PLAN:
        return
    await facts.keep(tx, ConflictFact, conflict_id, team_id, client_id=client_id, opened_at=opened_at, kind=kind)


async def remember_handover(
    tx: Transaction, handover_id: UUID, team_id: UUID, client_id: UUID, sent_at: datetime, **since: datetime | None
) -> None:
    """A client was handed over, and what became of it since; sent again, it is as if it had not been sent before.

    What became of this very sending counts, however late it is heard.
    """
    about = {"client_id": client_id, "sent_at": sent_at}
    await facts.keep_since(tx, HandoverFact, handover_id, team_id, about, of="sent_at", since=since)


async def remember_alert(
    tx: Transaction, alert_id: UUID, team_id: UUID, client_id: UUID, raised_at: datetime, **since: datetime | None
) -> None:
    """The team was told of something late, and what became of it since."""
    about = {"client_id": client_id, "raised_at": raised_at}
    await facts.keep_since(tx, AlertFact, alert_id, team_id, about, of="raised_at", since=since)
