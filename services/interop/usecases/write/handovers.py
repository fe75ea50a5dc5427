"""A service outside answers, by its own system, that it takes a client for the night: the team hears of it."""

from datetime import datetime
from typing import NoReturn
from uuid import UUID

from services.common.db import Transaction
from services.common.scopes import handovers_of, require_scope
from services.interop.domain.resource import Resource
from services.interop.events import HandoverAnswered
from services.interop.fhir.mapping import parts
from services.interop.fhir.writing.sent import Sent
from services.interop.partners.trusts import handover
from services.interop.usecases.write.told import Told, shown


async def create(tx: Transaction, sent: Sent, task_id: UUID, message_id: UUID) -> NoReturn:
    """Raises `OnlyAnswered`."""
    raise handover.OnlyAnswered(sent.at)


async def change(tx: Transaction, kept: Resource, sent: Sent, message_id: UUID) -> Told:
    """Shown as answered from now on, until caseload tells what became of it.

    Raises a `NotTaken`, or `InsufficientScope` where another organisation was asked.
    """
    answer, owner = handover.understand(sent, kept.content, tx.now), _owner(kept)
    require_scope(tx.actor, handovers_of(owner))
    client_id, content = kept.client_id, kept.content
    if client_id is not None:
        tx.concerns(client_id)
    if answer != content["status"]:
        said = {name: value for name, value in sent.content.items() if name in ("statusReason", "note")}
        content = {**content, **said, "status": answer, "lastModified": parts.instant(tx.now)}
        told = HandoverAnswered(
            handover_id=kept.resource_id,
            client_id=client_id,
            team_id=kept.team_id,
            sent_at=datetime.fromisoformat(content["authoredOn"]),
            status=answer,
        )
        tx.publish(told, about=kept)
    return Told(shown(sent, content, kept.resource_id, kept.team_id, client_id), owner)


def _owner(kept: Resource) -> str:
    code: str = kept.content["owner"]["identifier"]["value"]
    return code
