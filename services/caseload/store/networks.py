"""Queries about what is around one client: people, what they do, agencies and assets."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Mapped
from sqlmodel import col

from services.caseload.domain.action import Action, ActionStatus
from services.caseload.domain.asset import Asset
from services.caseload.domain.care_plan import CarePlan, CarePlanLine
from services.caseload.domain.carer import Carer
from services.caseload.domain.introduction import Introduction, IntroductionStatus
from services.caseload.domain.network import NetworkPerson
from services.caseload.domain.other_care import OtherCare
from services.common.db import Transaction


def _now(until_on: Mapped[date | None], today: date) -> ColumnElement[bool]:
    return or_(until_on.is_(None), until_on >= today)


async def people_now(tx: Transaction, client_id: UUID, today: date) -> Sequence[NetworkPerson]:
    wanted = select(NetworkPerson).where(col(NetworkPerson.client_id) == client_id)
    return await tx.all(wanted.where(_now(col(NetworkPerson.until_on), today)).order_by(col(NetworkPerson.id)))


async def carer_people(tx: Transaction, client_id: UUID) -> Sequence[UUID]:
    """Who of the client's network is a carer."""
    wanted = select(col(Carer.network_person_id)).where(col(Carer.client_id) == client_id)
    return await tx.all(wanted.order_by(col(Carer.id)))


async def agencies_now(tx: Transaction, client_id: UUID, today: date) -> Sequence[OtherCare]:
    wanted = select(OtherCare).where(col(OtherCare.client_id) == client_id, col(OtherCare.from_on) <= today)
    return await tx.all(wanted.where(_now(col(OtherCare.until_on), today)).order_by(col(OtherCare.id)))


async def agencies_around(tx: Transaction, client_id: UUID, day: date) -> Sequence[OtherCare]:
    """Whose care holds on this day or held on the evening before, which may go on past midnight."""
    wanted = select(OtherCare).where(col(OtherCare.client_id) == client_id, col(OtherCare.from_on) <= day)
    held = _now(col(OtherCare.until_on), day - timedelta(days=1))
    return await tx.all(wanted.where(held).order_by(col(OtherCare.id)))


async def assets_now(tx: Transaction, client_id: UUID) -> Sequence[Any]:
    """Where the client was introduced and did not stop, each with how far that has come."""
    joined = select(Introduction, Asset).join(Asset, col(Asset.id) == col(Introduction.asset_id))
    mine = joined.where(
        col(Introduction.client_id) == client_id, col(Introduction.status) != IntroductionStatus.STOPPED
    )
    return await tx.rows(mine.order_by(col(Introduction.id)))


async def open_actions_of(tx: Transaction, network_person_id: UUID) -> Sequence[Action]:
    """What somebody of the network has taken on, locked."""
    wanted = select(Action).where(
        col(Action.network_person_id) == network_person_id, col(Action.status) == ActionStatus.OPEN
    )
    return await tx.all(wanted.order_by(col(Action.id)).with_for_update())


async def actions_of_discussion(tx: Transaction, mdt_discussion_id: UUID) -> Sequence[Action]:
    wanted = select(Action).where(col(Action.mdt_discussion_id) == mdt_discussion_id)
    return await tx.all(wanted.order_by(col(Action.id)))


async def is_line_of(tx: Transaction, care_plan_line_id: UUID, client_id: UUID) -> bool:
    joined = select(col(CarePlanLine.id)).join(CarePlan, col(CarePlan.id) == col(CarePlanLine.care_plan_id))
    mine = joined.where(col(CarePlanLine.id) == care_plan_line_id, col(CarePlan.client_id) == client_id)
    return bool(await tx.all(mine))
