"""Parts of a client's record, and the team's figures. Each read is a fixed number of statements."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col

from services.caseload.domain.assessment import Assessment
from services.caseload.domain.care_contact import CareActivity, CareContact, Note
from services.caseload.domain.care_plan import CarePlanLine
from services.caseload.domain.client import Client
from services.caseload.domain.omaha import ClientProblem, OmahaRating
from services.caseload.domain.outcome import RatedProblem
from services.caseload.domain.referral import Referral
from services.caseload.domain.wound import WoundMeasurement
from services.common.db import Transaction
from services.common.types import ENGLAND, midnight_in_england


async def client_with_number(tx: Transaction, nhs_number: str) -> Sequence[Client]:
    """The visible client with this number, first the one whose record stands behind it."""
    wanted = select(Client).where(await tx.visible(Client), col(Client.nhs_number) == nhs_number)
    return await tx.all(wanted.order_by(col(Client.nhs_number_status), col(Client.id)).limit(1))


async def of_assessment(tx: Transaction, assessment: Assessment) -> list[tuple[ClientProblem, OmahaRating]]:
    """The problems found in this assessment with their admission ratings."""
    joined = select(ClientProblem, OmahaRating).join(OmahaRating, col(OmahaRating.problem_id) == col(ClientProblem.id))
    mine = joined.where(col(ClientProblem.assessment_id) == assessment.id, col(OmahaRating.occasion) == "admission")
    return [(problem, rating) for problem, rating in await tx.rows(mine.order_by(col(ClientProblem.code)))]


async def lines(tx: Transaction, care_plan_id: UUID) -> Sequence[CarePlanLine]:
    wanted = select(CarePlanLine).where(col(CarePlanLine.care_plan_id) == care_plan_id)
    return await tx.all(wanted.order_by(col(CarePlanLine.position)))


async def is_note_of(tx: Transaction, note_id: UUID, contact: CareContact) -> bool:
    note = await tx.session.get(Note, note_id)
    return note is not None and note.care_contact_id == contact.id


async def is_contact_with(tx: Transaction, care_contact_id: UUID, client_id: UUID) -> bool:
    contact = await tx.session.get(CareContact, care_contact_id)
    return contact is not None and contact.client_id == client_id


async def measurements(tx: Transaction, wound_id: UUID) -> Sequence[WoundMeasurement]:
    wanted = select(WoundMeasurement).where(col(WoundMeasurement.wound_id) == wound_id)
    return await tx.all(wanted.order_by(col(WoundMeasurement.measured_at)))


async def rated_problems(tx: Transaction, team_id: UUID, until: date) -> list[RatedProblem]:
    """The ratings of the team's clients up to the end of this day, by problem, oldest first."""
    scores = (col(OmahaRating.knowledge), col(OmahaRating.behavior), col(OmahaRating.status))
    rated = (col(OmahaRating.occasion), *scores)
    wanted = (
        select(col(ClientProblem.id), col(ClientProblem.client_id), col(ClientProblem.code), *rated)
        .join(OmahaRating, col(OmahaRating.problem_id) == col(ClientProblem.id))
        .where(
            col(ClientProblem.team_id) == team_id,
            col(OmahaRating.rated_at) < midnight_in_england(until + timedelta(days=1)),
        )
        .order_by(col(ClientProblem.id), col(OmahaRating.rated_at), col(OmahaRating.id))
    )
    return [RatedProblem(row[0], row[1], row[2], row[3], (row[4], row[5], row[6])) for row in await tx.rows(wanted)]


async def minutes_by_type(tx: Transaction, team_id: UUID, first: date, last: date) -> Sequence[Any]:
    """Minutes by ISO week of the English calendar, client and type of activity."""
    day = func.date(func.timezone(ENGLAND.key, CareContact.started_at))
    week = func.to_char(day, 'IYYY-"W"IW').label("week")
    client, kind = col(CareContact.client_id), col(CareActivity.activity_type)
    minutes = func.sum(col(CareActivity.minutes)).label("minutes")
    wanted = (
        select(week, client, kind, minutes)
        .join(CareActivity, col(CareActivity.care_contact_id) == col(CareContact.id))
        .where(col(CareContact.team_id) == team_id, day.between(first, last))
        .group_by(week, client, kind)
        .order_by(week, client, kind)
    )
    return await tx.rows(wanted)


async def contacts_by_channel(tx: Transaction, team_id: UUID, first: date, last: date) -> Sequence[Any]:
    day = func.date(func.timezone(ENGLAND.key, CareContact.started_at))
    count, minutes = func.count().label("contacts"), func.sum(col(CareContact.minutes)).label("minutes")
    wanted = select(col(CareContact.channel), count, minutes).where(col(CareContact.team_id) == team_id)
    within = wanted.where(day.between(first, last)).group_by(col(CareContact.channel))
    return await tx.rows(within.order_by(col(CareContact.channel)))


async def referrals_by_source(tx: Transaction, team_id: UUID, first: date, last: date) -> Sequence[Any]:
    day = func.date(func.timezone(ENGLAND.key, Referral.received_at))
    wanted = select(col(Referral.source), func.count().label("referrals")).where(col(Referral.team_id) == team_id)
    within = wanted.where(day.between(first, last)).group_by(col(Referral.source))
    return await tx.rows(within.order_by(col(Referral.source)))
