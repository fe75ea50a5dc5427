"""Rates are dated data with a source, and what an hour costs can be worked out from them by hand."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import pytest

from services.common.auth import Persona
from services.finance import rates as shipped
from services.finance.domain.cost import HourlyCost, hourly_cost
from services.finance.domain.rate import Rate, RateKind, in_force
from tests.finance.facts import office
from tests.running import NURSE, Running

FILES = ("agenda_for_change_pay", "employer_on_costs", "working_time", "reablement")
RATES = [Rate(**row) for name in FILES for row in shipped.rows(name)]
LAST_YEAR, THIS_YEAR = date(2026, 3, 31), date(2026, 11, 10)


def cost_of(band: str, on: date = THIS_YEAR) -> HourlyCost:
    found = hourly_cost(band, on, RATES)
    assert found is not None
    return found


async def test_anonymous_is_refused(finance: Running) -> None:
    nobody = await finance.client("finance", None)
    answer = await nobody.get("/v1/rates")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"


async def test_rates_say_their_unit_their_days_their_source_and_how_sure_they_are(finance: Running) -> None:
    answer = await (await office(finance)).get("/v1/rates?kind=reablement&on=2026-11-09")
    assert answer.status_code == 200, answer.text
    by_key: dict[str, Any] = {rate["key"]: rate for rate in answer.json()["items"]}
    assert {key: (rate["amount"], rate["unit"]) for key, rate in by_key.items()} == {
        "free_days": (42, "days"),
        "decision_day": (35, "days"),
    }
    assert by_key["free_days"]["status"] == "sourced"
    assert by_key["free_days"]["source"].startswith("SI 2014/2672, regulation 3")
    assert by_key["decision_day"]["status"] == "derived"


async def test_a_day_has_one_pay_table_and_the_next_day_may_have_another(finance: Running) -> None:
    nurse = await finance.nurse("finance")

    async def on(day: str) -> dict[str, Any]:
        answer = await nurse.get(f"/v1/rates?kind=afc_annual_pay&on={day}&limit=100")
        return {rate["key"]: rate for rate in answer.json()["items"]}

    before, after = await on("2026-03-31"), await on("2026-04-01")
    assert (before["5.middle"]["amount"], before["5.middle"]["status"]) == (3_348_700, "sourced")
    assert (after["5.middle"]["amount"], after["5.middle"]["status"]) == (3_459_200, "derived")
    assert before.keys() == after.keys()


async def test_a_kind_of_rate_that_does_not_exist_and_a_day_that_is_none_are_refused(finance: Running) -> None:
    nurse = await finance.nurse("finance")
    for query in ("kind=magic", "on=2026-13-01", "on=99999999"):
        answer = await nurse.get(f"/v1/rates?{query}")
        assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")


async def test_who_does_not_answer_for_money_is_refused(finance: Running) -> None:
    for persona in (Persona.HR, Persona.COUNCIL, Persona.OPS, Persona.INTEGRATOR, Persona.SOCIAL_WORKER):
        client = await finance.client("finance", NURSE, persona)
        assert (await client.get("/v1/rates")).status_code == 403


@pytest.mark.parametrize("rate", RATES, ids=lambda rate: f"{rate.key} {rate.effective_from}")
def test_every_shipped_rate_has_a_source(rate: Rate) -> None:
    assert rate.source
    assert type(rate.amount) is int
    assert rate.amount > 0


def test_pay_of_2026_is_the_award_on_top_of_2025_to_the_pound() -> None:
    before = in_force(RATES, RateKind.AFC_ANNUAL_PAY, LAST_YEAR)
    after = in_force(RATES, RateKind.AFC_ANNUAL_PAY, THIS_YEAR)
    for key, rate in before.items():
        raised = (Decimal(rate.amount) / 100 * Decimal("1.033")).quantize(Decimal(1), ROUND_HALF_UP)
        assert after[key].amount == raised * 100


def test_an_hour_of_band_5_costs_what_the_arithmetic_on_paper_says() -> None:
    """£34,592; NI (34,592 - 5,000) x 15 %; pension 23.78 %; levy 0.5 %; over 52.143 x 37.5 hours: £24.26."""
    explained = cost_of("5").explanation
    assert explained["annual_pay_pence"] == "3459200"
    assert explained["national_insurance_pence"] == "443880"
    assert explained["pension_pence"] == "822597.76"
    assert explained["apprenticeship_levy_pence"] == "17296"
    assert explained["hours_in_year"] == "1955.3625"
    assert cost_of("5").pence_per_hour == explained["pence_per_hour"] == 2426


@pytest.mark.parametrize(
    ("annual", "ni", "pension", "levy", "total"),
    [("31049", "3907.35", "7383.45", "155.25", "42495.05"), ("46580", "6237.00", "11076.72", "232.90", "64126.62")],
)
def test_on_costs_of_a_year_agree_with_the_published_examples(
    annual: str, ni: str, pension: str, levy: str, total: str
) -> None:
    only_point = [
        rate if rate.kind != RateKind.AFC_ANNUAL_PAY else Rate(**{**rate.model_dump(), "amount": int(annual) * 100})
        for rate in RATES
        if rate.kind != RateKind.AFC_ANNUAL_PAY or rate.key == "2.only"
    ]
    found = hourly_cost("2", LAST_YEAR, only_point)
    assert found is not None
    names = ("annual_pay_pence", "national_insurance_pence", "pension_pence", "apprenticeship_levy_pence")
    parts = [Fraction(found.explanation[name]) for name in names]

    def pounds(pence: Fraction) -> str:
        exact = Decimal(pence.numerator) / Decimal(pence.denominator) / 100
        return str(exact.quantize(Decimal("0.01"), ROUND_HALF_UP))

    assert [pounds(part) for part in parts[1:]] == [ni, pension, levy]
    assert pounds(sum(parts, Fraction(0))) == total


def test_a_band_of_one_pay_point_uses_it_and_of_two_their_mean() -> None:
    assert cost_of("2", LAST_YEAR).explanation["annual_pay_pence"] == "2446500"
    assert cost_of("4", LAST_YEAR).explanation["annual_pay_pence"] == "2882350"
    assert cost_of("8a", LAST_YEAR).explanation["annual_pay_pence"] == "5848700"


def test_every_figure_of_a_cost_names_the_rate_it_came_from() -> None:
    known = {str(rate.id): rate for rate in RATES}
    used = cost_of("6").explanation["rates"]
    assert {entry["key"] for entry in used} == {
        "6.entry",
        "6.middle",
        "6.top",
        "national_insurance",
        "national_insurance_threshold",
        "pension",
        "apprenticeship_levy",
        "year",
        "week",
    }
    for entry in used:
        rate = known[entry["id"]]
        assert rate.is_in_force(THIS_YEAR)
        assert (rate.amount, rate.unit) == (entry["amount"], entry["unit"])


@pytest.mark.parametrize(("band", "on"), [("12", THIS_YEAR), ("5", date(2025, 4, 5)), ("5", date(2025, 3, 31))])
def test_a_cost_is_never_guessed_where_a_rate_is_missing(band: str, on: date) -> None:
    assert hourly_cost(band, on, RATES) is None
