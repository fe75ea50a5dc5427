"""Contacts that were done, documents that left and those that surgeries filed, for one day in England."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from services.common.db import Transaction
from services.common.types import day_in_england
from services.interop.domain.gp_document import ON_ITS_WAY, GpDocument, GpDocumentState
from services.interop.domain.reconciliation import Difference, Reconciled
from services.interop.store import feed
from services.interop.store import gp_documents as store

PARTNER = "gp_documents"
RECORDED = "caseload.care_contact.recorded.v1"
REJECTED = (GpDocumentState.REFUSED, GpDocumentState.UNDELIVERED)
NOT_ACKNOWLEDGED = (*ON_ITS_WAY, GpDocumentState.DEAD)
IN_NO_DOCUMENT = "it is in no document to the surgery"


async def reconcile(tx: Transaction, day: date) -> list[Reconciled]:
    """Counted are the contacts that clients share with their surgery, by the feed, and by the documents themselves for
    what the feed does not keep. `about` is the id of the document, or of a contact that is in none.

    What a client withdrew before it left was not to be sent, and is no difference.
    """
    documents = await store.of_day(tx, day)
    counted: dict[UUID, GpDocument] = {}
    for one in documents:
        if one.state != GpDocumentState.WITHDRAWN or one.sent_at is not None:
            counted.setdefault(one.client_id, one)
    missing = await _missing(tx, day, documents)
    told = counted.values()
    done = len(missing) + sum(len(one.contacts) for one in told)
    sent = sum(len(one.contacts) for one in told if one.sent_at is not None)
    filed = sum(len(one.contacts) for one in told if one.state == GpDocumentState.ACKNOWLEDGED)
    differences = (*missing, *filter(None, map(_difference, told)))
    return [Reconciled(PARTNER, None, done, sent, filed, differences)]


async def _missing(tx: Transaction, day: date, documents: Sequence[GpDocument]) -> list[Difference]:
    """The contacts that a surgery was to be told of when they were recorded, and that no document ever had."""
    written = {str(contact) for one in documents for contact in one.contacts}
    heard = {
        event["data"]["care_contact_id"]: UUID(event["id"])
        for event in await feed.told_of_day(tx, {RECORDED}, day)
        if event["data"].get("surgery_share_id") is not None
        and day_in_england(datetime.fromisoformat(event["data"]["started_at"])) == day
    }
    missing = {contact: event_id for contact, event_id in heard.items() if contact not in written}
    parked = await feed.parked(tx, missing.values())
    return [Difference(contact, "not_sent", _why(parked.get(event_id))) for contact, event_id in missing.items()]


def _why(parked: str | None) -> str:
    return f"its event waits among the dead letters: {parked}; see heatshield events dead" if parked else IN_NO_DOCUMENT


def _difference(document: GpDocument) -> Difference | None:
    about, reason = str(document.id), document.reason or document.state
    if document.state == GpDocumentState.ACKNOWLEDGED:
        return None
    if document.state in REJECTED:
        return Difference(about, "rejected", reason)
    if document.state in NOT_ACKNOWLEDGED or document.sent_at is not None:
        return Difference(about, "not_acknowledged", reason)
    return Difference(about, "not_sent", reason)
