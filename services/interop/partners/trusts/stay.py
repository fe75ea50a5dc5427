"""A stay in hospital as a trust's system writes it: an Encounter of the class IMP, planned, in progress or finished."""

from datetime import datetime

from services.interop.domain.hospital_stay import IN_HOSPITAL, StayStatus, ToldStay
from services.interop.fhir import systems, times
from services.interop.fhir.writing.refusals import WHAT_MAY_BE, ElementNeeded, NotTaken, TimeNotTold
from services.interop.fhir.writing.sent import Sent
from services.interop.partners.trusts.referral import identifiers_of, ods_code

INPATIENT = "IMP"


class NotAStay(NotTaken):
    way_out = f"An Encounter that is written has the class IMP ({systems.ACT_CODE}). {WHAT_MAY_BE}"


class NotOneOfThese(NotTaken):
    way_out = f"A stay is {', '.join(StayStatus)}. Choose one of these."


class CannotFollow(NotTaken):
    """A stay that is over does not begin again."""

    status = 409
    issue_type = "conflict"
    way_out = "A stay that is over does not go on. Write a new Encounter for a new stay; ring the team about a mistake."


class StillToCome(NotTaken):
    issue_type = "value"
    way_out = "This time lies ahead, and the stay is said to have come so far. Correct the time or the status."


def understand(sent: Sent, now: datetime) -> ToldStay:
    """Raises a `NotTaken`."""
    kind = sent.content.get("class", {})
    if (kind.get("system"), kind.get("code")) != (systems.ACT_CODE, INPATIENT):
        raise NotAStay(f"{sent.at}.class")
    if sent.content.get("status") not in set(StayStatus):
        raise NotOneOfThese(f"{sent.at}.status")
    status = StayStatus(sent.content["status"])
    starts_at, ends_at = _instant(sent, "start"), _instant(sent, "end")
    _require_times(sent, status, starts_at, ends_at, now)
    return ToldStay(status, starts_at, ends_at, _hospital(sent))


def _require_times(
    sent: Sent, status: StayStatus, starts_at: datetime | None, ends_at: datetime | None, now: datetime
) -> None:
    """Of what has come so far the time is told, and has come."""
    needed = {"start": starts_at} if status in IN_HOSPITAL else {}
    needed |= {"end": ends_at} if status is StayStatus.FINISHED else {}
    for name, at in needed.items():
        if at is None:
            raise ElementNeeded(f"{sent.at}.period.{name}")
        if at > now:
            raise StillToCome(f"{sent.at}.period.{name}")


def _instant(sent: Sent, name: str) -> datetime | None:
    said = sent.content.get("period", {}).get(name)
    try:
        return times.stretch(said)[0] if said else None
    except (ValueError, OverflowError) as error:
        raise TimeNotTold(f"{sent.at}.period.{name}") from error


def _hospital(sent: Sent) -> str | None:
    """The ODS code of the trust, named by it or contained."""
    provider = sent.content.get("serviceProvider", {})
    held = sent.contained(provider)
    identifiers = [*identifiers_of(provider), *(identifiers_of(held.content) if held else [])]
    return next((code for code in map(ods_code, identifiers) if code), None)
