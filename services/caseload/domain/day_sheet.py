"""Day sheet: when we and an agency are with a client on one day, for that agency, by a link (mission row 3.21)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AfterValidator, model_validator
from pydantic import Field as Shape
from sqlalchemy import Column, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from services.caseload.domain.base import Base
from services.caseload.domain.care_plan import AgreedHow, Agreement
from services.caseload.domain.client import EpisodeOfCare, EpisodeStatus
from services.caseload.domain.handover import CallList
from services.caseload.domain.one_time_link import Linked, Secret, fingerprint
from services.caseload.domain.other_care import Call, OtherCare, calls_of_day
from services.caseload.domain.planned_visit import PlannedVisit
from services.common.errors import Conflict, Unprocessable
from services.common.models import INSTANT, TeamOwned, only_states
from services.common.types import Code, Day, Input, NewId

NHS_NUMBER_DIGITS = 10


class DaySheetField(StrEnum):
    """All that an agency can ever be shown: times, and whom to ring. No name, address or note of the client's."""

    OUR_VISITS = "our_visits"
    AGENCY_CALLS = "agency_calls"
    WHO_TO_RING = "who_to_ring"


def _no_nhs_number(value: str) -> str:
    if sum(letter.isdigit() for letter in value) == NHS_NUMBER_DIGITS:
        raise ValueError("must be the agency's own reference, and no NHS number")
    return value


class NewDaySheetShare(Input):
    """Which agency, by its care of the client, is shown what, and how the client agreed. `agency_ref` is what the
    agency itself calls the client, so that the sheet names nobody. `who_to_ring` are of the team."""

    id: NewId
    other_care_id: UUID
    agency_ref: Annotated[Code, AfterValidator(_no_nhs_number)]
    fields: list[DaySheetField] = Shape(min_length=1, max_length=len(DaySheetField))
    who_to_ring: CallList = []
    consent: Agreement

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if len(set(self.fields)) != len(self.fields):
            raise ValueError("name each field once")
        if (DaySheetField.WHO_TO_RING in self.fields) != bool(self.who_to_ring):
            raise ValueError("who_to_ring comes with the field of that name, and only with it")
        return self


class ShownDaySheet(Input):
    """The link that somebody came by, and the day; without one, the first that there is."""

    secret: Secret
    on: Day | None = None


class AgencyCameNoMore(Conflict):
    """Nothing is shared with an agency that has no part in the client's care."""

    field = "/body/other_care_id"
    way_out = "Write down when the agency comes, then share the day sheet of that care."

    def __init__(self) -> None:
        super().__init__("The agency's care has ended, or the client is in no care of the team's.")


class DaySheetShareEnded(Conflict):
    """A share ends once: when it is withdrawn, or with its last day."""

    field = "/path/day_sheet_share_id"
    way_out = "Nothing needs to be done: nothing is shown through this link any more."

    def __init__(self) -> None:
        super().__init__("This share has ended.")


class DayNotOnTheSheet(Unprocessable):
    """An agency plans some days ahead, and what is over is not its business."""

    field = "/body/on"
    way_out = "Ask for a day from first_on to last_on of the sheet, or leave on out for the first of them."

    def __init__(self, first: date, last: date) -> None:
        shown = f"it shows {first} to {last}" if first <= last else f"the agency begins on {first}"
        super().__init__(f"This day is not on the sheet: {shown}.")


class DaySheetShare(Linked, TeamOwned, Base, table=True):
    """What a client agreed that one agency sees of their days, and until when the link holds."""

    client_id: UUID = Field(foreign_key="client.id", index=True)
    # As it is written down with the care: an agency that is replaced under the same care is another.
    agency: str
    agency_ref: str
    fields: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    who_to_ring: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    agreed_how: str
    agreed_on: date
    shared_by: UUID | None
    until_at: datetime = Field(sa_type=INSTANT)
    withdrawn_at: datetime | None = Field(default=None, sa_type=INSTANT)

    @classmethod
    def offered(
        cls, new: NewDaySheetShare, care: OtherCare, secret: str, days: int, by: UUID | None, now: datetime
    ) -> Self:
        whose: dict[str, Any] = {"client_id": care.client_id, "team_id": care.team_id, "agency": care.agency}
        told = new.model_dump(exclude={"other_care_id", "consent"}) | new.consent.model_dump()
        until_at = now + timedelta(days=days)
        return cls(**told, **whose, link_print=fingerprint(secret), shared_by=by, until_at=until_at, changed_at=now)

    def is_open(self, now: datetime) -> bool:
        return self.withdrawn_at is None and self.until_at > now

    def withdraw(self, now: datetime) -> None:
        """Raises `DaySheetShareEnded`."""
        if not self.is_open(now):
            raise DaySheetShareEnded
        self.withdrawn_at, self.changed_at = now, now


@dataclass(frozen=True)
class DaySheet:
    """One day as one agency may see it. What is not shared is None, which is not the same as none."""

    share: DaySheetShare
    on: date
    first_on: date
    last_on: date
    is_paused: bool | None
    our_visits: Sequence[PlannedVisit] | None
    agency_calls: Sequence[Call] | None
    who_to_ring: list[dict[str, Any]] | None


def days_of(arranged: Sequence[OtherCare], today: date, days_ahead: int) -> tuple[date, date]:
    """The first and the last day that are shown: from today on, while the agency comes, and not far ahead."""
    last = today + timedelta(days=days_ahead)
    ends = [care.until_on or last for care in arranged]
    return max(today, min(care.from_on for care in arranged)), min(last, max(ends))


def sheet_of(
    share: DaySheetShare,
    episode: EpisodeOfCare,
    arranged: Sequence[OtherCare],
    visits: Sequence[PlannedVisit],
    on: date,
    days: tuple[date, date],
) -> DaySheet:
    """While care is paused, as in a stay in hospital, nobody of ours comes; why is not told."""
    shared = frozenset(share.fields)
    is_paused = episode.status == EpisodeStatus.ON_HOLD
    ours, theirs = DaySheetField.OUR_VISITS in shared, DaySheetField.AGENCY_CALLS in shared
    return DaySheet(
        share=share,
        on=on,
        first_on=days[0],
        last_on=days[1],
        is_paused=is_paused if ours else None,
        our_visits=([] if is_paused else visits) if ours else None,
        agency_calls=calls_of_day(arranged, on) if theirs else None,
        who_to_ring=share.who_to_ring if DaySheetField.WHO_TO_RING in shared else None,
    )


only_states(DaySheetShare, "agreed_how", AgreedHow)
