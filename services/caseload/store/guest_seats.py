"""Queries about guest seats, and about what is read through one."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlmodel import col

from services.caseload.domain.assessment import Assessment, AssessmentStatus
from services.caseload.domain.care_plan import CarePlan, CarePlanLine, CarePlanStatus, PlanDomain
from services.caseload.domain.client import Client
from services.caseload.domain.guest_seat import GuestSeat
from services.common.db import Transaction

Seated = tuple[GuestSeat, Client]


async def listed(tx: Transaction, *, client_id: UUID | None) -> Select[Any]:
    """The visible seats, of one client where asked."""
    wanted = select(GuestSeat).where(await tx.visible(GuestSeat))
    return wanted if client_id is None else wanted.where(col(GuestSeat.client_id) == client_id)


def _open(tx: Transaction, guest: str) -> Select[GuestSeat, Client]:
    """A seat is all the right that a guest has to a client, as long as the client is with the team that gave it."""
    same_team = (col(Client.id) == col(GuestSeat.client_id)) & (col(Client.team_id) == col(GuestSeat.team_id))
    wanted = select(GuestSeat, Client).join(Client, same_team)
    return wanted.where(
        col(GuestSeat.guest) == guest, col(GuestSeat.withdrawn_at).is_(None), col(GuestSeat.until_at) > tx.now
    )


async def open_seats(tx: Transaction, guest: str) -> Sequence[Seated]:
    """The guest's open seats with the clients they are for, in the order of the invitations."""
    found: Sequence[Seated] = await tx.rows(_open(tx, guest).order_by(col(GuestSeat.id)))
    return found


async def open_seat(tx: Transaction, guest: str, client_id: UUID) -> Seated | None:
    found: Seated | None = (await tx.session.execute(_open(tx, guest).where(col(Client.id) == client_id))).one_or_none()
    return found


async def newest_assessment(tx: Transaction, client_id: UUID) -> Assessment | None:
    """The client's latest complete assessment."""
    theirs = select(Assessment).where(
        col(Assessment.client_id) == client_id, col(Assessment.status) == AssessmentStatus.COMPLETE
    )
    latest = await tx.all(theirs.order_by(col(Assessment.assessed_on).desc(), col(Assessment.id).desc()).limit(1))
    return latest[0] if latest else None


async def social_care_lines(tx: Transaction, client_id: UUID) -> Sequence[CarePlanLine]:
    """What the client agreed to on the Care Act's side of the plan."""
    wanted = select(CarePlanLine).join(CarePlan, col(CarePlan.id) == col(CarePlanLine.care_plan_id))
    agreed = wanted.where(
        col(CarePlan.client_id) == client_id,
        col(CarePlan.status) == CarePlanStatus.AGREED,
        col(CarePlanLine.domain) == PlanDomain.SOCIAL_CARE,
    )
    return await tx.all(agreed.order_by(col(CarePlan.id), col(CarePlanLine.position)))
