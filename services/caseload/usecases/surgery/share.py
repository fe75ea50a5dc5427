"""Whom the team shares with their surgery, on what ground, and the list that both read in the morning."""

from typing import Any
from uuid import UUID

from pydantic import BaseModel

from services.caseload.domain.client import EpisodeOfCare
from services.caseload.domain.referral import Referral
from services.caseload.domain.surgery_note import Side
from services.caseload.domain.surgery_share import AlreadyOnAList, NewSurgeryShare, SurgeryShare, SurgeryShareStop
from services.caseload.events import SurgeryShareStopped
from services.caseload.store import surgery
from services.common.auth import Persona
from services.common.db import Transaction, require_version
from services.common.paging import PageRequest, page


async def share_with_surgery(tx: Transaction, new: NewSurgeryShare) -> SurgeryShare:
    """The client is on the surgery's list from now on, until care ends or they object.

    Raises `NotFound`, `NotInCareThen`, `ClientObjected`, `SurgeryNotKnown` or `AlreadyOnAList`.
    """
    episode = await tx.get(EpisodeOfCare, new.episode_of_care_id)
    episode.require_in_care(tx.today)
    before = await surgery.newest_share(tx, episode.client_id)
    if before is not None:
        before.require_no_objection(new.basis)
    referral = await tx.get(Referral, episode.referral_id)
    share = SurgeryShare.begun(new, episode, referral, tx.actor.employee_id, tx.now)
    async with tx.refusing({"one_surgery_share_open": AlreadyOnAList}):
        tx.add(share)
    return share


async def stop_sharing_with_surgery(
    tx: Transaction, surgery_share_id: UUID, stop: SurgeryShareStop, if_match: int
) -> SurgeryShare:
    """Off the list at once, with the notes. Raises `PreconditionFailed` or `SurgeryShareAlreadyStopped`."""
    share = await tx.get(SurgeryShare, surgery_share_id, lock=True)
    require_version(share, if_match)
    share.stop(stop, tx.actor.employee_id, tx.now)
    stopped = SurgeryShareStopped(
        surgery_share_id=share.id,
        client_id=share.client_id,
        team_id=share.team_id,
        episode_of_care_id=share.episode_of_care_id,
        ods_code=share.ods_code,
        reason=stop.reason,
        stopped_at=tx.now,
    )
    tx.publish(stopped, about=share)
    await tx.session.flush()
    return share


async def read_surgery_share(tx: Transaction, surgery_share_id: UUID) -> SurgeryShare:
    return await tx.get(SurgeryShare, surgery_share_id)


async def list_surgery_shares(tx: Transaction, request: PageRequest, *, client_id: UUID | None) -> dict[str, Any]:
    return await page(tx, await surgery.shares(tx, client_id), SurgeryShare, request)


async def read_surgery_list(
    tx: Transaction, request: PageRequest, shape: type[BaseModel], *, ods_code: str | None
) -> str:
    """A page, as JSON, of the list that the caller's side shares with the other; nobody without a seat is on it."""
    return await surgery.on_list(tx, side_of(tx), ods_code, shape, request)


def side_of(tx: Transaction) -> Side:
    return Side.SURGERY if tx.actor.persona is Persona.PRACTICE else Side.TEAM
