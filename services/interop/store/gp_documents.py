"""Queries about documents to GPs, the messages they left in, and what lay in our mailbox."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, and_, cast, exists, false, func, or_, select, union_all, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased, defer
from sqlmodel import col

from services.common.db import Transaction
from services.common.types import midnight_in_england
from services.interop.domain.gp_document import LEAVES, GpDocument, GpDocumentState, GpMessage
from services.interop.domain.mesh_message import Letter, MeshMessage, MeshOutcome
from services.interop.domain.resource import Resource, SearchTime
from services.interop.domain.trace import Trace, TraceOutcome


async def newest_of_day(tx: Transaction, client_id: UUID, day: date) -> GpDocument | None:
    """The newest edition about a client's day, locked."""
    theirs = (col(GpDocument.client_id) == client_id) & (col(GpDocument.happened_on) == day)
    wanted = select(GpDocument).where(theirs).order_by(col(GpDocument.edition).desc()).limit(1).with_for_update()
    found: GpDocument | None = (await tx.session.execute(wanted)).scalar_one_or_none()
    return found


async def of_day(tx: Transaction, day: date) -> Sequence[GpDocument]:
    """Each edition about any client's day, the newest of each client first."""
    wanted = select(GpDocument).where(col(GpDocument.happened_on) == day)
    return await tx.all(wanted.order_by(col(GpDocument.client_id), col(GpDocument.edition).desc()))


async def contacts_told(tx: Transaction, client_id: UUID, day: date) -> Sequence[UUID]:
    """Every contact that any edition about this day told of, but for what was withdrawn before it left."""
    theirs = (col(GpDocument.client_id) == client_id) & (col(GpDocument.happened_on) == day)
    is_told = (col(GpDocument.state) != GpDocumentState.WITHDRAWN) | col(GpDocument.sent_at).is_not(None)
    return await tx.all(select(func.unnest(col(GpDocument.contacts))).where(theirs, is_told).distinct())


async def lease(tx: Transaction, for_: timedelta) -> GpDocument | None:
    """The document that has been due for longest, kept from other workers meanwhile."""
    due = select(GpDocument).where(col(GpDocument.state).in_(LEAVES), col(GpDocument.due_at) <= tx.now)
    first = due.order_by(col(GpDocument.due_at)).limit(1).with_for_update(skip_locked=True)
    found: GpDocument | None = (await tx.session.execute(first)).scalar_one_or_none()
    if found is not None:
        found.due_at = tx.now + for_
    return found


async def replaced_by(tx: Transaction, document: GpDocument) -> UUID | None:
    """What the surgery knows the edition before by, if one ever left."""
    wanted = select(GpDocument).where(
        col(GpDocument.client_id) == document.client_id,
        col(GpDocument.happened_on) == document.happened_on,
        col(GpDocument.edition) < document.edition,
        col(GpDocument.sent_at).is_not(None),
    )
    found: GpDocument | None = (
        await tx.session.execute(wanted.order_by(col(GpDocument.edition).desc()).limit(1))
    ).scalar_one_or_none()
    return None if found is None else found.told_as


async def patient(tx: Transaction, client_id: UUID) -> dict[str, Any] | None:
    wanted = select(col(Resource.content)).where(
        col(Resource.resource_type) == "Patient", col(Resource.resource_id) == client_id
    )
    found: dict[str, Any] | None = (await tx.session.execute(wanted)).scalar_one_or_none()
    return found


async def practice_by_pds(tx: Transaction, client_id: UUID) -> str | None:
    """The practice that the last trace of the client's named, as a referral or as a client; None where none did.

    A trace that waits for a nurse's word, or found nobody, says nothing of the client.
    """
    is_known = or_(col(Trace.outcome) == TraceOutcome.VERIFIED, col(Trace.confirmed_at).is_not(None))
    known = select(col(Trace.gp_ods_code), col(Trace.asked_at), col(Trace.id)).where(is_known)
    referrals = (col(Resource.client_id) == client_id) & (col(Resource.resource_type) == "ServiceRequest")
    # Apart, so that each finds its rows by an index.
    theirs = union_all(
        known.where(col(Trace.client_id) == client_id),
        known.join(Resource, col(Resource.resource_id) == col(Trace.referral_id)).where(referrals),
    ).subquery()
    newest = select(theirs.c.gp_ods_code).order_by(theirs.c.asked_at.desc(), theirs.c.id.desc()).limit(1)
    found: str | None = await tx.session.scalar(newest)
    return found


async def encounters(tx: Transaction, contacts: Sequence[UUID]) -> Sequence[dict[str, Any]]:
    wanted = select(col(Resource.content)).where(
        col(Resource.resource_type) == "Encounter", col(Resource.resource_id).in_(contacts)
    )
    return await tx.all(wanted.order_by(col(Resource.resource_id)))


async def found_in(tx: Transaction, client_id: UUID, encounters: Collection[dict[str, Any]]) -> ColumnElement[bool]:
    """What was found in the episodes of these contacts.

    Of what was shown before it said in which, all is, of a client who had one alone, and else what is dated in their
    days, or has a rating that is.
    """
    references = [one["reference"] for encounter in encounters for one in encounter.get("episodeOfCare", [])]
    episodes = {reference.rpartition("/")[2] for reference in references}
    theirs = (col(Resource.client_id) == client_id, col(Resource.resource_type) == "EpisodeOfCare")
    known = await tx.all(select(col(Resource.content)).where(*theirs))
    says: Any = col(Resource.facts)["episode_of_care_id"].astext
    is_theirs: ColumnElement[bool] = says.in_(episodes)
    if len(known) <= 1:
        return or_(is_theirs, says.is_(None))
    periods = [one["period"] for one in known if one["id"] in episodes]
    return or_(is_theirs, and_(says.is_(None), _is_dated_within(client_id, periods)))


def _is_dated_within(client_id: UUID, periods: Collection[dict[str, str]]) -> ColumnElement[bool]:
    """What was observed in these days, and what refers to that: a problem has no date but those of its ratings."""
    seen: Any = aliased(Resource)
    dated = (SearchTime.resource_type == seen.resource_type) & (SearchTime.resource_id == seen.resource_id)
    refers = func.strpos(cast(col(Resource.content), Text), "Observation/" + cast(seen.resource_id, Text)) > 0
    return exists().where(
        seen.client_id == client_id,
        seen.resource_type == "Observation",
        dated,
        col(SearchTime.name) == "date",
        or_(false(), *(_is_within(period) for period in periods)),
        or_(seen.resource_id == col(Resource.resource_id), refers),
    )


def _is_within(period: dict[str, str]) -> ColumnElement[bool]:
    """From the first day to the end of the last, where it has ended."""
    starts_at = col(SearchTime.starts_at)
    began: ColumnElement[bool] = starts_at >= midnight_in_england(date.fromisoformat(period["start"]))
    if "end" not in period:
        return began
    last = date.fromisoformat(period["end"])
    return began & (starts_at < midnight_in_england(last + timedelta(days=1)))


async def observations(
    tx: Transaction, client_id: UUID, day: date, is_told: ColumnElement[bool]
) -> Sequence[dict[str, Any]]:
    """What was found on this day in England."""
    begins, ends = midnight_in_england(day), midnight_in_england(day + timedelta(days=1))
    wanted = (
        select(col(Resource.content))
        .join(
            SearchTime,
            (col(SearchTime.resource_type) == col(Resource.resource_type))
            & (col(SearchTime.resource_id) == col(Resource.resource_id)),
        )
        .where(
            col(Resource.resource_type) == "Observation",
            col(Resource.client_id) == client_id,
            col(SearchTime.name) == "date",
            col(SearchTime.starts_at) >= begins,
            col(SearchTime.starts_at) < ends,
            is_told,
        )
    )
    return await tx.all(wanted.order_by(col(SearchTime.starts_at), col(Resource.resource_id)))


async def conditions(tx: Transaction, client_id: UUID, is_told: ColumnElement[bool]) -> Sequence[dict[str, Any]]:
    wanted = select(col(Resource.content)).where(
        col(Resource.client_id) == client_id, col(Resource.resource_type) == "Condition", is_told
    )
    return await tx.all(wanted.order_by(col(Resource.resource_id)))


async def next_number(tx: Transaction, gp_document_id: UUID) -> int:
    """Of the messages that a document leaves in."""
    known = select(func.coalesce(func.max(col(GpMessage.number)), 0)).where(
        col(GpMessage.gp_document_id) == gp_document_id
    )
    return int((await tx.session.execute(known)).scalar_one()) + 1


async def locked(tx: Transaction, gp_document_id: UUID) -> GpDocument:
    wanted = select(GpDocument).where(col(GpDocument.id) == gp_document_id).with_for_update()
    found: GpDocument = (await tx.session.execute(wanted)).scalar_one()
    return found


async def note_taken(tx: Transaction, message_id: UUID, mesh_id: str) -> None:
    """What MESH calls a message that it took."""
    await tx.session.execute(update(GpMessage).where(col(GpMessage.id) == message_id).values(mesh_id=mesh_id))


async def message(tx: Transaction, message_id: UUID | None, mesh_id: str | None = None) -> tuple[UUID, bool] | None:
    """The document that left in a message of this id, and whether it is the newest that it left in."""
    is_it = col(GpMessage.id) == message_id if mesh_id is None else col(GpMessage.mesh_id) == mesh_id
    newest = select(func.max(col(GpMessage.number))).where(
        col(GpMessage.gp_document_id) == select(col(GpMessage.gp_document_id)).where(is_it).scalar_subquery()
    )
    wanted = select(col(GpMessage.gp_document_id), col(GpMessage.number) == newest.scalar_subquery()).where(is_it)
    rows = await tx.rows(wanted)
    return (rows[0][0], rows[0][1]) if rows else None


async def keep(tx: Transaction, letter: Letter) -> None:
    """Keep what lay in the mailbox, once."""
    values = MeshMessage.kept(letter, tx.now).model_dump()
    await tx.session.execute(insert(MeshMessage).values(**values).on_conflict_do_nothing())


async def unjudged(tx: Transaction, mesh_id: str) -> MeshMessage | None:
    """A message that is kept and not judged yet, locked."""
    is_it = (col(MeshMessage.mesh_id) == mesh_id) & (col(MeshMessage.outcome) == MeshOutcome.RECEIVED)
    found: MeshMessage | None = (
        await tx.session.execute(select(MeshMessage).where(is_it).with_for_update())
    ).scalar_one_or_none()
    return found


async def of_share(tx: Transaction, surgery_share_id: UUID) -> Sequence[GpDocument]:
    """What a surgery has not filed yet of what was shared with it, locked."""
    theirs = (col(GpDocument.surgery_share_id) == surgery_share_id) & (
        col(GpDocument.state) != GpDocumentState.ACKNOWLEDGED
    )
    return await tx.all(select(GpDocument).where(theirs).order_by(col(GpDocument.id)).with_for_update())


async def listed(tx: Transaction, *, client_id: UUID | None, state: GpDocumentState | None) -> Select[Any]:
    wanted = select(GpDocument).where(await tx.visible(GpDocument))
    wanted = wanted if client_id is None else wanted.where(col(GpDocument.client_id) == client_id)
    return wanted if state is None else wanted.where(col(GpDocument.state) == state)


def mailbox(outcome: MeshOutcome | None) -> Select[Any]:
    wanted = select(MeshMessage).options(defer(MeshMessage.raw))  # type: ignore[arg-type]
    return wanted if outcome is None else wanted.where(col(MeshMessage.outcome) == outcome)


async def newest_message(tx: Transaction, gp_document_id: UUID) -> bytes | None:
    """A document as it last left."""
    wanted = select(col(GpMessage.raw)).where(col(GpMessage.gp_document_id) == gp_document_id)
    found: bytes | None = (
        await tx.session.execute(wanted.order_by(col(GpMessage.number).desc()).limit(1))
    ).scalar_one_or_none()
    return found
