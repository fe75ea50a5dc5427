"""Messages of a hospital's that wait for a look: listed, tried again once what was missing is there, or set aside."""

from typing import Any
from uuid import UUID

from services.common.db import Transaction, require_version
from services.common.errors import Unprocessable
from services.common.paging import PageRequest, page
from services.interop.domain.adt import AdtMessage, AdtOutcome
from services.interop.partners.hl7 import message as hl7
from services.interop.settings import InteropSettings
from services.interop.store import adt as store
from services.interop.store import messages
from services.interop.usecases.admissions.answer import ENGINE
from services.interop.usecases.admissions.apply import apply


class StillWrong(Unprocessable):
    """The message itself is to be corrected where it came from."""

    field = "/path/adt_message_id"
    way_out = "Have it corrected in the hospital's system and sent again, or set it aside."

    def __init__(self, text: str) -> None:
        super().__init__(f"It is refused as before. {text}")


async def list_adt_messages(tx: Transaction, request: PageRequest, outcome: AdtOutcome | None) -> dict[str, Any]:
    return await page(tx, store.listed(outcome), AdtMessage, request)


async def read_adt_message(tx: Transaction, adt_message_id: UUID) -> AdtMessage:
    """Raises `NotFound`."""
    return await tx.get(AdtMessage, adt_message_id)


async def set_adt_aside(tx: Transaction, adt_message_id: UUID, if_match: int) -> AdtMessage:
    """Somebody looked, and nothing is to be done. Raises `NotFound` or `NothingToMend`."""
    found = await tx.get(AdtMessage, adt_message_id, lock=True)
    require_version(found, if_match)
    found.require_open()
    return found.settled(AdtOutcome.SET_ASIDE, found.text, found.hospital_stay_id, tx.now)


async def try_adt_again(tx: Transaction, adt_message_id: UUID, if_match: int, settings: InteropSettings) -> AdtMessage:
    """As it came, now that the client is known by the number, say. It is told as by the trust's own engine.

    Raises `NotFound`, `NothingToMend` or `StillWrong`.
    """
    found = await tx.get(AdtMessage, adt_message_id, lock=True)
    require_version(found, if_match)
    found.require_open()
    kept = await messages.message(tx, found.message_id)
    asked_by, tx.actor = tx.actor, ENGINE
    try:
        head = hl7.header(kept.raw)
        hl7.require_ours(head)
        applied = await apply(tx, head.sender, hl7.read(head), settings.hl7_ods_code, kept.id)
    except hl7.NotTaken as refused:
        raise StillWrong(refused.text) from refused
    finally:
        tx.actor = asked_by
    return found.settled(applied.outcome, applied.text, applied.stay_id, tx.now)
