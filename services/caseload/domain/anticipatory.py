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
from sqlalchemy import Index
from sqlmodel import Field, col

from services.caseload.domain.base import Base, PersonColumns, PersonDetails, Sex, person_columns
from services.caseload.domain.referral import NewReferral, ReferralSource
from services.common.errors import Conflict, Unprocessable
from services.common.figures import Cell, Layout
from services.common.models import INSTANT, Stored, TeamOwned, only_states
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


class ContactOffer(Input):
    offered_on: PastDay
    how: OfferedHow


class OfferOutcome(StrEnum):
    WANTED = "wanted"
    DECLINED = "declined"
    NO_ANSWER = "no_answer"


class ContactAnswer(Input):
    answered_on: PastDay
    outcome: OfferOutcome


class TakeUp(Input):
    """Who wants contact is referred to the team like anybody else."""

    referral_id: NewId
    reason: Words


class ListedStatus(StrEnum):
    """Who declined on an earlier list of the team is not approached again; they may still ask themselves."""

    LISTED = "listed"
    OFFERED = "offered"
    WANTED = "wanted"
    DECLINED = "declined"
    DECLINED_BEFORE = "declined_before"
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
    way_out = "Correct the day: it is not before the day of the offer, or of the answer before."

    def __init__(self) -> None:
        super().__init__("The answer is dated before what it follows.")


class DetailsForgotten(Conflict):
    """Who declined is known by their NHS number alone when the rule's days are over."""

    field = "/path/anticipatory_person_id"
    way_out = "Receive a referral from the person themselves, with the details that they give."

    def __init__(self) -> None:
        super().__init__("What the practice told of this person is no longer kept.")


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

    anticipatory_list_id: UUID = Field(foreign_key="anticipatory_list.id")
    why: str
    status: str = ListedStatus.LISTED
    offered_on: date | None = None
    offered_how: str | None = None
    answered_on: date | None = None
    referral_id: UUID | None = None
    forgotten_at: datetime | None = Field(default=None, sa_type=INSTANT)

    @classmethod
    def of(cls, made: AnticipatoryList, new: NewListed, declined_on: date | None) -> Self:
        about: dict[str, Any] = {
            "team_id": made.team_id,
            "anticipatory_list_id": made.id,
            "changed_at": made.changed_at,
            "status": ListedStatus.LISTED if declined_on is None else ListedStatus.DECLINED_BEFORE,
            "answered_on": declined_on,
        }
        return cls(id=new.id, why=new.why, **person_columns(new.person), **about)

    def offer(self, offer: ContactOffer, now: datetime) -> None:
        """Raises `StepOutOfTurn`."""
        self._require(ListedStatus.LISTED, ListedStatus.NO_ANSWER)
        self.status, self.changed_at = ListedStatus.OFFERED, now
        self.offered_on, self.offered_how, self.answered_on = offer.offered_on, offer.how, None

    def answer(self, told: ContactAnswer, now: datetime) -> None:
        """Who declined may want it after all.

        Raises `StepOutOfTurn`, `DetailsForgotten` or `AnsweredBeforeTheOffer`.
        """
        asks = DECLINED if told.outcome is OfferOutcome.WANTED else ()
        self._require(ListedStatus.OFFERED, *asks)
        if self.forgotten_at is not None:
            raise DetailsForgotten
        before = self.answered_on or self.offered_on
        if before is not None and told.answered_on < before:
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

    def forget(self, now: datetime) -> None:
        """Keep that they declined, and by which NHS number they are known again; nothing else is left of them."""
        self.given_name = self.family_name = ""
        self.birth_on = self.address_line = self.postcode = self.phone = None
        self.sex, self.why, self.forgotten_at, self.changed_at = Sex.UNKNOWN, ListedFor.OTHER, now, now

    def _require(self, *statuses: ListedStatus) -> None:
        if self.status not in statuses:
            raise StepOutOfTurn(self.status)


class AnticipatoryStep(Stored, Base, table=True):
    """How far somebody came, and since when that is written: what a closed quarter is counted from."""

    team_id: UUID
    anticipatory_person_id: UUID = Field(foreign_key="anticipatory_person.id")
    status: str
    written_at: datetime = Field(sa_type=INSTANT)

    @classmethod
    def of(cls, person: AnticipatoryPerson) -> Self:
        return cls(
            team_id=person.team_id,
            anticipatory_person_id=person.id,
            status=person.status,
            written_at=person.changed_at,
        )


# Only who wants it themselves goes on from here.
DECLINED = (ListedStatus.DECLINED, ListedStatus.DECLINED_BEFORE)
NOT_OFFERED = (ListedStatus.LISTED, ListedStatus.DECLINED_BEFORE)
OFFERED = tuple(status for status in ListedStatus if status not in NOT_OFFERED)
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
    "not_offered": NOT_OFFERED,
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
only_states(AnticipatoryStep, "status", ListedStatus)
Index("ix_anticipatory_person_list", col(AnticipatoryPerson.anticipatory_list_id), col(AnticipatoryPerson.id))
Index("ix_anticipatory_step_person", col(AnticipatoryStep.anticipatory_person_id), col(AnticipatoryStep.written_at))
only_states(AnticipatoryPerson, "why", ListedFor)
only_states(AnticipatoryPerson, "offered_how", OfferedHow)
