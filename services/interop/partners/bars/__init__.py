"""NHS Booking and Referral Standard (BaRS) 1.x, as a receiver: its messages read, judged and answered."""

from services.interop.partners.bars.answer import acknowledgement, refusal
from services.interop.partners.bars.message import (
    MESSAGE_DEFINITIONS,
    Message,
    name_of_request,
    read,
    request_of,
    takes_back,
)
from services.interop.partners.bars.refusals import (
    AlreadyProcessed,
    AnotherPerson,
    FaultOfOurs,
    MessageRefused,
    MissingIds,
    RequestAnswered,
    RequestUnknown,
    UnknownService,
)
from services.interop.partners.bars.response import response
from services.interop.partners.bars.understand import understand

__all__ = [
    "MESSAGE_DEFINITIONS",
    "AlreadyProcessed",
    "AnotherPerson",
    "FaultOfOurs",
    "Message",
    "MessageRefused",
    "MissingIds",
    "RequestAnswered",
    "RequestUnknown",
    "UnknownService",
    "acknowledgement",
    "name_of_request",
    "read",
    "refusal",
    "request_of",
    "response",
    "takes_back",
    "understand",
]
