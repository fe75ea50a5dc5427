"""What a client is told to expect: about how many visits, and until roughly when."""

from calendar import month_name
from dataclasses import dataclass
from datetime import date

from services.caseload.domain.care_plan import CarePlan

A_YEAR_NAMED_AFTER_DAYS = 300


@dataclass(frozen=True)
class Overrun:
    """An agreed plan that goes on for longer, or takes more visits, than the client was told."""

    plan: CarePlan
    visits: int
    days_over: int
    visits_over: int


def in_plain_words(plan: CarePlan, today: date) -> str:
    """Such as “about 12 visits, to mid-January”; the year is said where the month alone could be two."""
    ends_on = plan.ends_on
    part = "early" if ends_on.day <= 10 else "mid" if ends_on.day <= 20 else "late"
    year = f" {ends_on.year}" if abs((ends_on - today).days) > A_YEAR_NAMED_AFTER_DAYS else ""
    visits = "1 visit" if plan.expected_visits == 1 else f"{plan.expected_visits} visits"
    return f"about {visits}, to {part}-{month_name[ends_on.month]}{year}"


def overrun(plan: CarePlan, visits: int, today: date) -> Overrun:
    """How far a plan has gone beyond what the client was told."""
    return Overrun(plan, visits, max(0, (today - plan.ends_on).days), max(0, visits - plan.expected_visits))
