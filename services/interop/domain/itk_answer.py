"""What a surgery's system answers to a document: it arrived, it is filed, or why not (ITK3 response codes)."""

from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

# ITK3 Messaging Distribution, response codes: success of the infrastructure, and a patient who is known there.
ARRIVED, FILED = "20013", "30001"
# The surgery's system has this message, or this document, already.
DUPLICATE = frozenset({"20007", "20008"})


class Answered(StrEnum):
    RECEIVED = "received"
    FILED = "filed"
    REFUSED = "refused"


class ItkAnswer(NamedTuple):
    """`message_id` is the message that it answers; `code` is five digits of ITK3's response codes."""

    message_id: UUID
    code: str

    def of(self, sends: int) -> Answered:
        """What it makes of a document that left so often. A repetition that is already there is there."""
        if self.code == ARRIVED:
            return Answered.RECEIVED
        if self.code == FILED or (self.code in DUPLICATE and sends > 1):
            return Answered.FILED
        return Answered.REFUSED

    def is_refusal_of(self, sends: int) -> bool:
        return self.of(sends) is Answered.REFUSED
