"""Referral: how a person comes to the team, and the team's one decision about it."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from pydantic import model_validator
from sqlmodel import Field

from services.caseload.domain.base import Base, PersonColumns, PersonDetails, person_columns
from services.caseload.domain.referral_criteria import ReferralCriteria, require_admitted
from services.common.errors import Conflict
from services.common.models import INSTANT, TeamOwned, only_states
from services.common.types import Code, Input, Name, NewId, PastInstant, Words

# What a referrer may say anew of somebody about whom nobody has decided; who it is about is not among it.
PUT_RIGHT = ("reason", "urgency", "answer_due_at", "address_line", "postcode", "phone")


class ReferralSource(StrEnum):
    """Who refers. Anybody may, the vicar too: the King's Fund report counts on it."""

    GP = "gp"
    COMMUNITY_NURSING = "community_nursing"
    SELF = "self"
    SELF_RE_REFERRAL = "self_re_referral"
    HOSPITAL = "hospital"
    URGENT_CARE = "urgent_care"
    COUNCIL = "council"
    AGENCY = "agency"
    COMMUNITY = "community"
    OTHER = "other"


class Urgency(StrEnum):
    """FHIR request-priority."""

    ROUTINE = "routine"
    URGENT = "urgent"
    ASAP = "asap"
    STAT = "stat"


class ReferralKind(StrEnum):
    """What the referrer asks: take the person on, or look at them and say whether that is needed (BaRS)."""

    REFERRAL = "referral"
    VALIDATION = "validation"


class ReferralStatus(StrEnum):
    RECEIVED = "received"
    NEEDS_INFO = "needs_info"
    ACCEPTED = "accepted"
    NOT_TAKEN = "not_taken"


class NotTakenReason(StrEnum):
    """Why the team did not take a person on; the board sees them counted each quarter."""

    NO_HEALTH_NEED = "no_health_need"
    OUT_OF_AREA = "out_of_area"
    NO_CAPACITY = "no_capacity"
    ANOTHER_SERVICE = "another_service"
    DECLINED_BY_CLIENT = "declined_by_client"


class Need(StrEnum):
    """What a person mainly needs, as far as a referral tells; the board sees it counted for those not taken on."""

    WOUND = "wound"
    MEDICINES = "medicines"
    LONG_TERM_CONDITION = "long_term_condition"
    CONTINENCE = "continence"
    END_OF_LIFE = "end_of_life"
    RECOVERY = "recovery"
    PERSONAL_CARE = "personal_care"
    MENTAL_HEALTH = "mental_health"
    SOCIAL = "social"
    OTHER = "other"


class NewReferral(Input):
    """What a referrer tells the team."""

    id: NewId
    team_id: UUID
    source: ReferralSource
    reason: Words
    urgency: Urgency = Urgency.ROUTINE
    received_at: PastInstant
    health_need: bool = True
    need: Need | None = None
    referrer: Name | None = None
    referrer_ods_code: Code | None = None
    person: PersonDetails


class Pathway(StrEnum):
    """What kind of course the care is expected to take."""

    LONG_TERM = "long_term"
    RECOVERY = "recovery"
    END_OF_LIFE = "end_of_life"
    ANTICIPATORY = "anticipatory"


class Acceptance(Input):
    """Taking a person on: by a decision of the team, or urgently by one nurse and ratified by the team later.

    `same_person` settles a doubtful match: true for the person the team knows.
    """

    client_id: NewId
    episode_of_care_id: NewId
    named_nurse_id: UUID
    deputy_id: UUID
    pathway: Pathway
    decision_id: UUID | None = None
    urgent_reason: Words | None = None
    same_person: bool | None = None

    @model_validator(mode="after")
    def _one_ground(self) -> Self:
        if (self.decision_id is None) == (self.urgent_reason is None):
            raise ValueError("give the team's decision_id, or an urgent_reason until the team has met, and not both")
        if self.named_nurse_id == self.deputy_id:
            raise ValueError("deputy_id must name somebody other than the named nurse")
        return self


class Refusal(Input):
    """Not taking a person on. The person is told where else to turn; `need` says what the referral left out."""

    reason: NotTakenReason
    signpost: Words
    need: Need | None = None


class ReferralAlreadyDecided(Conflict):
    """A referral is decided once."""

    field = "/path/referral_id"
    way_out = "Read the referral to see how it was decided. A changed mind is a new referral."

    def __init__(self, status: str) -> None:
        super().__init__(f"This referral has already been decided: {status.replace('_', ' ')}.")


class DecisionNotAdopted(Conflict):
    """A person is taken on by a decision that the team adopted about this very referral."""

    field = "/body/decision_id"
    way_out = "Adopt the decision first; if it was adopted just now, send this again in a moment."

    def __init__(self) -> None:
        super().__init__("No adopted decision with this id is known about this referral.")


class Referral(PersonColumns, TeamOwned, Base, table=True):
    """A request that the team look after a person (FHIR ServiceRequest), and by when the referrer needs an answer."""

    source: str = Field(index=True)
    kind: str = ReferralKind.REFERRAL
    reason: str
    urgency: str
    answer_due_at: datetime | None = Field(default=None, sa_type=INSTANT)
    received_at: datetime = Field(sa_type=INSTANT)
    health_need: bool
    need: str | None = None
    referrer: str | None = None
    referrer_ods_code: str | None = None
    referrer_phone: str | None = None
    inbound_referral_id: UUID | None = Field(default=None, unique=True)
    status: str = Field(default=ReferralStatus.RECEIVED, index=True)
    decided_at: datetime | None = Field(default=None, sa_type=INSTANT)
    decided_by: UUID | None = None
    decision_id: UUID | None = None
    urgent_reason: str | None = None
    not_taken_reason: str | None = None
    signpost: str | None = None
    # What the named nurse worked as in the team when the person was taken on; it is told to whoever referred.
    named_nurse_role: str | None = None
    client_id: UUID | None = Field(default=None, index=True)
    # By which link somebody without an account referred, and when they said that the person agrees.
    referral_link_id: UUID | None = Field(default=None, foreign_key="referral_link.id", index=True)
    consent_at: datetime | None = Field(default=None, sa_type=INSTANT)
    # The edition of the team's criteria that it was judged by; none where the team had none of its own yet.
    criteria_id: UUID | None = Field(default=None, foreign_key="referral_criteria.id")

    @classmethod
    def received(cls, new: NewReferral, now: datetime) -> Self:
        return cls(**new.model_dump(exclude={"person"}), **person_columns(new.person), changed_at=now)

    @classmethod
    def from_partner(cls, inbound_referral_id: UUID, checked: dict[str, Any], now: datetime) -> Self:
        """A partner's system referred; what it said was checked by interop, and a health need is taken as given.

        Both sides know it by one id, so that whoever wrote it over FHIR finds it where it was.
        """
        known = {**checked, "id": inbound_referral_id, "inbound_referral_id": inbound_referral_id}
        return cls(**known, health_need=True, changed_at=now)

    def accept(
        self, acceptance: Acceptance, client_id: UUID, criteria: ReferralCriteria | None, by: UUID | None, now: datetime
    ) -> None:
        """Raises `ReferralAlreadyDecided`, `HealthNeedRequired` or `OutsideTheArea`."""
        self.require_undecided()
        require_admitted(criteria, health_need=self.health_need, postcode=self.postcode)
        self.status, self.client_id = ReferralStatus.ACCEPTED, client_id
        self.decision_id, self.urgent_reason = acceptance.decision_id, acceptance.urgent_reason
        self._decided(criteria, by, now)

    def not_take(self, refusal: Refusal, criteria: ReferralCriteria | None, by: UUID | None, now: datetime) -> None:
        """Raises `ReferralAlreadyDecided`."""
        self.require_undecided()
        self.status, self.not_taken_reason, self.signpost = ReferralStatus.NOT_TAKEN, refusal.reason, refusal.signpost
        self.need = refusal.need or self.need
        self._decided(criteria, by, now)

    def put_right(self, said: Mapping[str, Any], now: datetime) -> None:
        """As its referrer says it now; a referral that is decided stays as it was judged."""
        if self.status in {ReferralStatus.RECEIVED, ReferralStatus.NEEDS_INFO}:
            for name in PUT_RIGHT:
                setattr(self, name, said[name])
            self.changed_at = now

    def wait_for_answer(self, now: datetime) -> None:
        """Raises `ReferralAlreadyDecided`."""
        self.require_undecided()
        self.status, self.changed_at = ReferralStatus.NEEDS_INFO, now

    def go_on(self, *, is_waiting: bool, now: datetime) -> None:
        """An answer came; another may still be waited for. Raises `ReferralAlreadyDecided`."""
        self.require_undecided()
        self.status, self.changed_at = ReferralStatus.NEEDS_INFO if is_waiting else ReferralStatus.RECEIVED, now

    def ratify(self, decision_id: UUID, now: datetime) -> None:
        """The team confirms what one nurse took on urgently."""
        if self.urgent_reason is not None and self.decision_id is None:
            self.decision_id, self.changed_at = decision_id, now

    def require_undecided(self) -> None:
        """Raises `ReferralAlreadyDecided`."""
        if self.status not in (ReferralStatus.RECEIVED, ReferralStatus.NEEDS_INFO):
            raise ReferralAlreadyDecided(self.status)

    def _decided(self, criteria: ReferralCriteria | None, by: UUID | None, now: datetime) -> None:
        self.criteria_id = criteria.id if criteria else None
        self.decided_by, self.decided_at, self.changed_at = by, now, now


class AdoptedDecision(Base, table=True):
    """What governance decided about a referral: caseload's own copy, fed by events."""

    __tablename__ = "adopted_decision"

    decision_id: UUID = Field(primary_key=True)
    subject_id: UUID = Field(primary_key=True, index=True)
    team_id: UUID
    adopted_on: date


only_states(Referral, "kind", ReferralKind)
only_states(Referral, "status", ReferralStatus)
only_states(Referral, "need", Need)
