"""The scalars of the API take what people and systems mean by them, and guess nothing."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from services.common.types import Day, Instant


class Said(BaseModel):
    on: Day = date(2026, 1, 1)
    at: Instant = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "day", ["0", "20251123", "1700000000", "2025-11-23T00:00:00", "2025-1-1", " 2025-11-23", 0, 1.5, True]
)
def test_a_day_is_written_in_one_way(day: Any) -> None:
    with pytest.raises(ValidationError, match="must be a date such as"):
        Said(on=day)


@pytest.mark.parametrize("instant", ["0", "20251123", "1700000000", "2025-11-23", "20251123T090000Z", 1_700_000_000])
def test_an_instant_is_a_day_and_a_time_of_it(instant: Any) -> None:
    with pytest.raises(ValidationError, match="must be an instant"):
        Said(at=instant)


def test_an_instant_without_its_offset_is_refused() -> None:
    with pytest.raises(ValidationError, match="timezone"):
        Said(at="2025-11-23T09:00:00")  # type: ignore[arg-type]


@pytest.mark.parametrize("instant", ["2025-06-23T10:00:00+01:00", "2025-06-23T09:00:00Z", "2025-06-23t09:00:00.0z"])
def test_an_instant_is_kept_in_utc(instant: Any) -> None:
    assert Said(at=instant).at == datetime(2025, 6, 23, 9, tzinfo=UTC)
