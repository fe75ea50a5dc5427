"""Contacts that were done, documents that left and those that surgeries filed, for one day in England."""

from datetime import date

from sqlalchemy import select
from sqlmodel import col

from services.common.db import Transaction
from services.interop.domain.gp_document import ON_ITS_WAY, GpDocument, GpDocumentState
from services.interop.domain.reconciliation import Difference, Reconciled

PARTNER = "gp_documents"
REJECTED = (GpDocumentState.REFUSED, GpDocumentState.UNDELIVERED)
NOT_ACKNOWLEDGED = (*ON_ITS_WAY, GpDocumentState.DEAD)


async def reconcile(tx: Transaction, day: date) -> list[Reconciled]:
    """Counted are the contacts that clients share with their surgery. `about` is the id of the document.

    What a client withdrew before it left was not to be sent, and is no difference.
    """
    of_day = select(GpDocument).where(col(GpDocument.happened_on) == day).order_by(col(GpDocument.id))
    documents = await tx.all(of_day)
    newest = {one.client_id: one for one in sorted(documents, key=lambda one: one.edition)}
    counted = [one for one in newest.values() if one.state != GpDocumentState.WITHDRAWN or one.sent_at is not None]
    done = sum(len(one.contacts) for one in counted)
    sent = sum(len(one.contacts) for one in counted if one.sent_at is not None)
    filed = sum(len(one.contacts) for one in counted if one.state == GpDocumentState.ACKNOWLEDGED)
    differences = tuple(filter(None, map(_difference, counted)))
    return [Reconciled(PARTNER, None, done, sent, filed, differences)]


def _difference(document: GpDocument) -> Difference | None:
    about, reason = str(document.id), document.reason or document.state
    if document.state == GpDocumentState.ACKNOWLEDGED:
        return None
    if document.state in REJECTED:
        return Difference(about, "rejected", reason)
    if document.state in NOT_ACKNOWLEDGED or document.sent_at is not None:
        return Difference(about, "not_acknowledged", reason)
    return Difference(about, "not_sent", reason)
