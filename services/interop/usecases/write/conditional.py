"""Writes that hang on what is there: If-None-Exist, and an update of whatever a search finds (FHIR R4, 3.1.0)."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from services.common.db import Transaction
from services.common.scopes import require_scope
from services.interop.domain.inbound import MessageOutcome
from services.interop.domain.resource import Resource
from services.interop.fhir import registry, search, tokens
from services.interop.fhir.asked import IdentifierInAddress, Search
from services.interop.fhir.writing.refusals import IdsAreOurs, ManyMatch, NoCondition, NotOfTheAddress
from services.interop.store import messages, resource_search, resources
from services.interop.usecases.write.one import (
    CREATE,
    READ,
    SEARCH,
    UPDATE,
    Done,
    Wanted,
    change,
    create_resource,
    require_writable,
    shown_now,
)


async def create_unless_there(tx: Transaction, wanted: Wanted, resource_id: UUID, condition: str) -> Done:
    """Created where nothing meets the condition; what does is the answer. Raises a `NotTaken` or `BadSearch`."""
    kind = wanted.sent.kind
    require_writable(tx, kind, CREATE, wanted.sent.at)
    require_scope(tx.actor, f"system/{kind}.{READ}")
    found = await the_one(tx, kind, condition, "http.If-None-Exist")
    if found is None:
        return await create_resource(tx, wanted, resource_id)
    await messages.note(tx, wanted.message_id, MessageOutcome.ACCEPTED, HTTPStatus.OK)
    return Done(await shown_now(tx, kind, found.resource_id), HTTPStatus.OK)


async def update_found(tx: Transaction, wanted: Wanted, resource_id: UUID, condition: str) -> Done:
    """What meets the condition is updated; where nothing does it is created. Raises a `NotTaken` or `BadSearch`.

    The condition stands in an address, in which no NHS number is taken.
    """
    sent = wanted.sent
    require_writable(tx, sent.kind, UPDATE, sent.at)
    if any(tokens.names_the_system(one) or tokens.holds_nhs_number(one) for _, one in search.parameters(condition)):
        raise IdentifierInAddress
    found, own = await the_one(tx, sent.kind, condition, "http"), sent.content.get("id")
    if found is None and own is not None:
        raise IdsAreOurs(f"{sent.at}.id")
    if found is None:
        return await create_resource(tx, wanted, resource_id)
    if own not in {None, str(found.resource_id)}:
        raise NotOfTheAddress(f"{sent.at}.id")
    return await change(tx, found, wanted)


async def the_one(tx: Transaction, resource_type: str, condition: str, at: str) -> Resource | None:
    """What meets the condition, locked. Two who ask the same at once come one after the other.

    Raises `NoCondition`, `ManyMatch`, `BadSearch` or `InsufficientScope`.
    """
    await tx.take_turns(turn_of(resource_type, condition))
    found = await met(tx, resource_type, condition, at)
    return await resources.for_change(tx, resource_type, found.resource_id) if found else None


def turn_of(resource_type: str, condition: str) -> str:
    """What whoever writes on a condition holds meanwhile."""
    return f"{resource_type}?{condition}"


async def met(tx: Transaction, resource_type: str, condition: str, at: str) -> Resource | None:
    """What meets the condition, as it is.

    It tells as much as a search does, and is asked for and put on record as one is. Raises `NoCondition`, `ManyMatch`,
    `BadSearch` or `InsufficientScope`.
    """
    kind = registry.SERVED[resource_type]
    asked = search.parse(kind, [], search.parameters(condition), strict=True)
    for name in {resource_type, *asked.searched_types()}:
        require_scope(tx.actor, f"system/{name}.{SEARCH}")
    tx.concerns(*asked.patients_named(resource_type))
    if not _is_narrow(asked):
        raise NoCondition(at)
    found: Any = await tx.all((await resource_search.searched(tx, resource_type, asked)).limit(2))
    if len(found) > 1:
        raise ManyMatch(at)
    return found[0] if found else None


def _is_narrow(asked: Search) -> bool:
    return any((asked.ids, asked.patients, asked.tokens, asked.times, asked.amounts, asked.of_patients, asked.had))
