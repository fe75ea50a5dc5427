"""Why a message is not taken: each rule by name, with the HTTP status, the FHIR issue-type and the way out.

These never leave the process as exceptions: the message stays stored, and the sender gets an OperationOutcome.
"""

from collections.abc import Sequence
from typing import ClassVar
from uuid import UUID

from services.common.outcome import Issue
from services.interop.domain.inbound import ReferralOutcome


class MessageRefused(Exception):
    """A rule of the standard that a message breaks, at one or more places in it."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "invalid"
    text: ClassVar[str] = ""

    def __init__(self, *expressions: str, issues: Sequence[Issue] = ()) -> None:
        super().__init__(type(self).__name__)
        self.issues = [*issues, *(Issue(self.code, expression, self.text) for expression in expressions)]


class MissingIds(MessageRefused):
    code = "required"
    text = "X-Request-Id and X-Correlation-Id are both needed, each once and each a UUID. Add what is missing."


class AlreadyProcessed(MessageRefused):
    """BaRS reserves this pair of codes for a message that was taken before."""

    status = 409
    code = "duplicate"
    text = "This message was taken before. Keep the first answer; send a new message with a new X-Request-Id."


class NotFhirJson(MessageRefused):
    status = 415
    code = "not-supported"
    text = "Send application/fhir+json in UTF-8."


class NotReadable(MessageRefused):
    """The document is not JSON that can be kept; the issue says what to change."""


class NotStorable(MessageRefused):
    status = 422
    code = "value"


class NotFhir(MessageRefused):
    """The document is not FHIR R4; one issue a fault."""


class NotAMessage(MessageRefused):
    text = "Send a Bundle of the type message whose first entry is its MessageHeader."


class VersionMissing(MessageRefused):
    code = "invariant"
    text = "State the version of BaRS that the message is made to in Bundle.meta.versionId, such as 1.1.0."


class VersionNotSupported(MessageRefused):
    status = 422
    code = "not-supported"
    text = "Messages of BaRS 1.x are taken. Send the message in one of those versions."


class EventNotSupported(MessageRefused):
    status = 422
    code = "not-supported"
    text = "Only servicerequest-request is taken here. See /fhir/R4/metadata for what is supported."


class ReasonNotSupported(MessageRefused):
    status = 422
    code = "not-supported"
    text = "A message has one reason: new, update or delete (message-reason-bars)."


class KindNotSupported(MessageRefused):
    status = 422
    code = "not-supported"
    text = "Only the categories referral and validation are taken here."


class RequestWithdrawn(MessageRefused):
    status = 422
    code = "business-rule"
    text = "A new request has the status active. To withdraw one, send it again with the reason delete."


class NotWithdrawn(MessageRefused):
    status = 422
    code = "business-rule"
    text = "What is deleted has the status revoked or entered-in-error. Send the status that you mean."


class RequestUnknown(MessageRefused):
    """It may have been sent by another system, to another team, or never."""

    status = 404
    code = "not-found"
    text = (
        "No request of yours to this service is known by this id. Use the ServiceRequest's id or fullUrl as in your"
        " first message, or the id in our answer; or send it as new."
    )


class RequestAnswered(MessageRefused):
    """BaRS: updates are taken until the interim response is sent. A decision of the team's is not undone by message."""

    status = 422
    code = "business-rule"
    ANSWERS: ClassVar[dict[ReferralOutcome, str]] = {
        ReferralOutcome.ACCEPTED: (
            "The team has accepted this request and looks after the person. It hears that you asked for a change, not"
            " for which: telephone it with the referral reference."
        ),
        ReferralOutcome.NOT_TAKEN: "The team has answered that it does not take this request. Send a new one.",
        ReferralOutcome.WITHDRAWN: "You withdrew this request, and the team has not accepted it. Send a new one.",
    }

    def __init__(self, expression: str, inbound_referral_id: UUID, outcome: ReferralOutcome) -> None:
        super().__init__(issues=[Issue(self.code, expression, self.ANSWERS[outcome])])
        self.accepted_id = inbound_referral_id if outcome is ReferralOutcome.ACCEPTED else None


class AnotherPerson(MessageRefused):
    status = 422
    code = "business-rule"
    text = (
        "This is about somebody else than the request was at first. Withdraw it and send a new one, or telephone the"
        " team if the first message named the wrong person."
    )


class ElementMissing(MessageRefused):
    code = "required"
    text = "This part is missing from the message, or its reference leads nowhere. Add it."


class FaultOfOurs(MessageRefused):
    """We failed over a message. It is kept as it came, not judged, so the sender may send it again as it is."""

    status = 500
    code = "exception"
    text = (
        "Something went wrong on our side. The message is kept, but its referral is not taken: send it again, or"
        " telephone the team."
    )


class UnknownService(MessageRefused):
    status = 404
    code = "not-found"
    text = "No service is reached here under this identifier. Check it in the Directory of Services."
