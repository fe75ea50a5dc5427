"""Queries about what is handed over or shared by a link."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, case, func, select, union_all
from sqlmodel import col

from services.caseload.domain.day_sheet import DaySheetShare
from services.caseload.domain.handover import Handover, HandoverNote, HandoverStatus
from services.caseload.domain.one_time_link import Linked, fingerprint
from services.caseload.domain.plan_copy import PlanCopyShare
from services.caseload.domain.referral import Referral
from services.caseload.domain.referral_link import ReferralLink
from services.caseload.domain.summary_share import SummaryShare
from services.common.db import Transaction

LinkedT = TypeVar("LinkedT", bound=Linked)


async def by_link(tx: Transaction, model: type[LinkedT], link: str) -> LinkedT | None:
    """What this link leads to, held until the end. The database shows and takes the one row of this link alone."""
    shown = fingerprint(link)
    await tx.session.execute(select(func.set_config("app.link_print", shown, True)))
    wanted: Select[Any] = select(model).where(col(model.link_print) == shown).with_for_update()
    found: LinkedT | None = (await tx.session.execute(wanted)).scalar_one_or_none()
    return found


async def referred(tx: Transaction, link: ReferralLink, receipt_id: UUID) -> Referral | None:
    """What was referred by this link with this receipt. The database shows no other referral to whoever holds it."""
    await tx.session.execute(select(func.set_config("app.receipt_id", str(receipt_id), True)))
    wanted = select(Referral).where(col(Referral.id) == receipt_id, col(Referral.referral_link_id) == link.id)
    found: Referral | None = (await tx.session.execute(wanted)).scalar_one_or_none()
    return found


async def referral_links(tx: Transaction, *, team_id: UUID | None) -> Select[Any]:
    wanted = select(ReferralLink).where(await tx.visible(ReferralLink))
    return wanted if team_id is None else wanted.where(col(ReferralLink.team_id) == team_id)


async def organisations(tx: Transaction, ids: Collection[UUID]) -> dict[UUID, str]:
    """To whom these links were given."""
    models = (Handover, SummaryShare)
    wanted = [select(col(model.id), col(model.organisation)).where(col(model.id).in_(ids)) for model in models]
    whose = case((col(PlanCopyShare.carer_id).is_(None), "the client"), else_="a carer")
    wanted.append(select(col(DaySheetShare.id), col(DaySheetShare.agency)).where(col(DaySheetShare.id).in_(ids)))
    wanted.append(select(col(PlanCopyShare.id), whose).where(col(PlanCopyShare.id).in_(ids)))
    return dict(await tx.rows(union_all(*wanted))) if ids else {}


async def handovers(tx: Transaction, *, client_id: UUID | None, status: HandoverStatus | None) -> Select[Any]:
    wanted = select(Handover).where(await tx.visible(Handover))
    wanted = wanted if client_id is None else wanted.where(col(Handover.client_id) == client_id)
    return wanted if status is None else wanted.where(col(Handover.status) == status)


async def notes_on(tx: Transaction, handover_id: UUID) -> Sequence[HandoverNote]:
    """What the other side wrote, oldest first."""
    wanted = select(HandoverNote).where(col(HandoverNote.handover_id) == handover_id)
    return await tx.all(wanted.order_by(col(HandoverNote.written_at), col(HandoverNote.id)))


async def unaccepted(tx: Transaction, by: datetime, *, most: int) -> Sequence[Handover]:
    """Some handovers whose deadline has passed. What another replica works on is left to it."""
    late = select(Handover).where(col(Handover.status) == HandoverStatus.SENT, col(Handover.accept_by) <= by)
    return await tx.all(late.order_by(col(Handover.accept_by)).limit(most).with_for_update(skip_locked=True))


async def summary_shares(tx: Transaction, *, client_id: UUID | None) -> Select[Any]:
    wanted = select(SummaryShare).where(await tx.visible(SummaryShare))
    return wanted if client_id is None else wanted.where(col(SummaryShare.client_id) == client_id)
