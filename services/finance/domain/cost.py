"""What an hour of a band's time costs, and what a contact costs: exact, each rounded once, and explainable."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from statistics import median
from typing import Any

from services.finance.domain.base import half_up
from services.finance.domain.rate import Rate, RateKind, in_force

METHOD = "median_pay_point_with_on_costs"
BASIS_POINTS = 10_000
ON_COSTS = {"national_insurance", "national_insurance_threshold", "pension", "apprenticeship_levy"}
WORKING_TIME = {"year", "week"}


@dataclass(frozen=True)
class HourlyCost:
    """Pence for an hour of one band's time on one day, with every figure it was worked out from."""

    band: str
    pence_per_hour: int
    explanation: dict[str, Any]


def hourly_cost(band: str, on: date, rates: Iterable[Rate]) -> HourlyCost | None:
    """Annual pay at the band's middle point with the employer's on-costs, over the hours paid for in a year.

    The middle of two points is their mean. None where a rate of that day is missing: a cost is never guessed.
    """
    rates = list(rates)
    points = _points(band, in_force(rates, RateKind.AFC_ANNUAL_PAY, on))
    added, time = in_force(rates, RateKind.EMPLOYER_ON_COST, on), in_force(rates, RateKind.WORKING_TIME, on)
    if not points or not added.keys() >= ON_COSTS or not time.keys() >= WORKING_TIME:
        return None
    pay = Fraction(median(Fraction(point.amount) for point in points))
    above = max(Fraction(0), pay - added["national_insurance_threshold"].amount)
    parts = {
        "annual_pay_pence": pay,
        "national_insurance_pence": above * added["national_insurance"].amount / BASIS_POINTS,
        "pension_pence": pay * added["pension"].amount / BASIS_POINTS,
        "apprenticeship_levy_pence": pay * added["apprenticeship_levy"].amount / BASIS_POINTS,
    }
    hours = Fraction(time["year"].amount, 1000) * Fraction(time["week"].amount, 60)
    rounded = half_up(sum(parts.values()) / hours)
    used = [*points, *(added[key] for key in sorted(ON_COSTS)), *(time[key] for key in sorted(WORKING_TIME))]
    explanation = {
        "method": METHOD,
        "band": band,
        **{name: _exact(value) for name, value in parts.items()},
        "hours_in_year": _exact(hours),
        "pence_per_hour": rounded,
        "rates": [_named(rate) for rate in used],
    }
    return HourlyCost(band, rounded, explanation)


def contact_cost(hourly: HourlyCost, minutes: int) -> int:
    """Pence for a whole contact; its segments share this sum, so that they never add up to another one."""
    return half_up(Fraction(hourly.pence_per_hour * minutes, 60))


def per_hour(pence: int, minutes: int) -> int:
    """Pence for each hour of a sum, so that two bands can be compared."""
    return half_up(Fraction(pence * 60, minutes))


def _points(band: str, pay: dict[str, Rate]) -> list[Rate]:
    found = [rate for key, rate in pay.items() if key.rpartition(".")[0] == band]
    return sorted(found, key=lambda rate: rate.amount)


def _exact(value: Fraction) -> str:
    """Written out digit by digit, since a float could not hold it."""
    return format((Decimal(value.numerator) / Decimal(value.denominator)).normalize(), "f")


def _named(rate: Rate) -> dict[str, Any]:
    return {"id": str(rate.id), "kind": rate.kind, "key": rate.key, "amount": rate.amount, "unit": rate.unit}
