"""The cells that measures are made of, counted from one team's facts of one period in a fixed number of statements."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, extract, func, select, true
from sqlmodel import col

from services.common.db import Transaction
from services.common.figures import Cell
from services.common.models import TeamOwned
from services.common.types import midnight_in_england
from services.governance.domain.cell import ACTIVITY_TYPES, MINUTES, NOT_TAKEN_REASONS, REASON, SOCIAL_TYPES
from services.governance.domain.fact import (
    AlertFact,
    AssessmentFact,
    ConflictFact,
    ContactFact,
    EmergencyFact,
    EpisodeFact,
    HandoverFact,
    IncidentFact,
    RatingFact,
    ReferralFact,
    ReferralOutcome,
    SegmentFact,
    VisitFact,
)

SECONDS_AN_HOUR = 3600


@dataclass(frozen=True)
class Period:
    """A team's days in England, first and last included."""

    team_id: UUID
    first: date
    last: date

    def instants(self, model: type[TeamOwned], column: Any) -> ColumnElement[bool]:
        """The team's facts whose instant lies in these days."""
        first, after_last = midnight_in_england(self.first), midnight_in_england(self.last + timedelta(days=1))
        return and_(col(model.team_id) == self.team_id, column >= first, column < after_last)

    def days(self, model: type[TeamOwned], column: Any) -> ColumnElement[bool]:
        """The team's facts whose date is one of these days."""
        return and_(col(model.team_id) == self.team_id, column.between(self.first, self.last))


async def cells(tx: Transaction, period: Period) -> dict[str, Cell]:
    """Every cell. Outside the team none may be shown that stands on few people."""
    return {
        **await _referrals(tx, period),
        **await _contacts(tx, period),
        **await _minutes(tx, period),
        **await _assessments(tx, period),
        **await _handovers(tx, period),
        **await _alerts(tx, period),
        "problems_rated": await _count(
            tx, RatingFact, col(RatingFact.problem_id), period.instants(RatingFact, col(RatingFact.rated_at))
        ),
        "episodes": await _count(
            tx, EpisodeFact, col(EpisodeFact.id), period.days(EpisodeFact, col(EpisodeFact.opened_on))
        ),
        "emergencies": await _count(
            tx, EmergencyFact, col(EmergencyFact.id), period.instants(EmergencyFact, col(EmergencyFact.opened_at))
        ),
        "incidents": await _count(
            tx, IncidentFact, col(IncidentFact.id), period.instants(IncidentFact, col(IncidentFact.raised_at))
        ),
        **await _conflicts(tx, period),
        "visits": await _count(tx, VisitFact, col(VisitFact.id), period.instants(VisitFact, col(VisitFact.starts_at))),
    }


async def _count(tx: Transaction, model: Any, what: Any, mine: ColumnElement[bool]) -> Cell:
    """How many different things, and how many clients they concern."""
    wanted = select(func.count(what.distinct()), func.count(col(model.client_id).distinct()))
    ((things, people),) = await tx.rows(wanted.where(mine))
    return Cell(things, people)


async def _conflicts(tx: Transaction, period: Period) -> dict[str, Cell]:
    """Of care plans, and of all else that two said otherwise."""
    what, of_a_plan = col(ConflictFact.id), col(ConflictFact.kind).is_(None)
    mine = period.instants(ConflictFact, col(ConflictFact.opened_at))
    return {
        "conflicts": await _count(tx, ConflictFact, what, mine & of_a_plan),
        "record_conflicts": await _count(tx, ConflictFact, what, mine & ~of_a_plan),
    }


async def _referrals(tx: Transaction, period: Period) -> dict[str, Cell]:
    outcome, reason = col(ReferralFact.outcome), col(ReferralFact.not_taken_reason)
    mine = period.instants(ReferralFact, col(ReferralFact.received_at))
    found = {
        (row[0], row[1]): row[2]
        for row in await tx.rows(select(outcome, reason, func.count()).where(mine).group_by(outcome, reason))
    }
    undecided = sum(count for (how, _), count in found.items() if how is None)
    received = sum(found.values())
    numbers = {
        "referrals": received,
        "referrals.undecided": undecided,
        "referrals.decided": received - undecided,
        "referrals.accepted": found.get((ReferralOutcome.ACCEPTED, None), 0),
        **{f"{REASON}{why}": 0 for why in NOT_TAKEN_REASONS},
        **{f"{REASON}{why}": count for (how, why), count in found.items() if how == ReferralOutcome.NOT_TAKEN},
    }
    return {
        **{name: Cell(number, number) for name, number in numbers.items()},
        "referrals.answer_hours": Cell(await _median_hours(tx, mine), received - undecided),
    }


async def _median_hours(tx: Transaction, mine: ColumnElement[bool]) -> float | None:
    """Half of the decided referrals were answered within so many hours."""
    seconds = extract("epoch", col(ReferralFact.decided_at) - col(ReferralFact.received_at))
    wanted = select(func.percentile_cont(0.5).within_group(seconds))
    found = await tx.session.scalar(wanted.where(mine, col(ReferralFact.decided_at).is_not(None)))
    return None if found is None else round(found / SECONDS_AN_HOUR, 2)


async def _contacts(tx: Transaction, period: Period) -> dict[str, Cell]:
    """Contacts that are known, and cost as far as it is; a costed contact not yet known stands on nobody."""
    client, cost = col(ContactFact.client_id), col(ContactFact.cost_pence)
    costed = cost.is_not(None)
    wanted = select(
        func.count(client),
        func.count(client.distinct()),
        func.count(cost),
        func.coalesce(func.sum(cost), 0),
        func.count(client.distinct()).filter(costed),
    )
    mine = period.instants(ContactFact, col(ContactFact.happened_at))
    ((contacts, people, costs, pence, costed_people),) = await tx.rows(wanted.where(mine))
    return {
        "contacts": Cell(contacts, people),
        "costed": Cell(costs, costed_people),
        "cost": Cell(int(pence), costed_people),
    }


async def _minutes(tx: Transaction, period: Period) -> dict[str, Cell]:
    """Minutes by type, for the social types together, and in all, each with the clients they were spent on."""
    kind, minutes = col(SegmentFact.activity_type), func.sum(col(SegmentFact.minutes))
    clients = func.count(col(SegmentFact.client_id).distinct())
    mine = period.instants(SegmentFact, col(SegmentFact.happened_at))
    by_type = await tx.rows(select(kind, minutes, clients).where(mine).group_by(kind))
    social = kind.in_(SOCIAL_TYPES)
    totals = select(minutes, clients, minutes.filter(social), clients.filter(social)).where(mine)
    ((every, people, social_minutes, social_people),) = await tx.rows(totals)
    return {
        "minutes": Cell(every or 0, people),
        "minutes.social": Cell(social_minutes or 0, social_people),
        **{f"{MINUTES}{known}": Cell(0, 0) for known in ACTIVITY_TYPES},
        **{f"{MINUTES}{name}": Cell(spent, on) for name, spent, on in by_type},
    }


async def _assessments(tx: Transaction, period: Period) -> dict[str, Cell]:
    eligible, client = col(AssessmentFact.care_act_eligible), col(AssessmentFact.client_id)
    wanted = select(
        func.count(),
        func.count(client.distinct()),
        func.count().filter(eligible),
        func.count(client.distinct()).filter(eligible),
        func.count(client.distinct()).filter(~eligible),
    )
    mine = period.days(AssessmentFact, col(AssessmentFact.assessed_on))
    ((every, people, found, found_people, others),) = await tx.rows(wanted.where(mine))
    return {
        "assessments": Cell(every, people),
        "assessments.eligible": Cell(found, found_people),
        "assessments.not_eligible": Cell(every - found, others),
    }


async def _handovers(tx: Transaction, period: Period) -> dict[str, Cell]:
    """Handovers by what became of them when they were last sent."""
    accepted, expired = col(HandoverFact.accepted_at).is_not(None), col(HandoverFact.expired_at).is_not(None)
    parts = {"": true(), ".accepted": accepted, ".expired": expired & ~accepted, ".open": ~(accepted | expired)}
    counted = [
        column
        for which in parts.values()
        for column in (
            func.count().filter(which),
            func.count(col(HandoverFact.client_id).distinct()).filter(which),
        )
    ]
    mine = period.instants(HandoverFact, col(HandoverFact.sent_at))
    (row,) = await tx.rows(select(*counted).where(mine))
    return {f"handovers{name}": Cell(*row[2 * place : 2 * place + 2]) for place, name in enumerate(parts)}


async def _alerts(tx: Transaction, period: Period) -> dict[str, Cell]:
    escalated, client = col(AlertFact.escalated_at).is_not(None), col(AlertFact.client_id)
    parts = {"": true(), ".escalated": escalated, ".in_time": ~escalated}
    counted = [
        column
        for which in parts.values()
        for column in (func.count().filter(which), func.count(client.distinct()).filter(which))
    ]
    mine = period.instants(AlertFact, col(AlertFact.raised_at))
    (row,) = await tx.rows(select(*counted).where(mine))
    return {f"alerts{name}": Cell(*row[2 * place : 2 * place + 2]) for place, name in enumerate(parts)}
