"""A handover for a night as the service outside answers it: the status of the Task that asks for it."""

from datetime import datetime
from enum import StrEnum

from services.interop.fhir import times
from services.interop.fhir.writing.refusals import NotTaken
from services.interop.fhir.writing.sent import Content, Sent


class HandoverAnswer(StrEnum):
    """What a service outside may say (task-status)."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    COMPLETED = "completed"


MAY_FOLLOW = {
    HandoverAnswer.ACCEPTED: "requested",
    HandoverAnswer.REJECTED: "requested",
    HandoverAnswer.COMPLETED: "accepted",
}
# What whoever answers may say of it; all else is the team's.
THEIRS = {"status", "statusReason", "businessStatus", "note", "lastModified", "executionPeriod", "meta", "text"}


class OnlyAnswered(NotTaken):
    status = 405
    issue_type = "not-supported"
    way_out = "A Task is made by a team, and answered here. Update the status of one that is there."


class NotAskedOfASystem(NotTaken):
    status = 403
    issue_type = "forbidden"
    way_out = "This handover names no organisation whose system answers it. Accept it by its link, or ring the team."


class NotAnAnswer(NotTaken):
    way_out = f"A handover is answered by the status {', '.join(HandoverAnswer)}. Choose one of these."


class TheTeamsOwn(NotTaken):
    way_out = "An answer changes the status, and may give a statusReason or a note. Leave the rest as it was read."


class CannotFollow(NotTaken):
    status = 409
    issue_type = "conflict"
    way_out = "What is requested may be accepted or rejected, and what is accepted completed. Read it again."


class TooLate(NotTaken):
    """Whoever is on call has been warned that nobody accepted."""

    status = 409
    issue_type = "conflict"
    way_out = "The time to answer is over, and the team knows that nobody accepted. Ring the team."


def understand(sent: Sent, kept: Content, now: datetime) -> HandoverAnswer:
    """What is answered to the Task as it is kept. The same once more is no fault.

    Raises `NotAskedOfASystem`, `NotAnAnswer`, `TheTeamsOwn`, `CannotFollow` or `TooLate`.
    """
    if "owner" not in kept:
        raise NotAskedOfASystem(sent.at)
    if sent.content.get("status") not in set(HandoverAnswer):
        raise NotAnAnswer(f"{sent.at}.status")
    answer = HandoverAnswer(sent.content["status"])
    names = sorted((set(sent.content) | set(kept)) - THEIRS)
    changed = [name for name in names if sent.content.get(name) != kept.get(name)]
    if changed:
        raise TheTeamsOwn(*(f"{sent.at}.{name}" for name in changed))
    if kept["status"] not in (answer, MAY_FOLLOW[answer]):
        raise CannotFollow(f"{sent.at}.status")
    until = kept.get("restriction", {}).get("period", {}).get("end")
    if kept["status"] == "requested" and until is not None and times.stretch(until)[0] <= now:
        raise TooLate(f"{sent.at}.status")
    return answer
