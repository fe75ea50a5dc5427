"""Trace: whose NHS number it is, as the NHS's demographics service says, beside what the team holds of the person."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Self
from uuid import UUID, uuid5

from pydantic import UUID7, model_validator
from sqlalchemy import Column, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from services.common.errors import Conflict, ServiceError, Unprocessable
from services.common.models import INSTANT, TeamOwned, only_states
from services.common.types import Input
from services.interop.domain.base import Base
from services.interop.domain.record import Person

VERIFIED, NO_MATCH = "01", "04"
COMPARED = ("given_name", "family_name", "birth_on", "sex", "address_line", "postcode", "phone")


class TraceOutcome(StrEnum):
    """What PDS said. Of a number that is found, or that took another's place, a nurse says that it is the person's."""

    VERIFIED = "verified"
    FOUND = "found"
    SUPERSEDED = "superseded"
    NO_MATCH = "no_match"
    MANY_MATCHES = "many_matches"
    ANOTHER_PERSON = "another_person"


WAITING = (TraceOutcome.FOUND, TraceOutcome.SUPERSEDED)
# What a nurse does next, in the words that she reads.
WAYS_OUT = {
    TraceOutcome.VERIFIED: "Nothing is to be done: the number is the person's, and the record says so.",
    TraceOutcome.FOUND: "Compare what differs with the person. If they are the same, confirm the trace.",
    TraceOutcome.SUPERSEDED: "The NHS replaced the number. If the person is the same, confirm the trace.",
    TraceOutcome.NO_MATCH: "Compare name, date of birth and postcode with a letter of the NHS's, or ask the surgery.",
    TraceOutcome.MANY_MATCHES: "Several people are like this. Ask the person or the surgery for the NHS number.",
    TraceOutcome.ANOTHER_PERSON: "The number is somebody else's. Compare it with a letter of the NHS's.",
}


class PdsNotConnected(Conflict):
    field = "/path"
    way_out = "Go on without a trace. Operations can connect the installation to PDS by INTEROP_PDS_URL."

    def __init__(self) -> None:
        super().__init__("This installation is not connected to the Personal Demographics Service.")


class PdsUnavailable(ServiceError):
    status = 503
    way_out = "Nothing was changed. Send the same request again later; care goes on without it."

    def __init__(self, seconds: int) -> None:
        super().__init__("The NHS's demographics service cannot answer now.", headers={"Retry-After": str(seconds)})


class NotTraceable(Unprocessable):
    """PDS looks for nobody without a family name and a date of birth."""

    field = "/body"
    way_out = "Ask the person for their NHS number or their name and date of birth, and put the record right first."

    def __init__(self) -> None:
        super().__init__("PDS cannot look for somebody by these details.")


class NothingToConfirm(Conflict):
    field = "/path/trace_id"
    way_out = "Read the trace: it is applied, was confirmed already, or found no number. Make a new trace if need be."

    def __init__(self) -> None:
        super().__init__("This trace waits for nobody.")


class NewTrace(Input):
    """About one referral or one client of the team's; who that is, the team's record says."""

    id: UUID7
    referral_id: UUID | None = None
    client_id: UUID | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.referral_id is None) == (self.client_id is None):
            raise ValueError("give either referral_id or client_id")
        return self


@dataclass(frozen=True)
class Demographics:
    """What PDS says of one person. `details` are in the words of a record, and hold only what it says; `names` are all
    that it knows, given and family in small letters. Of a restricted person nothing tells where they are."""

    nhs_number: str
    is_restricted: bool
    has_died: bool
    gp_ods_code: str | None
    details: dict[str, str] = field(repr=False)
    names: frozenset[tuple[str, str]] = field(repr=False)


class Difference(NamedTuple):
    """What the record says, and what PDS says. PDS's blanks are no difference."""

    field: str
    held: str | None
    found: str | None


@dataclass(frozen=True)
class Whose:
    """The person as caseload holds them, and under which ids."""

    person: Person = field(repr=False)
    team_id: UUID
    referral_id: UUID | None
    client_id: UUID | None


@dataclass(frozen=True)
class Verdict:
    """What a trace came to. `found` is None where PDS named nobody, or somebody else, of whom nothing is told."""

    outcome: TraceOutcome
    nhs_number: str | None
    found: Demographics | None = None
    differences: Sequence[Difference] = field(default=(), repr=False)

    @property
    def nhs_number_status(self) -> str:
        is_known = self.outcome is TraceOutcome.VERIFIED or self.outcome in WAITING
        return VERIFIED if is_known else NO_MATCH


def verdict_on(person: Person, found: Demographics | None, *, by_number: bool) -> Verdict:
    """Beside what is held. Of a stranger behind a wrong number nothing is told but which fields differ."""
    if found is None:
        return Verdict(TraceOutcome.NO_MATCH, person.nhs_number)
    differs = differences(person, found)
    if by_number and not is_same(person, found):
        fields = [Difference(one.field, None, None) for one in differs if one.field in COMPARED[:3]]
        return Verdict(TraceOutcome.ANOTHER_PERSON, person.nhs_number, differences=fields)
    if found.nhs_number == person.nhs_number:
        outcome = TraceOutcome.VERIFIED
    else:
        outcome = TraceOutcome.SUPERSEDED if by_number else TraceOutcome.FOUND
    return Verdict(outcome, found.nhs_number, found, differs)


def is_same(person: Person, found: Demographics) -> bool:
    """Born on the same day, and of one of the given or family names; without a day, of both."""
    names = person.given_name.casefold(), person.family_name.casefold()
    if person.birth_on is None:
        return names in found.names
    is_named = any(given == names[0] or family == names[1] for given, family in found.names)
    return is_named and found.details.get("birth_on") == person.birth_on.isoformat()


def differences(person: Person, found: Demographics) -> list[Difference]:
    held = {name: None if (value := getattr(person, name)) is None else str(value) for name in COMPARED}
    told = found.details.items()
    return [Difference(name, held[name], value) for name, value in told if _plain(held[name]) != _plain(value)]


def _plain(value: str | None) -> str:
    """Case, spaces and marks make no difference."""
    return "".join(letter for letter in (value or "").casefold() if letter.isalnum())


class Trace(TeamOwned, Base, table=True):
    """One trace and what it came to. Of what PDS said it keeps number, practice and the names of what differs."""

    referral_id: UUID | None = Field(default=None, index=True)
    client_id: UUID | None = Field(default=None, index=True)
    outcome: str
    nhs_number: str | None = None
    nhs_number_status: str
    differs: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    is_restricted: bool
    has_died: bool
    gp_ods_code: str | None = None
    asked_by: UUID | None
    asked_at: datetime = Field(sa_type=INSTANT)
    confirmed_by: UUID | None = None
    confirmed_at: datetime | None = Field(default=None, sa_type=INSTANT)

    @classmethod
    def made(cls, trace_id: UUID, whose: Whose, verdict: Verdict, by: UUID | None, now: datetime) -> Self:
        found = verdict.found
        return cls(
            id=trace_id,
            team_id=whose.team_id,
            referral_id=whose.referral_id,
            client_id=whose.client_id,
            outcome=verdict.outcome,
            nhs_number=verdict.nhs_number,
            nhs_number_status=verdict.nhs_number_status,
            differs=[one.field for one in verdict.differences],
            is_restricted=found is not None and found.is_restricted,
            has_died=found is not None and found.has_died,
            gp_ods_code=found.gp_ods_code if found is not None else None,
            asked_by=by,
            asked_at=now,
            changed_at=now,
        )

    @property
    def waits(self) -> bool:
        """For a nurse to say that it is the person."""
        return self.outcome in WAITING and self.confirmed_at is None

    @property
    def way_out(self) -> str:
        return WAYS_OUT[TraceOutcome(self.outcome)]

    def confirm(self, by: UUID | None, now: datetime) -> None:
        """Raises `NothingToConfirm`."""
        if not self.waits:
            raise NothingToConfirm
        self.confirmed_by, self.confirmed_at, self.changed_at = by, now, now


only_states(Trace, "outcome", TraceOutcome)


def second_question(trace_id: UUID) -> UUID:
    """The id of the search that follows a number that PDS does not know: each question has one of its own."""
    return uuid5(trace_id, "search")
