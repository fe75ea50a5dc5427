"""One row of the audit trail: made from the request, completed by what came of it, written in its transaction."""

import logging
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from ipaddress import ip_address
from typing import Any, Self
from uuid import UUID

import asyncpg
from fastapi import Request, Response

from services.common.audit.concern import Concern
from services.common.audit.operation import Operation
from services.common.audit.purpose import Purpose, usual
from services.common.audit.tables import EVENT
from services.common.auth import Principal
from services.common.connected import Connected
from services.common.errors import Unavailable
from services.common.outages import is_database_down
from services.common.spelling import spelled
from services.common.tracing import trace_id

log = logging.getLogger(__name__)

SUCCESS, MINOR, SERIOUS, MAJOR = 0, 4, 8, 12
NOT_FOR_THEM = {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}
# Set by the gateway, which passes on none that a caller sends.
SOURCE = "x-forwarded-for"
REPLAYED = "idempotency-replayed"


class NotAudited(Unavailable):
    """What cannot be put on record is not done."""

    def __init__(self) -> None:
        super().__init__("This cannot be put on record for the moment, so it was not done.")


@dataclass
class Entry:
    """Who did what for which purpose, and how it ended. It has no place for anything that a person wrote."""

    actor: Principal
    issuer: str
    operation: str
    action: str
    entity_type: str
    entity_id: UUID | None = None
    request_id: UUID | None = None
    trace_id: str | None = None
    fields: list[str] | None = None
    source_address: str | None = None
    purpose: Purpose | None = None
    outcome: int = SUCCESS
    reason_code: str | None = None
    concern: Concern = field(default_factory=Concern)
    # What else was done by the same request, each with whom it concerned and how it ended.
    parts: list["Entry"] = field(default_factory=list)

    def part(self, action: str, operation: str, entity_type: str, entity_id: UUID | None) -> "Entry":
        """One of the things that this request does, on record by itself."""
        about: dict[str, Any] = {"entity_type": entity_type, "entity_id": entity_id, "concern": Concern()}
        made = replace(self, action=action, operation=operation, fields=None, parts=[], **about)
        self.parts.append(made)
        return made

    @classmethod
    def of(cls, request: Request, operation: Operation, actor: Principal) -> Self:
        return cls(
            actor=actor,
            issuer=request.app.state.settings.issuer,
            operation=operation.name,
            action=operation.action,
            entity_type=operation.entity_type,
            request_id=UUID(request.state.request_id),
            trace_id=trace_id(request.scope),
            source_address=_address(request),
        )

    def ask(self, request: Request, operation: Operation) -> None:
        """What was asked for, once the body has been read."""
        self.entity_type, self.entity_id = operation.entity(request)
        self.fields = operation.fields(request) or None

    def answer(self, response: Response) -> None:
        """How it was answered; some routes keep what they refuse, and so refuse without raising."""
        self.outcome = outcome_of(response.status_code)
        self.reason_code = "replayed" if REPLAYED in response.headers else None

    def refuse(self, status: int, code: str) -> None:
        self.outcome, self.reason_code = outcome_of(status), code

    async def write(self, connected: Connected) -> None:
        """With the commit. Raises `NotAudited`, and then the whole transaction has failed with it."""
        rows = [one._row() for one in (*self.parts, self)]
        values = ", ".join(f"({', '.join(map(spelled, row.values()))})" for row in rows)
        insert = f"insert into {EVENT} ({', '.join(rows[0])}) values {values}"  # noqa: S608
        await connected.driver()
        try:
            await connected.end(insert)
        except asyncpg.PostgresError as error:
            # Where it has ended, it was the commit itself that failed.
            if is_database_down(error) or not connected.is_open:
                raise
            log.error("audit trail not written", extra={"error": type(error).__name__})
            raise NotAudited from error

    def _row(self) -> dict[str, Any]:
        subject, acting_for = _who(self.actor)
        return {
            "issuer": self.issuer,
            "subject": subject,
            "acting_for": acting_for,
            "persona": str(self.actor.persona),
            "action": self.action,
            "operation": self.operation,
            "entity_type": self.entity_type,
            "entity_id": self.entity_id,
            "client_ids": list(self.concern.clients()) or None,
            "team": self.concern.team(),
            "purpose": str(self.purpose or usual(self.actor.persona)),
            "outcome": self.outcome,
            "reason_code": self.reason_code,
            "request_id": self.request_id,
            "trace_id": self.trace_id,
            "fields": self.fields,
            "source_address": self.source_address,
        }


def outcome_of(status: int) -> int:
    """FHIR's audit-event-outcome: asking for what is not for one is serious, a fault of ours is major."""
    if status < HTTPStatus.BAD_REQUEST:
        return SUCCESS
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return MAJOR
    return SERIOUS if status in NOT_FOR_THEM else MINOR


def _who(actor: Principal) -> tuple[str, str | None]:
    """The service that passes a person's question on is the one who asks, on that person's behalf."""
    return (actor.through, actor.subject) if actor.through else (actor.subject, None)


def _address(request: Request) -> str | None:
    told = request.headers.get(SOURCE)
    try:
        return told and str(ip_address(told.strip()))
    except ValueError:
        return None
