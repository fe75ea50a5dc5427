"""A client on one page, as whoever covers the night, or looks in from another profession, is shown them."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.caseload.api.shapes import PersonShape
from services.caseload.domain.end_of_life import EndOfLifeVersion, JustInCaseBox, Respect
from services.caseload.domain.handover import ToCall
from services.caseload.domain.syringe_driver import SyringeDriver, SyringeDriverCheck
from services.common.types import Answer, day_in_england


class EndOfLifeShape(Answer):
    """One version of the plan."""

    number: int
    written_by: UUID | None
    written_at: datetime
    respect: Respect | None
    preferred_place_of_care: str
    preferred_place_of_death: str
    wishes: str | None
    night_plan: str | None
    verification_of_death: str | None
    just_in_case_box: JustInCaseBox | None
    box_expires_on: date | None
    box_expired: bool
    who_to_call: list[ToCall]


class CheckShape(Answer):
    id: UUID
    checked_at: datetime
    checked_by: UUID | None
    site: str
    rate_hundredths_ml_per_hour: int
    volume_left_hundredths_ml: int
    next_due_at: datetime
    words: str | None


class DriverInShort(Answer):
    id: UUID
    medicines: str
    started_at: datetime
    next_due_at: datetime
    overdue: bool
    last_check: CheckShape


class ProblemInShort(Answer):
    code: str
    name: str
    type: str
    signs: list[str]
    words: str | None


class LineInShort(Answer):
    domain: str
    intervention: str | None
    words: str


class NoteInShort(Answer):
    words: str
    written_at: datetime


class OnePage(Answer):
    """Who the client is, what ails them, what was agreed, and what is to be done tonight and what not."""

    person: PersonShape
    problems: list[ProblemInShort]
    care_plan_lines: list[LineInShort]
    latest_notes: list[NoteInShort]
    end_of_life: EndOfLifeShape | None
    syringe_drivers: list[DriverInShort]


def version_told(version: EndOfLifeVersion, now: datetime) -> dict[str, Any]:
    return {**version.model_dump(), "box_expired": version.is_box_expired(day_in_england(now))}


def on_one_page(found: dict[str, Any], now: datetime) -> dict[str, Any]:
    """What was found, with what the time makes of it."""
    checks = found.pop("checks")
    plan: EndOfLifeVersion | None = found["end_of_life"]
    return {
        **found,
        "end_of_life": None if plan is None else version_told(plan, now),
        "syringe_drivers": [_in_short(one, checks, now) for one in found["syringe_drivers"]],
    }


def _in_short(driver: SyringeDriver, checks: Iterable[SyringeDriverCheck], now: datetime) -> dict[str, Any]:
    last = next(check for check in checks if check.syringe_driver_id == driver.id)
    return {**driver.model_dump(), "overdue": driver.is_overdue(now), "last_check": last}
