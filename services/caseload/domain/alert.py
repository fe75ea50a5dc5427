"""Alert: somebody must be told now, and says that they know; where nobody does, it is told again and wider."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self
from uuid import UUID

from sqlalchemy import Column, Index, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, col
from uuid6 import uuid7

from services.caseload.domain.base import Base
from services.caseload.domain.rule import RuleCode
from services.common.errors import Conflict
from services.common.models import INSTANT, TeamOwned, only_states


class AlertKind(StrEnum):
    """What somebody has to be told of; `subject_id` is the medicine, the handover, the broken glass, the conflict,
    the visit, the stay in hospital, or the referral.

    Of a dose to review it is the operation that the review names by its `operation_id`.
    """

    LATE_DOSE = "late_dose"
    HANDOVER_NOT_ACCEPTED = "handover_not_accepted"
    BREAK_GLASS_NOT_REVIEWED = "break_glass_not_reviewed"
    DOSE_IN_CONFLICT = "dose_in_conflict"
    DOSE_TO_REVIEW = "dose_to_review"
    VISIT_LATE = "visit_late"
    HOSPITAL_STAY = "hospital_stay"
    REFERRAL_CHANGED = "referral_changed"


# Within how many minutes somebody has to say that they know.
ANSWERED_WITHIN = {
    AlertKind.LATE_DOSE: RuleCode.ALERT_LATE_DOSE,
    AlertKind.HANDOVER_NOT_ACCEPTED: RuleCode.ALERT_HANDOVER,
    AlertKind.BREAK_GLASS_NOT_REVIEWED: RuleCode.ALERT_REVIEW,
    AlertKind.DOSE_IN_CONFLICT: RuleCode.ALERT_DISPUTED_DOSE,
    AlertKind.DOSE_TO_REVIEW: RuleCode.ALERT_DISPUTED_DOSE,
    AlertKind.VISIT_LATE: RuleCode.ALERT_LATE_VISIT,
    AlertKind.HOSPITAL_STAY: RuleCode.ALERT_HOSPITAL_STAY,
    AlertKind.REFERRAL_CHANGED: RuleCode.ALERT_REFERRAL,
}


class AlertAlreadyAcknowledged(Conflict):
    field = "/path/alert_id"
    way_out = "Nothing needs to be done: somebody of the team knows."

    def __init__(self) -> None:
        super().__init__("This alert has been acknowledged.")


@dataclass(frozen=True)
class Subject:
    """What an alert is about, where that is no row of the team's."""

    id: UUID
    team_id: UUID
    client_id: UUID


class Alert(TeamOwned, Base, table=True):
    """One thing that has to be known now, told once to some people or to the whole team, and again until answered.

    `for_employee_id` is the nurse on call, `for_people` are those who have to settle it; where both are empty, or it
    has escalated, the alert is for everybody.
    """

    kind: str
    client_id: UUID = Field(foreign_key="client.id", index=True)
    subject_id: UUID
    due_at: datetime = Field(sa_type=INSTANT)
    raised_at: datetime = Field(sa_type=INSTANT)
    for_employee_id: UUID | None = None
    for_people: list[UUID] = Field(
        default_factory=list, sa_column=Column(ARRAY(Uuid), nullable=False, server_default=text("'{}'"))
    )
    # When it is told again. None for what is answered, or was told as often as the rule says.
    escalates_at: datetime | None = Field(default=None, sa_type=INSTANT)
    escalations: int = 0
    acknowledged_at: datetime | None = Field(default=None, sa_type=INSTANT)
    acknowledged_by: UUID | None = None

    @classmethod
    def raised(
        cls, kind: AlertKind, subject: TeamOwned | Subject, due_at: datetime, people: Collection[UUID], now: datetime
    ) -> Self:
        """The subject is the client's, and its team the one that is told. It is for nobody in particular yet, but for
        these people where there are any."""
        return cls(
            id=uuid7(),
            kind=kind,
            team_id=subject.team_id,
            client_id=subject.client_id,  # type: ignore[union-attr]
            subject_id=subject.id,
            due_at=due_at,
            raised_at=now,
            for_people=sorted(people),
            changed_at=now,
        )

    @property
    def is_for_everybody(self) -> bool:
        return self.escalations > 0 or not self.named

    @property
    def named(self) -> list[UUID]:
        """Whom it was raised for, if not for everybody."""
        return self.for_people if self.for_employee_id is None else [self.for_employee_id]

    def wait(self, minutes: int) -> None:
        """It is told again after so many minutes, unless somebody answers."""
        self.escalates_at = self.changed_at + timedelta(minutes=minutes)

    def reopen(self, people: Collection[UUID], now: datetime) -> None:
        """It is raised for these people, as if for the first time."""
        self.raised_at = self.changed_at = now
        self.for_employee_id, self.for_people, self.escalations = None, sorted(people), 0
        self.acknowledged_at = self.acknowledged_by = None

    def escalate(self, minutes: int, most: int, now: datetime) -> None:
        self.escalations += 1
        self.changed_at = now
        self.escalates_at = now + timedelta(minutes=minutes) if self.escalations < most else None

    def acknowledge(self, by: UUID | None, now: datetime) -> None:
        """Raises `AlertAlreadyAcknowledged`."""
        if self.acknowledged_at is not None:
            raise AlertAlreadyAcknowledged
        self.acknowledged_at, self.acknowledged_by, self.changed_at, self.escalates_at = now, by, now, None


class OnCallShift(Base, table=True):
    """Who is on call, and on other shifts, by roster's word."""

    __tablename__ = "on_call_shift"

    shift_id: UUID = Field(primary_key=True)
    team_id: UUID
    employee_id: UUID
    kind: str
    starts_at: datetime = Field(sa_type=INSTANT)
    ends_at: datetime = Field(sa_type=INSTANT)
    version: int


ON_CALL = "on_call"
only_states(Alert, "kind", AlertKind)
# What is told once is told once, however many processes look.
Index("one_alert_of_each", col(Alert.subject_id), col(Alert.kind), col(Alert.due_at), unique=True)
Index("ix_alert_changed", col(Alert.team_id), col(Alert.changed_at))
Index("ix_alert_escalates", col(Alert.escalates_at), postgresql_where=text("escalates_at is not null"))
Index(
    "ix_on_call_shift_of", col(OnCallShift.team_id), col(OnCallShift.ends_at), postgresql_where=text("kind = 'on_call'")
)
