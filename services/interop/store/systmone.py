"""Queries about SystmOne's extracts, the contacts in them, and those that the teams recorded here."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Select, Text, Uuid, delete, func, literal, or_, select, type_coerce, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import defer
from sqlmodel import col
from uuid6 import uuid7

from services.common.db import Transaction
from services.common.models import INSTANT
from services.interop.domain.resource import Resource, SearchTime, read_back
from services.interop.domain.systmone_extract import (
    Entry,
    ExtractState,
    Here,
    SystmoneContact,
    SystmoneExtract,
    There,
)
from services.interop.fhir import systems, tokens

AT_ONCE = 5000
# Of a contact's id, and of the fields of an entry.
KINDS = (Uuid, Uuid, Text, Text, Date, INSTANT)
DOCUMENT = type_coerce(col(Resource.content), Text).label("document")
PATIENTS = select(col(Resource.resource_id), col(Resource.team_id), DOCUMENT).where(
    col(Resource.resource_type) == "Patient"
)
BY_A_TEAM = {systems.HOME_HEALTH["code"], systems.VIRTUAL["code"]}


async def keep(tx: Transaction, name: str, digest: str, raw: bytes, manifest: bytes | None) -> None:
    """Keep a file as it came, once."""
    file = SystmoneExtract(name=name, digest=digest, raw=raw, manifest=manifest, received_at=tx.now, changed_at=tx.now)
    await tx.session.execute(insert(SystmoneExtract).values(**file.model_dump()).on_conflict_do_nothing())


async def locked(tx: Transaction, digest: str) -> SystmoneExtract | None:
    """The file that was kept, held until it is judged; None where another process is at it."""
    wanted = select(SystmoneExtract).where(col(SystmoneExtract.digest) == digest)
    held = await tx.session.execute(wanted.with_for_update(skip_locked=True))
    found: SystmoneExtract | None = held.scalar_one_or_none()
    return found


async def put(tx: Transaction, extract_id: UUID, entries: Sequence[Entry]) -> None:
    """What a file says of contacts. An older file never overwrites what a newer one said."""
    newest = list({(one.team_id, one.entry): one for one in entries}.values())
    every = {"version": 1, "changed_at": tx.now, "systmone_extract_id": extract_id}
    for lot in (newest[place : place + AT_ONCE] for place in range(0, len(newest), AT_ONCE)):
        columns = [[uuid7() for _ in lot], *zip(*lot, strict=True)]
        # One array a column: thousands of rows as parameters of their own take ten times as long.
        listed = [func.unnest(literal(list(one), ARRAY(kind))) for one, kind in zip(columns, KINDS, strict=True)]
        new = insert(SystmoneContact).from_select(
            [*every, "id", *Entry._fields], select(*(literal(one) for one in every.values()), *listed)
        )
        told = ("systmone_extract_id", "nhs_number", "happened_on", "started_at", "changed_at")
        changed = {name: new.excluded[name] for name in told} | {"version": col(SystmoneContact.version) + 1}
        is_newer = col(SystmoneContact.systmone_extract_id) <= new.excluded.systmone_extract_id
        await tx.session.execute(
            new.on_conflict_do_update(index_elements=["team_id", "entry"], set_=changed, where=is_newer)
        )


def extracts(state: ExtractState | None) -> Select[Any]:
    shown = select(SystmoneExtract).options(
        defer(SystmoneExtract.raw),  # type: ignore[arg-type]
        defer(SystmoneExtract.manifest),  # type: ignore[arg-type]
        defer(SystmoneExtract.rejects),  # type: ignore[arg-type]
    )
    return shown if state is None else shown.where(col(SystmoneExtract.state) == state)


async def newest_taken(tx: Transaction) -> tuple[datetime, list[UUID]] | None:
    """When the last file came that was taken, and which teams it could tell of."""
    taken = select(col(SystmoneExtract.received_at), col(SystmoneExtract.team_ids)).where(
        col(SystmoneExtract.state) == ExtractState.TAKEN
    )
    rows = await tx.rows(taken.order_by(col(SystmoneExtract.id).desc()).limit(1))
    return (rows[0].received_at, rows[0].team_ids) if rows else None


async def held_there(tx: Transaction, team_ids: Collection[UUID], day: date) -> list[There]:
    """What SystmOne holds of one day in England, but for what was deleted there."""
    columns = (SystmoneContact.id, SystmoneContact.team_id, SystmoneContact.nhs_number, SystmoneContact.started_at)
    wanted = select(*(col(one) for one in columns)).where(
        col(SystmoneContact.happened_on) == day, col(SystmoneContact.team_id).in_(team_ids)
    )
    return [There(*row) for row in await tx.rows(wanted.order_by(col(SystmoneContact.id)))]


async def recorded_here(tx: Transaction, team_ids: Collection[UUID], since: datetime, until: datetime) -> list[Here]:
    """What these teams recorded as having begun in this stretch of time. Stays in hospital are a trust's."""
    begun = (
        (col(SearchTime.resource_type) == col(Resource.resource_type))
        & (col(SearchTime.resource_id) == col(Resource.resource_id))
        & (col(SearchTime.name) == "date")
    )
    columns = (col(Resource.resource_id), col(Resource.team_id), col(Resource.client_id), col(SearchTime.starts_at))
    wanted = (
        select(*columns, DOCUMENT)
        .join(SearchTime, begun)
        .where(col(SearchTime.resource_type) == "Encounter", col(Resource.team_id).in_(team_ids))
        .where(col(SearchTime.starts_at) >= since, col(SearchTime.starts_at) < until)
        .order_by(col(Resource.resource_id))
    )
    rows = [row for row in await tx.rows(wanted) if _is_by_a_team(read_back(row.document))]
    numbers = await _numbers(tx, {row.client_id for row in rows})
    return [Here(row.resource_id, row.team_id, numbers.get(row.client_id), row.starts_at) for row in rows]


def _is_by_a_team(encounter: dict[str, Any]) -> bool:
    return encounter.get("class", {}).get("code") in BY_A_TEAM and "episodeOfCare" in encounter


async def _numbers(tx: Transaction, client_ids: Collection[UUID]) -> dict[UUID, str]:
    rows = await tx.rows(PATIENTS.where(col(Resource.resource_id).in_(client_ids)))
    return {row.resource_id: number for row in rows if (number := _number(row.document))}


def _number(document: str) -> str | None:
    identifiers = read_back(document).get("identifier", [])
    return next((one["value"] for one in identifiers if one.get("system") == systems.NHS_NUMBER), None)


async def clients_among(tx: Transaction, contacts: Collection[There]) -> dict[UUID, set[UUID]]:
    """The clients of the same team here whom each of these contacts of SystmOne's is with, by the contact's id."""
    asked = [tokens.asked("identifier", f"{systems.NHS_NUMBER}|{one.nhs_number}") for one in contacts]
    rows = await tx.rows(PATIENTS.where(col(Resource.tokens).overlap(asked))) if asked else ()  # type: ignore[attr-defined]
    clients: defaultdict[tuple[UUID, str | None], set[UUID]] = defaultdict(set)
    for row in rows:
        clients[row.team_id, _number(row.document)].add(row.resource_id)
    return {one.id: clients[one.team_id, one.nhs_number] for one in contacts}


async def forget(tx: Transaction, kept: timedelta) -> None:
    """What files say that came longer ago is removed, and so are contacts of longer ago, and those of which nothing was
    told since: a deleted one has no day. That the files came stays, so that none of them is taken twice."""
    before = tx.now - kept
    old = (col(SystmoneExtract.received_at) < before, func.length(col(SystmoneExtract.raw)) > 0)
    emptied = {"raw": b"", "manifest": None, "version": SystmoneExtract.version + 1, "changed_at": tx.now}
    await tx.session.execute(update(SystmoneExtract).where(*old).values(**emptied))
    over = (col(SystmoneContact.changed_at) < before, col(SystmoneContact.happened_on) < tx.today - kept)
    await tx.session.execute(delete(SystmoneContact).where(or_(*over)))
