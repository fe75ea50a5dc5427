"""What the team's figures about self-care, introductions and feedback are counted from."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select
from sqlmodel import col

from services.caseload.domain.action import Action
from services.caseload.domain.asset import Asset
from services.caseload.domain.care_contact import CareActivity, CareContact
from services.caseload.domain.carer import Carer
from services.caseload.domain.client import EpisodeOfCare, EpisodeStatus
from services.caseload.domain.feedback import Candidate, FeedbackAsked, FeedbackRound
from services.caseload.domain.introduction import Introduction
from services.caseload.domain.network import NetworkPerson
from services.caseload.domain.self_care import SelfCareSkill
from services.caseload.domain.social_care import SOCIAL
from services.common.db import Transaction
from services.common.types import ENGLAND


async def follow_ups(tx: Transaction, team_id: UUID, first: date, last: date) -> Sequence[Row[Any]]:
    """Each client who was followed up in the period, with why they do not go any more, if so."""
    wanted = select(col(Introduction.client_id), col(Introduction.why_not)).where(
        col(Introduction.team_id) == team_id, col(Introduction.followed_up_on).between(first, last)
    )
    return await tx.rows(wanted)


async def skills(tx: Transaction, team_id: UUID, first: date, last: date) -> Sequence[Row[Any]]:
    """The skills that were wanted in the period, each with how it stands."""
    columns = (col(SelfCareSkill.client_id), col(SelfCareSkill.status), col(SelfCareSkill.because))
    wanted = select(*columns).where(
        col(SelfCareSkill.team_id) == team_id, col(SelfCareSkill.wanted_on).between(first, last)
    )
    return await tx.rows(wanted)


async def interventions(tx: Transaction, team_id: UUID, first: date, last: date) -> Sequence[Row[Any]]:
    """Every intervention that was ticked in the period, with its client."""
    day = func.date(func.timezone(ENGLAND.key, CareContact.started_at))
    wanted = select(col(CareContact.client_id), func.unnest(col(CareContact.interventions))).where(
        col(CareContact.team_id) == team_id, day.between(first, last)
    )
    return await tx.rows(wanted)


async def candidates(tx: Transaction, team_id: UUID) -> list[Candidate]:
    """Whom the team may ask: the clients in its care, and their carers who agreed to be asked."""
    in_care = select(col(EpisodeOfCare.client_id)).where(
        col(EpisodeOfCare.team_id) == team_id, col(EpisodeOfCare.status) == EpisodeStatus.ACTIVE
    )
    clients = await tx.all(in_care.distinct())
    carers = (
        select(col(Carer.id), col(Carer.client_id))
        .join(NetworkPerson, col(NetworkPerson.id) == col(Carer.network_person_id))
        .where(
            col(Carer.client_id).in_(clients),
            col(NetworkPerson.consent_on).is_not(None),
            col(NetworkPerson.until_on).is_(None),
        )
    )
    asked = [Candidate(client_id, client_id) for client_id in clients]
    return asked + [Candidate(carer_id, client_id, carer_id) for carer_id, client_id in await tx.rows(carers)]


async def asked_in(tx: Transaction, feedback_round_id: UUID) -> Sequence[FeedbackAsked]:
    wanted = select(FeedbackAsked).where(col(FeedbackAsked.feedback_round_id) == feedback_round_id)
    return await tx.all(wanted.order_by(col(FeedbackAsked.id)))


async def answers_of(tx: Transaction, team_id: UUID, quarter_on: date) -> Sequence[Row[Any]]:
    """Everybody who was asked in a quarter, with the score they gave, if they did."""
    columns = (col(FeedbackAsked.client_id), col(FeedbackAsked.carer_id), col(FeedbackAsked.score))
    wanted = (
        select(*columns)
        .join(FeedbackRound, col(FeedbackRound.id) == col(FeedbackAsked.feedback_round_id))
        .where(col(FeedbackRound.team_id) == team_id, col(FeedbackRound.quarter_on) == quarter_on)
    )
    return await tx.rows(wanted)


async def social_minutes(tx: Transaction, team_id: UUID, first: date, last: date) -> Sequence[Row[Any]]:
    """Minutes of social care in the period, by client and type."""
    day = func.date(func.timezone(ENGLAND.key, CareContact.started_at))
    client, kind = col(CareContact.client_id), col(CareActivity.activity_type)
    wanted = (
        select(client, kind, func.sum(col(CareActivity.minutes)))
        .join(CareActivity, col(CareActivity.care_contact_id) == col(CareContact.id))
        .where(col(CareContact.team_id) == team_id, day.between(first, last), kind.in_(SOCIAL))
        .group_by(client, kind)
    )
    return await tx.rows(wanted)


async def network_tasks(tx: Transaction, team_id: UUID, first: date, last: date) -> Sequence[Row[Any]]:
    """Every task that somebody of a client's network took on in the period, with who they are to the client."""
    wanted = (
        select(col(Action.client_id), col(NetworkPerson.tie))
        .join(NetworkPerson, col(NetworkPerson.id) == col(Action.network_person_id))
        .where(col(Action.team_id) == team_id, col(Action.agreed_on).between(first, last))
    )
    return await tx.rows(wanted)


async def offers(tx: Transaction, team_id: UUID, first: date, last: date) -> Sequence[Row[Any]]:
    """Every introduction that was offered in the period, with the kind of what it is to."""
    wanted = (
        select(col(Introduction.client_id), col(Asset.kind))
        .join(Asset, col(Asset.id) == col(Introduction.asset_id))
        .where(col(Introduction.team_id) == team_id, col(Introduction.offered_on).between(first, last))
    )
    return await tx.rows(wanted)
