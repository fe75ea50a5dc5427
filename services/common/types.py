"""The scalars of the API: checked once at the edge and trusted everywhere after."""

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from nhs_number.validate import is_valid
from pydantic import UUID7, AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic import StringConstraints as Shape

ENGLAND = ZoneInfo("Europe/London")
FIRST_YEAR, LAST_YEAR = 1890, 2200
A_NUMBER = re.compile(r"-?[0-9]{1,19}")
A_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
A_TIME_OF_DAY = re.compile(A_DAY.pattern + r"[Tt ]\d{2}:", re.ASCII)
# A tablet's clock may run a little ahead.
CLOCK_SKEW = timedelta(minutes=5)


class Input(BaseModel):
    """What a caller may send: unknown fields are refused, so that a misspelt one is never silently lost."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Answer(BaseModel):
    """What a service answers with, read from the attributes of what it keeps. Explicit, so that no new column leaks."""

    model_config = ConfigDict(from_attributes=True)


def is_storable(value: str) -> bool:
    """Control characters and lone surrogates cannot be stored or shown."""
    return not any(unicodedata.category(letter) in {"Cc", "Cs"} and letter not in "\n\t" for letter in value)


def _plain_digits(value: Any) -> Any:
    """In an address a number is written in digits: `1_0`, `+1`, ` 1` and `1.0` are none."""
    if isinstance(value, str) and not A_NUMBER.fullmatch(value):
        raise ValueError("must be a whole number in digits")
    return value


def _plain(value: str) -> str:
    if not is_storable(value):
        raise ValueError("must not hold control characters or broken Unicode")
    return value


def _single(value: str) -> str:
    if "\n" in value or "\t" in value:
        raise ValueError("must be a single line")
    return value


def _day(value: Any) -> Any:
    """Dates arrive as text in this one form: digits alone would otherwise be read as seconds since 1970."""
    is_day = isinstance(value, date) and not isinstance(value, datetime)
    if not is_day and not (isinstance(value, str) and A_DAY.fullmatch(value)):
        raise ValueError("must be a date such as 2026-11-23")
    return value


def _known_year(value: date) -> date:
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise ValueError(f"must lie between {FIRST_YEAR} and {LAST_YEAR}")
    return value


def _instant(value: Any) -> Any:
    if not isinstance(value, datetime) and not (isinstance(value, str) and A_TIME_OF_DAY.match(value)):
        raise ValueError("must be an instant with its offset, such as 2026-11-23T09:30:00Z")
    return value


def _as_utc(value: datetime) -> datetime:
    _known_year(value)
    return value.astimezone(UTC)


def _happened(value: datetime) -> datetime:
    if value > datetime.now(UTC) + CLOCK_SKEW:
        raise ValueError("lies in the future; correct it, and check the clock of the device")
    return value


def _day_that_came(value: date) -> date:
    if value > day_in_england(datetime.now(UTC)):
        raise ValueError("lies in the future")
    return value


def _nhs_number(value: Any) -> Any:
    """Spaces and dashes are how people write the number; ten digits are how it is kept."""
    return value.replace(" ", "").replace("-", "") if isinstance(value, str) else value


def _modulus_11(value: str) -> str:
    """The check digit of the NHS Data Dictionary entry NHS NUMBER; a remainder of 10 was never issued."""
    if not is_valid(value):
        raise ValueError("is not a valid NHS number: its check digit is wrong, so compare it with the letter or card")
    return value


# Of an int in an address, after its bounds.
InDigits = BeforeValidator(_plain_digits)
NhsNumber = Annotated[str, Shape(pattern=r"^[0-9]{10}$"), BeforeValidator(_nhs_number), AfterValidator(_modulus_11)]
Code = Annotated[str, Shape(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$")]
Name = Annotated[
    str, Shape(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_plain), AfterValidator(_single)
]
Words = Annotated[str, Shape(strip_whitespace=True, min_length=1, max_length=4000), AfterValidator(_plain)]
Day = Annotated[date, BeforeValidator(_day), AfterValidator(_known_year)]
Instant = Annotated[AwareDatetime, BeforeValidator(_instant), AfterValidator(_as_utc)]
# Of what is recorded as having happened.
PastDay = Annotated[Day, AfterValidator(_day_that_came)]
PastInstant = Annotated[Instant, AfterValidator(_happened)]
# Made by the client, so that a record made without signal has its name already.
NewId = UUID7
Count = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]
Minutes = Annotated[int, Field(strict=True, ge=1, le=1440)]
Pence = Annotated[int, Field(strict=True, ge=0, le=10**12)]


def day_in_england(instant: datetime) -> date:
    """The calendar day in England at this instant, so that 23:30 UTC in June is already tomorrow."""
    return instant.astimezone(ENGLAND).date()


def midnight_in_england(day: date) -> datetime:
    """The instant at which this day begins on the clocks of England."""
    return datetime.combine(day, time(), tzinfo=ENGLAND).astimezone(UTC)
