"""Which dose a moment belongs to, by the clocks of England, summer and winter."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from uuid6 import uuid7

from services.caseload.domain.client import Client
from services.caseload.domain.medicine import Medicine, MedicineNotInForce, NewMedicine
from services.caseload.domain.snomed import is_sctid

HOUR = timedelta(hours=1)


def a_medicine(*times: str, **changes: Any) -> Medicine:
    new = NewMedicine.model_validate(
        {
            "id": str(uuid7()),
            "client_id": str(uuid7()),
            "drug": "Levodopa",
            "dose": "1",
            "route": "oral",
            "times": list(times),
            "starts_on": "2026-01-01",
            **changes,
        }
    )
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return Medicine.added(new, Client(team_id=uuid7(), given_name="A", family_name="B", changed_at=now), None, now)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+00:00")


def test_a_time_is_the_clocks_in_summer_and_in_winter() -> None:
    medicine = a_medicine("08:00")
    assert medicine.doses_on(date(2026, 1, 10)) == [at("2026-01-10T08:00")]
    assert medicine.doses_on(date(2026, 7, 10)) == [at("2026-07-10T07:00")]


def test_a_time_that_the_clocks_leave_out_or_have_twice_is_one_dose() -> None:
    medicine = a_medicine("01:30")
    assert medicine.doses_on(date(2026, 3, 29)) == [at("2026-03-29T01:30")]
    assert medicine.doses_on(date(2026, 10, 25)) == [at("2026-10-25T00:30")]
    for moment in ("2026-10-25T00:30", "2026-10-25T01:30"):
        assert medicine.dose_at(at(moment), HOUR) == at("2026-10-25T00:30")


@pytest.mark.parametrize(
    ("moment", "dose"),
    [
        ("2026-01-10T06:59", "2026-01-09T20:00"),
        ("2026-01-10T07:00", "2026-01-10T08:00"),
        ("2026-01-10T18:59", "2026-01-10T08:00"),
        ("2026-01-10T23:59", "2026-01-10T20:00"),
        ("2026-01-01T00:30", "2026-01-01T08:00"),
    ],
)
def test_a_moment_belongs_to_the_latest_dose_whose_window_has_opened(moment: str, dose: str) -> None:
    assert a_medicine("08:00", "20:00").dose_at(at(moment), HOUR) == at(dose)


def test_a_dose_just_after_midnight_is_given_the_evening_before() -> None:
    medicine = a_medicine("00:15")
    assert medicine.dose_at(at("2026-01-09T23:30"), HOUR) == at("2026-01-10T00:15")
    assert medicine.dose_at(at("2025-12-31T23:30"), HOUR) == at("2026-01-01T00:15")


def test_every_third_day_the_dose_stays_open_until_the_next() -> None:
    medicine = a_medicine("12:00", every_days=3)
    assert [day.day for day in _due(medicine, 10)] == [1, 4, 7, 10]
    assert medicine.dose_at(at("2026-01-03T15:00"), HOUR) == at("2026-01-01T12:00")
    assert medicine.dose_at(at("2026-01-04T11:00"), HOUR) == at("2026-01-04T12:00")


def _due(medicine: Medicine, days: int) -> list[date]:
    return [day for day in (date(2026, 1, 1) + timedelta(days=n) for n in range(days)) if medicine.is_due_on(day)]


def test_the_last_dose_may_still_be_given_within_its_window_after_midnight() -> None:
    medicine = a_medicine("23:30", ends_on="2026-01-05")
    assert medicine.dose_at(at("2026-01-06T00:20"), HOUR) == at("2026-01-05T23:30")
    with pytest.raises(MedicineNotInForce):
        medicine.dose_at(at("2026-01-06T01:00"), HOUR)


@given(some.integers(0, 60 * 24 * 400), some.integers(1, 9), some.sampled_from([5, 30, 60]))
def test_each_moment_belongs_to_one_dose_and_no_later_one_has_opened(minutes: int, every: int, width: int) -> None:
    """Whatever the clocks do meanwhile."""
    medicine, window = a_medicine("00:10", "08:00", "13:45", "22:15", every_days=every), timedelta(minutes=width)
    moment = at("2026-01-01T08:00") + timedelta(minutes=minutes)
    dose = medicine.dose_at(moment, window)
    assert dose is not None
    assert dose - window <= moment
    days = (date(2026, 1, 1) + timedelta(days=n) for n in range((moment.date() - date(2026, 1, 1)).days + 3))
    opened = [due for day in days for due in medicine.doses_on(day) if due - window <= moment]
    assert dose == max(opened)


def test_a_code_of_snomed_or_dm_d_is_known_by_its_check_digit() -> None:
    for code in ("22298006", "73211009", "322236009", "39113611000001102"):
        assert is_sctid(code)
        swapped = f"{code[:-2]}{code[-1]}{code[-2]}"
        assert swapped == code or not is_sctid(swapped)
        assert not any(is_sctid(f"{code[:-1]}{digit}") for digit in range(10) if str(digit) != code[-1])
