"""Why a write is not taken: each rule by name, with its HTTP status, its FHIR issue-type and the way out."""

from collections.abc import Sequence
from typing import ClassVar

from services.common.errors import ServiceError
from services.common.outcome import Issue

WRITABLE = ("Encounter", "ServiceRequest", "Task")
# What is written by the team, and changed by whoever it asks.
ANSWERED = ("Task",)
WHAT_MAY_BE = (
    "Written here are a referral (ServiceRequest), a hospital stay (Encounter of the class IMP), and the answer to a"
    " handover (the status of a Task)."
)


class NotTaken(ServiceError):
    """Of one write, with an issue for each fault. What was sent is never repeated in the words of an issue."""

    status = 422
    issue_type: ClassVar[str] = "business-rule"
    field = "/body"

    def __init__(self, *expressions: str, issues: Sequence[Issue] = ()) -> None:
        super().__init__("This is not taken.")
        self.issues = [*issues, *(Issue(self.issue_type, one, self.way_out) for one in expressions)]


class NotWritable(NotTaken):
    status = 405
    issue_type = "not-supported"
    way_out = f"This type of resource is not written here. {WHAT_MAY_BE}"
    headers: ClassVar[dict[str, str]] = {"Allow": "GET, HEAD"}


class NothingIsDeleted(NotTaken):
    status = 405
    issue_type = "not-supported"
    way_out = "Nothing is deleted here. Set an Encounter to cancelled or entered-in-error; ring about a referral."
    headers: ClassVar[dict[str, str]] = {"Allow": "GET, HEAD, PUT, PATCH"}


class IdsAreOurs(NotTaken):
    """FHIR R4, 3.1.0.4.1: a server that gives its own ids answers so to a PUT where nothing is."""

    status = 405
    issue_type = "not-supported"
    way_out = "There is nothing with this id, and ids are given here. Send a POST to the type."
    headers: ClassVar[dict[str, str]] = {"Allow": "GET, HEAD"}


class NotTheWriters(NotTaken):
    status = 403
    issue_type = "forbidden"
    way_out = "Only the system that wrote a resource changes it. Ring the team about anybody else's."


class NotOfTheAddress(NotTaken):
    status = 400
    issue_type = "invalid"
    way_out = "The address and the resource name different things. Send it to the address of its own type and id."


class BadPatch(NotTaken):
    status = 400
    issue_type = "invalid"
    way_out = "This is no JSON Patch (RFC 6902) that fits the resource. Read it again, and patch what is there."


class TooLongMade(NotTaken):
    """No patch makes more than could be sent at once, or a resource would grow by each."""

    status = 413
    issue_type = "too-long"
    way_out = "With this patch the resource would be larger than 1 MiB. Leave something of it out."


class NoCondition(NotTaken):
    status = 400
    issue_type = "invalid"
    way_out = "The condition names nothing to search by. Give an identifier, or another search parameter of the type."


class ManyMatch(NotTaken):
    status = 412
    issue_type = "multiple-matches"
    way_out = "The condition is met by more than one resource. Ask more closely, such as by an identifier."


class NoneMatches(NotTaken):
    status = 412
    issue_type = "not-found"
    way_out = "Nothing is found by this reference. Search for it first, and refer to what was found."


class BadETag(NotTaken):
    status = 400
    issue_type = "invalid"
    way_out = 'This ETag cannot be read. Send it as it was given, such as W/"3".'


class VersionChanged(NotTaken):
    status = 412
    issue_type = "conflict"
    way_out = "The resource has changed since that version. Read it again, and make the change on what is there now."


class ElementNeeded(NotTaken):
    issue_type = "required"
    way_out = "This is needed here. Add it."


class NotKnownHere(NotTaken):
    issue_type = "not-found"
    way_out = "Nothing here is known by this. Compare it with what a search finds here, or ring the team."


class TimeNotTold(NotTaken):
    issue_type = "value"
    way_out = "No clock shows this time. Correct it."


class TooLongToFind(NotTaken):
    issue_type = "too-long"
    way_out = "A code, an identifier or a reference is longer than can be found again. Keep each under 1,900 bytes."


class TooManyConditions(NotTaken):
    """Each is a search, and the Bundle is answered when all have been made."""

    issue_type = "too-costly"
    way_out = "A transaction has at most 500 different conditional references. Send the other entries in another."


class NotProcessed(NotTaken):
    status = 400
    issue_type = "invalid"
    way_out = "Send a Bundle of the type batch or transaction here. A message goes to $process-message."


class NotAnAddress(NotTaken):
    status = 400
    issue_type = "invalid"
    way_out = "An entry asks for Type, Type/id, Type/id/_history/version or Type?search, by POST, PUT, PATCH or GET."


class NamedTwice(NotTaken):
    """FHIR R4, 3.1.0.11.2: a resource is in a transaction once."""

    status = 400
    issue_type = "duplicate"
    way_out = "Two entries of this transaction change the same resource, or hang on the same condition. Leave one out."


class EntryRefused(NotTaken):
    """What is wrong with one entry, each issue at its place in the Bundle; the status is that of the refusal."""

    def __init__(self, status: int, issues: Sequence[Issue]) -> None:
        super().__init__(issues=issues)
        self.status = status  # type: ignore[misc]
