"""Rules of FHIR R4 that hold between elements, each by the name that the standard gives it."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from services.common.outcome import Issue
from services.interop.fhir.systems import CONDITION_CLINICAL
from services.interop.fhir.validation.walk import Node

Content = dict[str, Any]
ENDED = {"inactive", "resolved", "remission"}


def issues(node: Node) -> Iterator[Issue]:
    for holds, text in BY_PATH.get(node.path, ()):
        if not holds(node.content):
            yield Issue("invariant", node.at, text)
    if node.name.lower().endswith("period") and not _in_order(node.content):
        yield Issue("invariant", node.at, "The end lies before the start. Correct one of them (per-1).")
    if node.name.lower().endswith("quantity") and "code" in node.content and "system" not in node.content:
        yield Issue("invariant", node.at, "A code of a unit needs its system. Add it, or leave the code out (qty-3).")


def _in_order(period: Content) -> bool:
    """Whole dates and instants are compared; a year or a month alone may mean any day of it."""
    start, end = _moment(period.get("start")), _moment(period.get("end"))
    if start is None or end is None or (start.tzinfo is None) != (end.tzinfo is None):
        return True
    return start <= end


def _moment(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if isinstance(text, str) and len(text) >= len("2026-11-23") else None
    except ValueError:
        return None


def _names_somebody(contact: Content) -> bool:
    return any(part in contact for part in ("name", "telecom", "address", "organization"))


def _starts_with(content: Content, name: str) -> bool:
    return any(key.removeprefix("_").startswith(name) for key in content)


def _no_value_and_reason(content: Content) -> bool:
    return not ("dataAbsentReason" in content and _starts_with(content, "value"))


def _no_value_of_the_panel(observation: Content) -> bool:
    """A panel's own value would be that of one of its parts."""
    codes = _codings(observation)
    parts = [code for part in observation.get("component", []) for code in _codings(part)]
    return not (_starts_with(observation, "value") and codes and any(code in codes for code in parts))


def _codings(content: Content) -> list[tuple[Any, Any]]:
    return [(one.get("system"), one.get("code")) for one in content.get("code", {}).get("coding", [])]


def _statuses(condition: Content, name: str) -> set[Any]:
    return {one.get("code") for one in condition.get(name, {}).get("coding", [])}


def _abated_is_ended(condition: Content) -> bool:
    codings = condition.get("clinicalStatus", {}).get("coding", [])
    known = {one.get("code") for one in codings if one.get("system") == CONDITION_CLINICAL}
    return not (_starts_with(condition, "abatement") and known and not known & ENDED)


def _error_has_no_status(condition: Content) -> bool:
    return not ("entered-in-error" in _statuses(condition, "verificationStatus") and "clinicalStatus" in condition)


def _is_booked_with_times(appointment: Content) -> bool:
    """Only what is not agreed yet, or is no longer, may have no time."""
    if appointment.get("status") in {"proposed", "cancelled", "waitlist"}:
        return True
    return "start" in appointment and "end" in appointment


def _times_together(appointment: Content) -> bool:
    return ("start" in appointment) == ("end" in appointment)


def _reason_is_of_an_end(appointment: Content) -> bool:
    return "cancelationReason" not in appointment or appointment.get("status") in {"cancelled", "noshow"}


def _one_way_of_detail(activity: Content) -> bool:
    return not ("detail" in activity and "reference" in activity)


def _is_somebody(organization: Content) -> bool:
    return "name" in organization or "identifier" in organization


OBSERVED = ("A value and a reason why there is none stand together. Leave one out (obs-6).", _no_value_and_reason)
BY_PATH: dict[str, tuple[tuple[Callable[[Content], bool], str], ...]] = {
    "Patient.contact": (
        (_names_somebody, "A contact has a name, a telecom, an address or an organisation. Give one (pat-1)."),
    ),
    "Observation": (
        (OBSERVED[1], OBSERVED[0]),
        (_no_value_of_the_panel, "A component has the code of the whole, which has a value. Leave one out (obs-7)."),
    ),
    "Observation.component": ((OBSERVED[1], OBSERVED[0]),),
    "Condition": (
        (_abated_is_ended, "What has abated is inactive, resolved or in remission. Correct its status (con-4)."),
        (_error_has_no_status, "What was entered in error has no clinical status. Leave it out (con-5)."),
    ),
    "Appointment": (
        (_times_together, "A start needs an end, and an end a start. Give both or none (app-2)."),
        (_is_booked_with_times, "Only a proposed, cancelled or waiting appointment has no times. Give them (app-3)."),
        (_reason_is_of_an_end, "Only what was cancelled or missed has a reason for that. Leave it out (app-4)."),
    ),
    "CarePlan.activity": (
        (_one_way_of_detail, "An activity has a detail or a reference, not both. Leave one out (cpl-3)."),
    ),
    "Organization": ((_is_somebody, "An organisation has a name or an identifier. Give one (org-1)."),),
}
