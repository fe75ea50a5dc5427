"""A nurse looks into the record that the client's surgery holds; nothing of it is kept here."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from services.common.auth import SYSTEM, Principal
from services.common.db import Database, Transaction
from services.common.errors import NotFound
from services.common.peers import InNameOf, Peers
from services.interop import clients
from services.interop.domain.gp_record import (
    GpRecord,
    Looked,
    SurgeryAway,
    SurgeryNotConnected,
    SurgeryNotKnown,
    SurgeryRefuses,
    require_verified,
)
from services.interop.domain.record import ClientRecord
from services.interop.partners.gpconnect import record as gp_record
from services.interop.partners.gpconnect.structured import Asker, GpConnect, GpConnectAway, GpConnectRefused
from services.interop.settings import InteropSettings, Surgery
from services.interop.store import partner_health

PARTNER = "gpconnect"


async def look_at_gp_record(
    database: Database, actor: Principal, named: InNameOf, peers: Peers, gp_connect: GpConnect, client_id: UUID
) -> Looked:
    """Before there is a transaction: who the client is, in the nurse's own name, and then the surgery's system.

    Raises `NotFound`, `SurgeryNotKnown`, `SurgeryNotConnected`, `NumberNotVerified`, `SurgeryRefuses` or `SurgeryAway`.
    """
    async with database.transaction(actor) as tx:
        teams = await tx.teams()
    try:
        known = await clients.client_record_in_name_of(named, client_id)
    except NotFound as error:
        raise NotFound("client") from error
    if known.client.team_id not in teams:
        raise NotFound("client")
    settings = InteropSettings.of(peers.settings)
    ods_code, surgery = _surgery(known, settings)
    number = require_verified(known.client)
    asker = await _asker(peers, actor, settings)
    try:
        found = _understood(await gp_connect.ask(surgery, number, asker, uuid4()), number)
    except GpConnectRefused as refused:
        raise SurgeryRefuses(refused.code) from refused
    except GpConnectAway as away:
        await _note(database, away.code)
        raise SurgeryAway from away
    await _note(database, None)
    return Looked(client_id, known.client.team_id, ods_code, datetime.now(UTC), found)


async def put_on_record(tx: Transaction, looked: Looked) -> Looked:
    """That somebody looked stands in the audit trail. Raises `NotFound` where the client left the team meanwhile."""
    if looked.team_id not in await tx.teams():
        raise NotFound("client")
    tx.concerns(looked.client_id)
    return looked


def _surgery(known: ClientRecord, settings: InteropSettings) -> tuple[str, Surgery]:
    """Where the client is registered, as the team wrote it down when it shared the care with that surgery.

    Raises `SurgeryNotKnown` or `SurgeryNotConnected`.
    """
    in_force = [one for one in known.surgery_share if one.stopped_at is None]
    newest = max(in_force, key=lambda one: one.told_on, default=None)
    if newest is None:
        raise SurgeryNotKnown
    surgery = settings.gpconnect_surgeries.get(newest.ods_code)
    if surgery is None:
        raise SurgeryNotConnected(newest.ods_code)
    return newest.ods_code, surgery


async def _asker(peers: Peers, actor: Principal, settings: InteropSettings) -> Asker:
    """The surgery is told who looks, by name."""
    found = await peers.get("hr", f"/v1/colleagues/{actor.employee_id}")
    return Asker(
        employee_id=str(actor.employee_id),
        given_name=str(found["given_name"]),
        family_name=str(found["family_name"]),
        ods_code=settings.ods_code,
        organisation=settings.organisation_name,
    )


def _understood(bundle: dict[str, object], number: str) -> GpRecord:
    """Raises `GpConnectAway`: another person's record is no answer, and nothing of it goes on from here."""
    try:
        return gp_record.read(bundle, number)
    except gp_record.NotTheirs:
        raise GpConnectAway("not_this_patient") from None


async def _note(database: Database, code: str | None) -> None:
    async with database.transaction(SYSTEM) as tx:
        health = await partner_health.of(tx, PARTNER)
        if code is None:
            health.answered(tx.now)
        else:
            health.failed(code, tx.now)
