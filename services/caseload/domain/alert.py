"""Alert: somebody must be told now, and says that they know; where nobody does, it is told again and wider."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field, col
from uuid6 import uuid7

from services.caseload.domain.base import Base
from services.caseload.domain.rule import RuleCode
from services.common.errors import Conflict
from services.common.models import INSTANT, TeamOwned, only_states


class AlertKind(StrEnum):
    """What somebody has to be told of; `subject_id` is the medicine, the handover or the broken glass."""

    LATE_DOSE = "late_dose"
    HANDOVER_NOT_ACCEPTED = "handover_not_accepted"
    BREAK_GLASS_NOT_REVIEWED = "break_glass_not_reviewed"


# Within how many minutes somebody has to say that they know.
ANSWERED_WITHIN = {
    AlertKind.LATE_DOSE: RuleCode.ALERT_LATE_DOSE,
    AlertKind.HANDOVER_NOT_ACCEPTED: RuleCode.ALERT_HANDOVER,
    AlertKind.BREAK_GLASS_NOT_REVIEWED: RuleCode.ALERT_REVIEW,
}


class AlertAlreadyAcknowledged(Conflict):
    field = "/path/alert_id"
    way_out = "Nothing needs to be done: somebody of the team knows."

    def __init__(self) -> None:
        super().__init__("This alert has been acknowledged.")


class Alert(TeamOwned, Base, table=True):
    """One thing that one moment made late, told once to one person or to the whole team, and again until answered.

    `for_employee_id` is the nurse on call; where it is empty, or it has escalated, the alert is for everybody.
    """

    kind: str
    client_id: UUID = Field(foreign_key="client.id", index=True)
    subject_id: UUID
    due_at: datetime = Field(sa_type=INSTANT)
    raised_at: datetime = Field(sa_type=INSTANT)
    for_employee_id: UUID | None = None
    # When it is told again. None for what is answered, or was told as often as the rule says.
    escalates_at: datetime | None = Field(default=None, sa_type=INSTANT)
    escalations: int = 0
    acknowledged_at: datetime | None = Field(default=None, sa_type=INSTANT)
    acknowledged_by: UUID | None = None

    @classmethod
    def raised(
        cls, kind: AlertKind, subject: TeamOwned, due_at: datetime, for_employee_id: UUID | None, now: datetime
    ) -> Self:
        """The subject is the client's, and its team the one that is told."""
        return cls(
            id=uuid7(),
            kind=kind,
            team_id=subject.team_id,
            client_id=subject.client_id,  # type: ignore[attr-defined]
            subject_id=subject.id,
            due_at=due_at,
            raised_at=now,
            for_employee_id=for_employee_id,
            changed_at=now,
        )

    @property
    def is_for_everybody(self) -> bool:
        return self.for_employee_id is None or self.escalations > 0

    def wait(self, minutes: int) -> None:
        """It is told again after so many minutes, unless somebody answers."""
        self.escalates_at = self.changed_at + timedelta(minutes=minutes)

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
