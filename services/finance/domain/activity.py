"""Activity lines: each segment of a contact with its minutes, its cost, and whether anybody may be charged for it."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import CheckConstraint, Column, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, col

from services.common.models import TeamOwned, only_states
from services.common.types import day_in_england
from services.finance.domain.base import PENCE, Base, shares
from services.finance.domain.cost import HourlyCost, contact_cost
from services.finance.domain.outcome import Outcome


class ChargeStatus(StrEnum):
    """Whether a line may be charged for. The council decides on charges; nothing here is one."""

    HEALTH_NEVER_CHARGED = "health_never_charged"
    FREE_REABLEMENT = "free_reablement"
    NEEDS_FINANCIAL_ASSESSMENT = "needs_financial_assessment"
    NEEDS_DECISION = "needs_decision"
    CLIENT_CONTRIBUTES = "client_contributes"
    COUNCIL_PAYS = "council_pays"
    CLIENT_PAYS = "client_pays"


HEALTH = {"nursing", "coordination"}
SOCIAL_CARE = {"personal_care", "wider_support"}


# Who pays for social care, as the council's means test came out (Care Act 2014, s 17).
WHO_PAYS = {
    Outcome.CONTRIBUTES: ChargeStatus.CLIENT_CONTRIBUTES,
    Outcome.COUNCIL_PAYS: ChargeStatus.COUNCIL_PAYS,
    Outcome.SELF_FUNDS: ChargeStatus.CLIENT_PAYS,
}


def charge_status(activity_type: str, *, is_free: bool, outcome: Outcome | None = None) -> ChargeStatus:
    """Health care is never charged for, nor is anything in the free days of reablement (SI 2014/2672, reg 3).

    Afterwards social care waits for a means test (Care Act 2014, s 17), and goes by its outcome from its first day on;
    reablement waits for the team's decision. A type of activity not known here waits for a decision too, outside the
    free days.
    """
    if activity_type in HEALTH:
        return ChargeStatus.HEALTH_NEVER_CHARGED
    if is_free:
        return ChargeStatus.FREE_REABLEMENT
    if outcome is not None and activity_type in SOCIAL_CARE:
        return WHO_PAYS[outcome]
    return ChargeStatus.NEEDS_FINANCIAL_ASSESSMENT if activity_type in SOCIAL_CARE else ChargeStatus.NEEDS_DECISION


class RecordedSegment(BaseModel):
    care_activity_id: UUID
    activity_type: str
    minutes: int


class RecordedContact(BaseModel):
    """The fields of `caseload.care_contact.recorded.v1` that finance reads."""

    care_contact_id: UUID
    client_id: UUID
    team_id: UUID
    employee_id: UUID
    started_at: datetime
    segments: list[RecordedSegment]

    @property
    def occurred_on(self) -> date:
        """The calendar day in England."""
        return day_in_england(self.started_at)


class ActivityLine(TeamOwned, Base, table=True):
    """One segment of a contact in money's terms; its id is the care activity's. It waits until its band is known."""

    care_contact_id: UUID = Field(index=True)
    client_id: UUID
    employee_id: UUID
    position: int
    activity_type: str
    minutes: int
    occurred_on: date
    band: str | None = None
    cost_pence: int | None = Field(default=None, sa_type=PENCE)
    explanation: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    charge_status: str

    @classmethod
    def lines_of(
        cls, contact: RecordedContact, *, is_free: bool, now: datetime, outcome: Outcome | None = None
    ) -> "list[ActivityLine]":
        about: dict[str, Any] = contact.model_dump(exclude={"segments", "started_at"})
        return [
            cls(
                id=segment.care_activity_id,
                position=position,
                activity_type=segment.activity_type,
                minutes=segment.minutes,
                occurred_on=contact.occurred_on,
                charge_status=charge_status(segment.activity_type, is_free=is_free, outcome=outcome),
                changed_at=now,
                **about,
            )
            for position, segment in enumerate(contact.segments)
        ]


def cost_contact(lines: Sequence[ActivityLine], hourly: HourlyCost, now: datetime) -> int:
    """Cost every line of one contact, and return the pence of all of them together."""
    minutes = [line.minutes for line in lines]
    pence = contact_cost(hourly, sum(minutes))
    explanation = {**hourly.explanation, "contact_minutes": sum(minutes), "contact_pence": pence}
    for line, share in zip(lines, shares(pence, minutes), strict=True):
        line.band, line.cost_pence, line.explanation, line.changed_at = hourly.band, share, explanation, now
    return pence


def wait_again(lines: Sequence[ActivityLine], now: datetime) -> None:
    """No contract counts on their day after all, or none with a rate."""
    for line in lines:
        line.band, line.cost_pence, line.explanation, line.changed_at = None, None, None, now


only_states(ActivityLine, "charge_status", ChargeStatus)
for check in (
    CheckConstraint("minutes > 0", name="activity_line_minutes_positive"),
    CheckConstraint("cost_pence >= 0", name="activity_line_cost_not_negative"),
    CheckConstraint(
        "(band is null) = (cost_pence is null) and (band is null) = (explanation is null)",
        name="activity_line_costed_wholly_or_not",
    ),
):
    ActivityLine.__table__.append_constraint(check)  # type: ignore[attr-defined]
Index("ix_activity_line_team_day", col(ActivityLine.team_id), col(ActivityLine.occurred_on))
Index("ix_activity_line_day", col(ActivityLine.occurred_on), col(ActivityLine.id))
Index("ix_activity_line_client_day", col(ActivityLine.client_id), col(ActivityLine.occurred_on))
Index("ix_activity_line_employee", col(ActivityLine.employee_id))
