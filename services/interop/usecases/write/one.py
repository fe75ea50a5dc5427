"""One write: created, updated or patched by a partner's system that may, and put on record with who wrote it."""

import re
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from types import ModuleType
from uuid import UUID

from services.common.db import Transaction
from services.common.errors import NotFound
from services.common.models import Aggregate
from services.common.outcome import Issue
from services.common.scopes import require_scope
from services.interop.domain.inbound import MessageOutcome
from services.interop.domain.resource import Kept, Resource
from services.interop.fhir import bundle, registry
from services.interop.fhir.mapping import provenance
from services.interop.fhir.writing import patch
from services.interop.fhir.writing.refusals import BadETag, IdsAreOurs, NotOfTheAddress, NotWritable, VersionChanged
from services.interop.fhir.writing.sent import Sent
from services.interop.store import kept, messages, resources
from services.interop.usecases.write import handovers, referrals, stays
from services.interop.usecases.write.judge import judged
from services.interop.usecases.write.told import Told

WRITERS: dict[str, ModuleType] = {"Encounter": stays, "ServiceRequest": referrals, "Task": handovers}
CREATE, UPDATE, READ, SEARCH = "c", "u", "r", "s"
ETAG = re.compile(r'(?:W/)?"([0-9]{1,9})"|([0-9]{1,9})', re.ASCII)


@dataclass(frozen=True)
class Wanted:
    """A resource that is to be written, in which message it came, and on which version it was made."""

    sent: Sent
    message_id: UUID
    if_match: str | None = None
    warnings: list[Issue] = field(default_factory=list)


@dataclass(frozen=True)
class Done:
    """The resource as this left it, whatever follows in the same Bundle; 201 where it is new."""

    row: Kept
    status: int
    warnings: list[Issue] = field(default_factory=list)


def require_writable(tx: Transaction, resource_type: str, right: str, at: str) -> None:
    """Raises `NotWritable`, `TypeNotServed` or `InsufficientScope`."""
    if resource_type not in WRITERS:
        registry.known(resource_type)
        raise NotWritable(at)
    require_scope(tx.actor, f"system/{resource_type}.{right}")


async def create_resource(tx: Transaction, wanted: Wanted, resource_id: UUID) -> Done:
    """Raises a `NotTaken`."""
    require_writable(tx, wanted.sent.kind, CREATE, wanted.sent.at)
    told = await WRITERS[wanted.sent.kind].create(tx, wanted.sent, resource_id, wanted.message_id)
    return await _keep(tx, wanted, told, HTTPStatus.CREATED)


async def update_resource(tx: Transaction, resource_id: str, wanted: Wanted) -> Done:
    """Raises a `NotTaken`."""
    sent = wanted.sent
    require_writable(tx, sent.kind, UPDATE, sent.at)
    if sent.content.get("id") != resource_id:
        raise NotOfTheAddress(f"{sent.at}.id")
    row = await _row(tx, sent.kind, resource_id)
    if row is None:
        raise IdsAreOurs(f"{sent.at}.id")
    return await change(tx, row, wanted)


async def patch_resource(tx: Transaction, resource_type: str, resource_id: str, raw: bytes, wanted: Wanted) -> Done:
    """A JSON Patch on what a read shows. Raises a `NotTaken`, or `NotFound`."""
    require_writable(tx, resource_type, UPDATE, resource_type)
    row = await _row(tx, resource_type, resource_id)
    if row is None:
        raise NotFound(resource_type)
    content, warnings = await judged(patch.patched(bundle.rendered(row), raw, resource_type))
    return await change(tx, row, replace(wanted, sent=Sent(content, resource_type), warnings=warnings))


async def change(tx: Transaction, row: Resource, wanted: Wanted) -> Done:
    """The row is locked. Raises a `NotTaken`."""
    require_version(row, wanted.if_match)
    told = await WRITERS[wanted.sent.kind].change(tx, row, wanted.sent, wanted.message_id)
    return await _keep(tx, wanted, told, HTTPStatus.OK)


def require_version(row: Aggregate, if_match: str | None) -> None:
    """Raises `BadETag` or `VersionChanged`."""
    if if_match is None or if_match.strip() == "*":
        return
    tag = ETAG.fullmatch(if_match.strip())
    if tag is None:
        raise BadETag("http.If-Match")
    if int(tag[1] or tag[2]) != row.version:
        raise VersionChanged("http.If-Match")


async def _keep(tx: Transaction, wanted: Wanted, told: Told, status: HTTPStatus) -> Done:
    item = told.item
    await tx.session.flush()
    who = provenance.of_write(
        item,
        is_new=status is HTTPStatus.CREATED,
        system=tx.actor.subject,
        ods_code=told.ods_code,
        message_id=wanted.message_id,
        at=tx.now,
    )
    await resources.write(tx, [item, who])
    await messages.note(tx, wanted.message_id, MessageOutcome.ACCEPTED, status)
    row = await shown_now(tx, item.resource_type, item.resource_id)
    return Done(row, status, [*wanted.warnings, *told.warnings])


async def shown_now(tx: Transaction, resource_type: str, resource_id: UUID) -> Kept:
    """As a read shows it. Raises `NotFound`."""
    row = await kept.one(tx, resource_type, resource_id)
    if row is None:
        raise NotFound(resource_type)
    return row


async def _row(tx: Transaction, resource_type: str, resource_id: str) -> Resource | None:
    try:
        return await resources.for_change(tx, resource_type, UUID(resource_id))
    except ValueError:
        return None
