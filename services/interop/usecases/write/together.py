"""A batch, of which each entry stands for itself; a transaction, of which all is done or none (FHIR R4, 3.1.0.11)."""

from base64 import b64decode
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.exc import DBAPIError
from uuid6 import uuid7

from services.common import body
from services.common.attempts import attempt
from services.common.db import Transaction
from services.common.errors import ServiceError, refusal_of
from services.common.outcome import MEDIA_TYPE, Issue, issue_type
from services.common.scopes import InsufficientScope, require_scope
from services.interop.domain.inbound import MessageOutcome
from services.interop.domain.resource import Resource, read_back
from services.interop.fhir import registry
from services.interop.fhir.writing import entries, patch
from services.interop.fhir.writing.entries import Asked
from services.interop.fhir.writing.refusals import (
    BadPatch,
    ElementNeeded,
    EntryRefused,
    NoneMatches,
    NothingIsDeleted,
    NotOfTheAddress,
    NotProcessed,
    NotTaken,
    TooManyConditions,
)
from services.interop.fhir.writing.sent import Sent
from services.interop.store import messages
from services.interop.usecases.refer import keep_plain_message
from services.interop.usecases.write import turns
from services.interop.usecases.write.conditional import create_unless_there, met, the_one, update_found
from services.interop.usecases.write.judge import judged
from services.interop.usecases.write.one import (
    Done,
    Wanted,
    create_resource,
    patch_resource,
    require_writable,
    update_resource,
)

BATCH, TRANSACTION = "batch", "transaction"
# As many as a Bundle has entries.
MOST_CONDITIONS = 500


@dataclass(frozen=True)
class Answered:
    """What one entry is answered with: what was written, what was read, or why not."""

    status: int
    done: Done | None = None
    read: Any = None
    issues: Sequence[Issue] = field(default_factory=list)


# Answers an entry that only reads.
Reader = Callable[[Asked], Awaitable[Answered]]


async def write_bundle(tx: Transaction, raw: bytes, kept: UUID | None, read: Reader) -> tuple[str, list[Answered]]:
    """The type of the Bundle, and the answers in the order of its entries.

    `kept` is the message that it came in; there is none of a caller who may write nothing.
    Raises a `NotTaken` where nothing of it was done.
    """
    parsed = body.parse(raw)
    kind = parsed.get("type") if isinstance(parsed, dict) and parsed.get("resourceType") == "Bundle" else None
    if kind == TRANSACTION:
        content, _ = await judged(raw)
        work = Work(tx, kept, read)
        found = await work.whole(entries.asked(content))
    elif kind == BATCH:
        content, _ = await judged(orjson.dumps(entries.without_resources(parsed)))
        work = Work(tx, kept, read)
        asked = entries.asked({"entry": entries.with_resources(content, read_back(raw.decode()))})
        await work.hold_clients(asked, await work.hold_rows(asked))
        found = {one.position: await work.alone(one) for one in entries.in_order(asked)}
    else:
        raise NotProcessed("Bundle.type")
    if kept is not None:
        await messages.note(tx, kept, MessageOutcome.ACCEPTED, HTTPStatus.OK)
    return kind, [found[place] for place in sorted(found)]


@dataclass
class Work:
    """One Bundle at work. `known` are the resources here by the names that they have in it."""

    tx: Transaction
    kept: UUID | None
    read: Reader
    ids: dict[int, UUID] = field(default_factory=dict)
    known: dict[str, str] = field(default_factory=dict)
    conditions: int = 0

    async def hold_rows(self, asked: Sequence[Asked]) -> Sequence[Resource]:
        """Who may write nothing holds nothing."""
        return await turns.hold_rows(self.tx, asked) if self.kept is not None else ()

    async def hold_clients(self, asked: Sequence[Asked], rows: Sequence[Resource]) -> None:
        if self.kept is not None:
            await turns.hold_clients(self.tx, asked, rows)

    async def whole(self, asked: Sequence[Asked]) -> dict[int, Answered]:
        """Raises `NamedTwice` or `EntryRefused`: then nothing of it was done."""
        entries.require_once(asked)
        rows = await self.hold_rows(asked)
        for one in asked:
            await self._placed(one, self._name(one))
        for one in asked:
            await self._placed(one, self._lead(one))
        await self.hold_clients(asked, rows)
        found = dict[int, Answered]()
        for one in entries.in_order(asked):
            found[one.position] = await self._placed(one, self._answer(one))
            self._put_on_record(one, found[one.position])
        return found

    async def alone(self, one: Asked) -> Answered:
        """One of a batch: what it did until it was refused is undone, and the others go on."""
        try:
            async with attempt(self.tx):
                if one.method in {"POST", "PUT"} and one.resource is not None:
                    one = replaced(one, await self._judged(one))
                self.ids[one.position] = uuid7()
                answered = await self._answer(one)
        except (ServiceError, DBAPIError) as error:
            refused = _refused(one, error)
            return Answered(refused.status, issues=refused.issues)
        self._put_on_record(one, answered)
        return answered

    async def _placed(self, one: Asked, work: Awaitable[Any]) -> Any:
        """Raises `EntryRefused`, which names the entry."""
        try:
            return await work
        except ServiceError as error:
            raise _refused(one, error) from error

    async def _judged(self, one: Asked) -> dict[str, Any]:
        try:
            content, _ = await judged(orjson.dumps(one.resource))
        except NotTaken as error:
            raise EntryRefused(error.status, [_below(issue, one) for issue in error.issues]) from error
        return content

    async def _name(self, one: Asked) -> None:
        """The id that what is written will have: a new one, or that of what a condition finds."""
        place = one.resource_id
        if one.method == "POST" or (one.method == "PUT" and place is None):
            require_writable(self.tx, one.kind, "c" if one.method == "POST" else "u", one.at)
            condition = one.only_if
            found = await the_one(self.tx, one.kind, condition, f"{one.at}.request") if condition else None
            self.ids[one.position] = found.resource_id if found else uuid7()
            place = str(self.ids[one.position])
        if one.full_url is not None and place is not None:
            self.known[one.full_url] = f"{one.kind}/{place}"

    async def _lead(self, one: Asked) -> None:
        """References lead to what they name, and conditional ones to the one resource that they find."""
        if one.resource is None or one.method not in {"POST", "PUT"}:
            return
        for reference, at in entries.references(one.resource, f"{one.at}.resource"):
            text = reference["reference"]
            if text not in self.known and entries.CONDITIONAL.fullmatch(text):
                await self._find(text, at)
        entries.led_to(one.resource, self.known.get)

    async def _find(self, text: str, at: str) -> None:
        """Each is asked once. It is led to and not written, so that nobody waits for it."""
        kind, _, condition = text.partition("?")
        registry.served(kind)
        self.conditions += 1
        if self.conditions > MOST_CONDITIONS:
            raise TooManyConditions(at)
        require_scope(self.tx.actor, f"system/{kind}.s")
        found = await met(self.tx, kind, condition, at)
        if found is None:
            raise NoneMatches(at)
        self.known[text] = f"{kind}/{found.resource_id}"

    async def _answer(self, one: Asked) -> Answered:
        if one.method == "GET":
            return await self.read(one)
        done = await self._write(one)
        return Answered(done.status, done)

    def _put_on_record(self, one: Asked, answered: Answered) -> None:
        """What was written, once it can fail no more."""
        done, record = answered.done, self.tx.record
        if done is None or record is None:
            return
        action, place = ("C", "") if done.status == HTTPStatus.CREATED else ("U", "/{resource_id}")
        name = f"{one.method} /fhir/R4/{{resource_type}}{place}"
        part = record.part(action, name, one.kind, done.row.resource_id)
        part.concern.name([done.row.client_id] if done.row.client_id else [])

    async def _write(self, one: Asked) -> Done:
        if one.method == "DELETE":
            require_writable(self.tx, one.kind, "d", one.at)
            raise NothingIsDeleted(one.at)
        if one.method == "PATCH":
            return await self._patch(one)
        require_writable(self.tx, one.kind, "c" if one.method == "POST" else "u", one.at)
        if one.resource is None:
            raise ElementNeeded(f"{one.at}.resource")
        if one.resource["resourceType"] != one.kind:
            raise NotOfTheAddress(f"{one.at}.resource")
        wanted = await self._wanted(Sent(one.resource, f"{one.at}.resource"), one)
        made, condition = self.ids.get(one.position), one.only_if
        if one.resource_id is not None:
            return await update_resource(self.tx, one.resource_id, wanted)
        if made is None or (one.method == "PUT" and condition is None):
            raise ElementNeeded(f"{one.at}.request.url")
        if condition is None:
            return await create_resource(self.tx, wanted, made)
        conditionally = create_unless_there if one.method == "POST" else update_found
        return await conditionally(self.tx, wanted, made, condition)

    async def _patch(self, one: Asked) -> Done:
        """A JSON Patch in a Binary (FHIR R4, 3.1.0.11.2)."""
        resource = one.resource if isinstance(one.resource, dict) else {}
        is_patch = resource.get("resourceType") == "Binary" and resource.get("contentType") == patch.MEDIA_TYPE
        if not is_patch or one.resource_id is None:
            raise BadPatch(f"{one.at}.resource")
        try:
            raw = b64decode(str(resource.get("data", "")), validate=True)
        except ValueError as error:
            raise BadPatch(f"{one.at}.resource.data") from error
        wanted = Wanted(Sent({}, one.at), self._message(), one.request.get("ifMatch"))
        return await patch_resource(self.tx, one.kind, one.resource_id, raw, wanted)

    async def _wanted(self, sent: Sent, one: Asked) -> Wanted:
        """A referral is kept by itself as well: its team may look at what was sent, and at nothing beside it."""
        message_id = self._message()
        if sent.kind == "ServiceRequest":
            message_id = await keep_plain_message(self.tx, orjson.dumps(sent.content), MEDIA_TYPE)
        return Wanted(sent, message_id, one.request.get("ifMatch"))

    def _message(self) -> UUID:
        """Raises `InsufficientScope`."""
        if self.kept is None:
            raise InsufficientScope
        return self.kept


def replaced(one: Asked, resource: dict[str, Any]) -> Asked:
    return Asked(**{**vars(one), "resource": resource})


def _below(issue: Issue, one: Asked) -> Issue:
    """At its place in the Bundle."""
    _, dot, rest = issue.expression.partition(".")
    return Issue(issue.code, f"{one.at}.resource{dot}{rest}", issue.text, issue.severity)


def _refused(one: Asked, error: Exception) -> EntryRefused:
    """Raises what is a defect of ours."""
    refusal = error if isinstance(error, ServiceError) else refusal_of(error)
    if refusal is None:
        raise error
    if isinstance(refusal, NotTaken):
        issues = [_at_entry(issue, one) for issue in refusal.issues]
    else:
        text = f"{refusal.detail} {refusal.way_out}".strip()
        issues = [Issue(issue_type(refusal.status), f"{one.at}.request", text)]
    return EntryRefused(refusal.status, issues)


def _at_entry(issue: Issue, one: Asked) -> Issue:
    if issue.expression.startswith("Bundle."):
        return issue
    if issue.expression.startswith("http"):
        return Issue(issue.code, f"{one.at}.request", issue.text, issue.severity)
    return _below(issue, one)
