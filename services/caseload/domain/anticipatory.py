"""Anticipatory list: people whom a practice or a network of practices knows to be at risk, and who are offered contact.

King's Fund: “patients assessed as being at high risk of unwarranted health outcomes”.
"""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from pydantic import Field as Shape
from pydantic import field_validator
from sqlmodel import Field

from services.caseload.domain.base import Base, PersonColumns, PersonDetails, person_columns
from services.caseload.domain.referral import NewReferral, ReferralSource
from services.common.errors import Conflict, Unprocessable
from services.common.figures import Cell, Layout
from services.common.models import TeamOwned, only_states
from services.common.types import Code, Input, Name, NewId, PastDay, Words


class ListSource(StrEnum):
    GP = "gp"
    PCN = "pcn"


class ListedFor(StrEnum):
    """Why the practice thinks that somebody may become unwell."""

    FRAILTY = "frailty"
    FALLS = "falls"
    ADMISSIONS = "admissions"
    LONG_TERM_CONDITIONS = "long_term_conditions"
    LIVES_ALONE = "lives_alone"
    CARER_STRAIN = "carer_strain"
    OTHER = "other"


class NewListed(Input):
    id: NewId
    person: PersonDetails
    why: ListedFor


class NewAnticipatoryList(Input):
    """`basis` is the agreement under which the practice may tell the team of these people."""

    id: NewId
    team_id: UUID
    source: ListSource
    organisation: Name
    ods_code: Code | None = None
    received_on: PastDay
    basis: Name
    people: list[NewListed] = Shape(min_length=1, max_length=500)

    @field_validator("people")
    @classmethod
    def _each_once(cls, people: list[NewListed]) -> list[NewListed]:
        if len({one.id for one in people}) != len(people):
            raise ValueError("give each person an id of their own")
        numbers = [one.person.nhs_number for one in people if one.person.nhs_number]
        if len(set(numbers)) != len(numbers):
            raise ValueError("name each NHS number once")
        return people


class OfferedHow(StrEnum):
    PHONE = "phone"
    LETTER = "letter"
    IN_PERSON = "in_person"


class Offer(Input):
    offered_on: PastDay
    how: OfferedHow


class OfferOutcome(StrEnum):
    WANTED = "wanted"
    DECLINED = "declined"
    NO_ANSWER = "no_answer"


class OfferAnswer(Input):
    answered_on: PastDay
    outcome: OfferOutcome


class TakeUp(Input):
    """Who wants contact is referred to the team like anybody else."""

    referral_id: NewId
    reason: Words


class ListedStatus(StrEnum):
    LISTED = "listed"
    OFFERED = "offered"
    WANTED = "wanted"
    DECLINED = "declined"
    NO_ANSWER = "no_answer"
    TAKEN_UP = "taken_up"


class StepOutOfTurn(Conflict):
    """Contact is offered, answered and taken up in this order, each once; who did not answer may be asked again."""

    field = "/path/anticipatory_person_id"
    way_out = "Read the person to see how far this is, and take the step that comes next."

    def __init__(self, status: str) -> None:
        super().__init__(f"This step does not follow: the person is at {status.replace('_', ' ')}.")


class AnsweredBeforeTheOffer(Unprocessable):
    field = "/body/answered_on"
    way_out = "Correct the day: it is not before the day of the offer."

    def __init__(self) -> None:
        super().__init__("The answer is dated before the offer.")


class AnticipatoryList(TeamOwned, Base, table=True):
    """What one practice or network sent on one day (FHIR Group)."""

    source: str
    organisation: str
    ods_code: str | None = None
    received_on: date
    basis: str
    written_by: UUID | None

    @classmethod
    def received(cls, new: NewAnticipatoryList, by: UUID | None, now: datetime) -> Self:
        return cls(**new.model_dump(exclude={"people"}), written_by=by, changed_at=now)


class AnticipatoryPerson(PersonColumns, TeamOwned, Base, table=True):
    """Somebody on a list, and how far the offer of contact came."""

    anticipatory_list_id: UUID = Field(foreign_key="anticipatory_list.id", index=True)
    why: str
    status: str = ListedStatus.LISTED
    offered_on: date | None = None
    offered_how: str | None = None
    answered_on: date | None = None
    referral_id: UUID | None = None

    @classmethod
    def of(cls, made: AnticipatoryList, new: NewListed) -> Self:
        about: dict[str, Any] = {
            "team_id": made.team_id,
            "anticipatory_list_id": made.id,
            "changed_at": made.changed_at,
        }
        return cls(id=new.id, why=new.why, **person_columns(new.person), **about)

    def offer(self, offer: Offer, now: datetime) -> None:
        """Raises `StepOutOfTurn`."""
        self._require(ListedStatus.LISTED, ListedStatus.NO_ANSWER)
        self.status, self.changed_at = ListedStatus.OFFERED, now
        self.offered_on, self.offered_how, self.answered_on = offer.offered_on, offer.how, None

    def answer(self, told: OfferAnswer, now: datetime) -> None:
        """Raises `StepOutOfTurn` or `AnsweredBeforeTheOffer`."""
        self._require(ListedStatus.OFFERED)
        if self.offered_on is not None and told.answered_on < self.offered_on:
            raise AnsweredBeforeTheOffer
        self.status, self.answered_on, self.changed_at = ListedStatus(told.outcome), told.answered_on, now

    def take_up(self, taken: TakeUp, now: datetime) -> NewReferral:
        """The referral that this becomes. Raises `StepOutOfTurn`."""
        self._require(ListedStatus.WANTED)
        self.status, self.referral_id, self.changed_at = ListedStatus.TAKEN_UP, taken.referral_id, now
        details = {name: getattr(self, name) for name in PersonDetails.model_fields}
        return NewReferral(
            id=taken.referral_id,
            team_id=self.team_id,
            source=ReferralSource.GP,
            reason=taken.reason,
            received_at=now,
            person=PersonDetails.model_validate(details),
        )

    def _require(self, *statuses: ListedStatus) -> None:
        if self.status not in statuses:
            raise StepOutOfTurn(self.status)


OFFERED = tuple(status for status in ListedStatus if status is not ListedStatus.LISTED)
ANSWERED = (ListedStatus.WANTED, ListedStatus.DECLINED, ListedStatus.NO_ANSWER, ListedStatus.TAKEN_UP)
# Each step of the funnel, by the states that came so far, and what is left beside it.
FUNNEL: dict[str, tuple[ListedStatus, ...]] = {
    "listed": tuple(ListedStatus),
    "offered": OFFERED,
    "answered": ANSWERED,
    "wanted": (ListedStatus.WANTED, ListedStatus.TAKEN_UP),
    "taken_up": (ListedStatus.TAKEN_UP,),
}
BESIDE = {
    "not_offered": (ListedStatus.LISTED,),
    "not_answered": (ListedStatus.OFFERED,),
    "not_wanted": (ListedStatus.DECLINED, ListedStatus.NO_ANSWER),
    "not_taken_up": (ListedStatus.WANTED,),
}
FUNNEL_LAYOUT = Layout(
    (
        ("listed", ("offered", "not_offered")),
        ("offered", ("answered", "not_answered")),
        ("answered", ("wanted", "not_wanted")),
        ("wanted", ("taken_up", "not_taken_up")),
    ),
    frozenset(BESIDE),
)


def funnel_cells(statuses: Iterable[str]) -> dict[str, Cell]:
    """How many came how far."""
    found = list(statuses)
    counts = {name: sum(one in states for one in found) for name, states in (FUNNEL | BESIDE).items()}
    return {name: Cell(count, count) for name, count in counts.items()}


only_states(AnticipatoryList, "source", ListSource)
only_states(AnticipatoryPerson, "status", ListedStatus)
only_states(AnticipatoryPerson, "why", ListedFor)
only_states(AnticipatoryPerson, "offered_how", OfferedHow)
