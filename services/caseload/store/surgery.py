"""Queries about surgeries: who sits where, whom they share with the team, and what is written to and fro."""

from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    DateTime,
    Integer,
    Select,
    Text,
    TextClause,
    Uuid,
    bindparam,
    exists,
    select,
    text,
)
from sqlmodel import col

from services.caseload.domain.client import EpisodeOfCare, EpisodeStatus
from services.caseload.domain.surgery_note import Side, SurgeryNote
from services.caseload.domain.surgery_seat import SurgerySeat
from services.caseload.domain.surgery_share import SurgeryShare
from services.common.db import Transaction
from services.common.paging import PageRequest
from services.common.written_pages import told

# One row a client on the list, with what the huddle asks: never more of the record than this.
LISTED = """
    select client_id as id, client_id, team_id, (select row_to_json(item)::text from (select {fields}) item) as document
    from (
        select h.client_id, h.team_id, h.ods_code, c.given_name, c.family_name, c.birth_on, c.nhs_number,
            c.nhs_number_status, r.role as named_nurse_role, e.status, seen.last_contact_on, told.words as to_know,
            (
                select count(*) from surgery_note n
                where n.client_id = h.client_id and n.team_id = h.team_id and n.ods_code = h.ods_code
                    and n.side = :other and n.seen_at is null
            ) as unread
        from {reach}
        join client c on c.id = h.client_id and c.team_id = h.team_id
        join episode_of_care e on e.id = h.episode_of_care_id and e.status <> 'finished'
        left join member_role r
            on r.team_id = e.team_id and r.employee_id = e.named_nurse_id and r.role <> 'unknown'
        left join lateral (
            select (k.started_at at time zone 'Europe/London')::date as last_contact_on
            from care_contact k where k.episode_of_care_id = e.id order by k.started_at desc limit 1
        ) seen on true
        left join lateral (
            select n.words from surgery_note n
            where n.client_id = h.client_id and n.team_id = h.team_id and n.ods_code = h.ods_code and n.side = 'team'
                and not exists (select from surgery_note later where later.amends_id = n.id)
            order by n.written_at desc, n.id desc limit 1
        ) told on true
        where h.stopped_at is null and (:ods_code is null or h.ods_code = :ods_code)
            and (:after is null or h.client_id > :after)
        order by h.client_id limit :most
    ) listed order by client_id
"""
REACH = {
    Side.TEAM: "(select * from surgery_share where team_id = any(:teams)) h",
    Side.SURGERY: """surgery_seat s
        join surgery_share h on h.team_id = s.team_id and h.ods_code = s.ods_code
            and s.guest = :guest and s.confirmed_at is not null and s.ended_at is null and s.until_at > :now""",
}
WHO: dict[Side, dict[str, Any]] = {
    Side.TEAM: {"teams": ARRAY(Uuid)},
    Side.SURGERY: {"guest": Text, "now": DateTime(timezone=True)},
}
KNOWN: dict[str, Any] = {"other": Text, "ods_code": Text, "after": Uuid, "most": Integer}


@cache
def _listed(side: Side, shape: type[BaseModel]) -> TextClause:
    wanted = text(LISTED.format(fields=", ".join(shape.model_fields), reach=REACH[side]))
    return wanted.bindparams(*(bindparam(name, type_=kind) for name, kind in (KNOWN | WHO[side]).items()))


async def on_list(
    tx: Transaction, side: Side, ods_code: str | None, shape: type[BaseModel], request: PageRequest
) -> str:
    """A page, as JSON, of the clients whom this side shares with the other, each with what the other wrote unseen."""
    who: dict[Side, dict[str, Any]] = {
        Side.TEAM: {"teams": list(await tx.teams())},
        Side.SURGERY: {"guest": tx.actor.subject, "now": tx.now},
    }
    asked = {"other": side.other, "ods_code": ods_code, "after": request.after, "most": request.limit + 1}
    return told(tx, request, await tx.rows(_listed(side, shape), asked | who[side]))


def _open(tx: Transaction) -> tuple[ColumnElement[bool], ...]:
    """A seat that has neither ended nor run out; it may still wait for its confirmation."""
    return col(SurgerySeat.ended_at).is_(None), col(SurgerySeat.until_at) > tx.now


async def open_seat(tx: Transaction, team_id: UUID, ods_code: str, guest: str) -> SurgerySeat | None:
    theirs = (col(SurgerySeat.team_id) == team_id, col(SurgerySeat.ods_code) == ods_code)
    wanted = select(SurgerySeat).where(*theirs, col(SurgerySeat.guest) == guest, *_open(tx))
    found: SurgerySeat | None = await tx.session.scalar(wanted.limit(1))
    return found


def _in_care() -> ColumnElement[bool]:
    episode = EpisodeOfCare
    still = col(episode.status) != EpisodeStatus.FINISHED
    return exists().where(col(episode.id) == col(SurgeryShare.episode_of_care_id), still)


def _shared() -> tuple[ColumnElement[bool], ...]:
    return col(SurgeryShare.stopped_at).is_(None), _in_care()


async def share_of(tx: Transaction, client_id: UUID) -> SurgeryShare | None:
    """By what one's own team shares this client now."""
    mine = select(SurgeryShare).where(col(SurgeryShare.client_id) == client_id, await tx.visible(SurgeryShare))
    found: SurgeryShare | None = await tx.session.scalar(mine.where(*_shared()).limit(1))
    return found


async def share_covering(tx: Transaction, episode_of_care_id: UUID, on: date) -> UUID | None:
    """By what the surgery is told of what was done in an episode on this day, as it is shared now."""
    wanted = select(col(SurgeryShare.id)).where(
        col(SurgeryShare.episode_of_care_id) == episode_of_care_id,
        col(SurgeryShare.stopped_at).is_(None),
        col(SurgeryShare.told_on) <= on,
    )
    found: UUID | None = await tx.session.scalar(wanted)
    return found


async def newest_share(tx: Transaction, client_id: UUID) -> SurgeryShare | None:
    """The last, open or stopped, of whichever episode of care."""
    mine = select(SurgeryShare).where(col(SurgeryShare.client_id) == client_id, await tx.visible(SurgeryShare))
    found: SurgeryShare | None = await tx.session.scalar(mine.order_by(col(SurgeryShare.changed_at).desc()).limit(1))
    return found


def _seated(tx: Transaction) -> Select[SurgerySeat, SurgeryShare]:
    """What somebody's seats show: the clients whom the team that gave one shares with that surgery."""
    same = (
        col(SurgeryShare.team_id) == col(SurgerySeat.team_id),
        col(SurgeryShare.ods_code) == col(SurgerySeat.ods_code),
    )
    wanted = select(SurgerySeat, SurgeryShare).join(SurgeryShare, same[0] & same[1])
    mine = (col(SurgerySeat.guest) == tx.actor.subject, col(SurgerySeat.confirmed_at).is_not(None), *_open(tx))
    return wanted.where(*mine, *_shared())


async def seated_for(tx: Transaction, client_id: UUID) -> tuple[SurgerySeat, SurgeryShare] | None:
    """The caller's seat and what is shared through it, of this client."""
    found = (
        await tx.session.execute(_seated(tx).where(col(SurgeryShare.client_id) == client_id).limit(1))
    ).one_or_none()
    return None if found is None else (found[0], found[1])


async def note_of_ones_own(tx: Transaction, note_id: UUID, share: SurgeryShare, side: Side) -> bool:
    """Whether this side wrote this note, to or by this surgery, about this client."""
    about = (col(SurgeryNote.client_id) == share.client_id, col(SurgeryNote.ods_code) == share.ods_code)
    mine = (col(SurgeryNote.team_id) == share.team_id, col(SurgeryNote.side) == side)
    wanted = select(col(SurgeryNote.id)).where(col(SurgeryNote.id) == note_id, *about, *mine)
    return await tx.session.scalar(wanted) is not None


async def note_through_seat(tx: Transaction, note_id: UUID) -> SurgeryNote | None:
    """A note that the caller's seats show."""
    pairs = ("client_id", "team_id", "ods_code")
    same = [col(getattr(SurgeryNote, name)) == col(getattr(SurgeryShare, name)) for name in pairs]
    shown = exists(_seated(tx).with_only_columns(col(SurgeryShare.id)).where(*same).correlate(SurgeryNote))
    found: SurgeryNote | None = await tx.session.scalar(
        select(SurgeryNote).where(col(SurgeryNote.id) == note_id, shown)
    )
    return found


def notes_to(share: SurgeryShare) -> Select[Any]:
    """What was written between the team and this surgery about this client."""
    about = (col(SurgeryNote.client_id) == share.client_id, col(SurgeryNote.team_id) == share.team_id)
    return select(SurgeryNote).where(*about, col(SurgeryNote.ods_code) == share.ods_code)


async def notes(tx: Transaction, *, client_id: UUID | None, unseen: bool) -> Select[Any]:
    """The notes of one's own teams, with whichever surgery; of one client where asked, and those nobody has seen."""
    wanted = select(SurgeryNote).where(await tx.visible(SurgeryNote))
    if client_id is not None:
        wanted = wanted.where(col(SurgeryNote.client_id) == client_id)
    waiting = (col(SurgeryNote.side) == Side.SURGERY, col(SurgeryNote.seen_at).is_(None))
    return wanted.where(*waiting) if unseen else wanted


async def shares(tx: Transaction, client_id: UUID | None) -> Select[Any]:
    wanted = select(SurgeryShare).where(await tx.visible(SurgeryShare))
    return wanted if client_id is None else wanted.where(col(SurgeryShare.client_id) == client_id)


async def seats(tx: Transaction, team_id: UUID | None) -> Select[Any]:
    wanted = select(SurgerySeat).where(await tx.visible(SurgerySeat))
    return wanted if team_id is None else wanted.where(col(SurgerySeat.team_id) == team_id)
