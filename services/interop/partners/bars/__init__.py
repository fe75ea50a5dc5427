"""NHS Booking and Referral Standard (BaRS) 1.x, as a receiver: its messages read, judged and answered."""

from services.interop.partners.bars.answer import acknowledgement, refusal
from services.interop.partners.bars.message import MESSAGE_DEFINITIONS, Message, read
from services.interop.partners.bars.refusals import (
    AlreadyProcessed,
    FaultOfOurs,
    MessageRefused,
    MissingIds,
    UnknownService,
)
from services.interop.partners.bars.understand import understand

__all__ = [
    "MESSAGE_DEFINITIONS",
    "AlreadyProcessed",
    "FaultOfOurs",
    "Message",
    "MessageRefused",
    "MissingIds",
    "UnknownService",
    "acknowledgement",
    "read",
    "refusal",
    "understand",
]
