"""The NHS says whose an NHS number is, by way of interop, and the record follows."""

from services.caseload.clients import TracedNumber
from services.caseload.domain.base import TRUSTED
from services.caseload.domain.client import Client
from services.caseload.domain.referral import Referral
from services.caseload.events import NhsNumberChanged
from services.caseload.store import matches
from services.common.db import Transaction


async def hear_of_number(tx: Transaction, traced: TracedNumber) -> None:
    """The referral and its client have the number that was traced. Where another client of the team's has it already,
    one of the two is wrong, and it waits to be resolved."""
    client_id = traced.client_id
    if traced.referral_id is not None:
        referral = await tx.get(Referral, traced.referral_id, lock=True)
        client_id = client_id or referral.client_id
        if referral.has_number(traced.nhs_number, traced.nhs_number_status):
            referral.changed_at = tx.now
    if client_id is not None:
        await _put_right(tx, await tx.get(Client, client_id, lock=True), traced)


async def _put_right(tx: Transaction, client: Client, traced: TracedNumber) -> None:
    before = client.nhs_number, client.nhs_number_status
    with tx.session.no_autoflush:
        client.has_number(traced.nhs_number, traced.nhs_number_status)
        if client.nhs_number_status in TRUSTED and await matches.is_anothers(tx, client):
            client.doubt_number()
    if (client.nhs_number, client.nhs_number_status) == before:
        return
    client.changed_at = tx.now
    changed = NhsNumberChanged(client_id=client.id, team_id=client.team_id, nhs_number_status=client.nhs_number_status)
    tx.publish(changed, about=client)
