"""How one trust's extracts are laid out. The names of the columns are the trust's, so that none is known here."""

from datetime import UTC, datetime
from functools import cached_property
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from services.common.types import ENGLAND

Column = Annotated[str, Field(min_length=1, max_length=200)]
Text = Annotated[str, Field(min_length=1, max_length=100)]
# It reads the same in no other order of day and month, and not without its hour or its minute.
SAMPLE = datetime(2026, 12, 31, 23, 58, tzinfo=ENGLAND)
IN_DAYS = datetime(2026, 12, 31, tzinfo=ENGLAND)
NOT_A_FORMAT = "must write day, month and year, and hour and minute if any, such as %d/%m/%Y %H:%M"


class Columns(BaseModel):
    """Which column of the file holds what: the row's own id in SystmOne, the unit that recorded the contact, the
    patient's NHS number, when it was, and what says that the contact was deleted."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    entry: Column
    nhs_number: Column
    happened_at: Column
    unit: Column | None = None
    deleted: Column | None = None

    @property
    def named(self) -> list[str]:
        """Those that the file must have."""
        return [name for name in self.model_dump().values() if name is not None]


class Layout(BaseModel):
    """One trust's files. `units` says which team each unit is; what other units recorded is passed over.

    `date_format` is of Python's `strptime`, on the clocks of England. Where `needs_manifest`, a file waits for its
    manifest. `deleted_when` are the values that say so.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    columns: Columns
    units: dict[Text, UUID] = Field(min_length=1)
    date_format: Text
    encoding: Literal["utf-8", "windows-1252", "utf-16"] = "utf-8"
    delimiter: Literal[",", ";", "|", "\t"] = ","
    deleted_when: list[Text] = []
    needs_manifest: bool = False

    @field_validator("date_format")
    @classmethod
    def _tells_a_day(cls, text: str) -> str:
        try:
            read = _read(SAMPLE.strftime(text), text)
        except ValueError as error:
            raise ValueError(NOT_A_FORMAT) from error
        if read not in (SAMPLE, IN_DAYS) or "%z" in text.casefold():
            raise ValueError(NOT_A_FORMAT)
        return text

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.columns.unit is None and len(self.units) > 1:
            raise ValueError("columns.unit is missing: with several units each row must say which one recorded it")
        if (self.columns.deleted is None) != (not self.deleted_when):
            raise ValueError("columns.deleted and deleted_when belong together: give both, or neither")
        return self

    @cached_property
    def tells_the_time(self) -> bool:
        return _read(SAMPLE.strftime(self.date_format), self.date_format) == SAMPLE

    def moment(self, text: str) -> datetime:
        """When it was; where the file tells no time of day, the day's first moment. Raises `ValueError`."""
        return _read(text, self.date_format).astimezone(UTC)


def _read(text: str, date_format: str) -> datetime:
    return datetime.strptime(text, date_format).replace(tzinfo=ENGLAND)
