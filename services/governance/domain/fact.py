"""Facts: what other services told, one row a fact, keyed by its owner's id, so that a measure traces to rows.

They hold ids, days and counts. A fact is complete or waits for an event that has not arrived yet; it never fails.
"""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field, col

from services.common.models import INSTANT, TeamOwned, only_states
from services.governance.domain.base import Base


class ReferralOutcome(StrEnum):
    ACCEPTED = "accepted"
    NOT_TAKEN = "not_taken"


class ReferralFact(TeamOwned, Base, table=True):
    """A referral, and how it was decided once that is known."""

    received_at: datetime = Field(sa_type=INSTANT)
    outcome: str | None = None
    not_taken_reason: str | None = None
    decided_at: datetime | None = Field(default=None, sa_type=INSTANT)


class ContactFact(TeamOwned, Base, table=True):
    """A care contact and what it cost, whichever was heard of first.

    `happened_at` is the contact's start, or the time of costing until the contact itself is known.
    """

    happened_at: datetime = Field(sa_type=INSTANT)
    client_id: UUID | None = None
    cost_pence: int | None = None
    cost_version: int | None = None


class SegmentFact(TeamOwned, Base, table=True):
    """Minutes of one type within a care contact, keyed by the care activity."""

    client_id: UUID
    activity_type: str
    minutes: int
    happened_at: datetime = Field(sa_type=INSTANT)


class RatingFact(TeamOwned, Base, table=True):
    """One rating of one Omaha problem; without a status where it was heard of before that was kept."""

    client_id: UUID
    problem_id: UUID
    status: int | None = None
    rated_at: datetime = Field(sa_type=INSTANT)


class EpisodeFact(TeamOwned, Base, table=True):
    client_id: UUID
    opened_on: date


class EndedEpisodeFact(TeamOwned, Base, table=True):
    """A discharge, keyed by the episode of care, which may not have been heard of before."""

    client_id: UUID
    ended_on: date


class AgreedPlanFact(TeamOwned, Base, table=True):
    """A care plan that the client agreed, keyed by the plan, and its last day."""

    client_id: UUID
    episode_of_care_id: UUID
    ends_on: date


class ChangedPlanFact(TeamOwned, Base, table=True):
    """A care plan that was changed, keyed by the plan, and when that was last."""

    client_id: UUID
    happened_at: datetime = Field(sa_type=INSTANT)


class ReablementFact(TeamOwned, Base, table=True):
    """The free days of one episode of care, as finance counts them, from whichever of its events was heard of first.

    `undecided_on` is the day on which finance asked what follows, and `asked_on` when the council was asked to assess.
    """

    client_id: UUID
    last_free_day_on: date
    episode_of_care_id: UUID | None = None
    started_on: date | None = None
    undecided_on: date | None = None
    asked_on: date | None = None


class AssessmentFact(TeamOwned, Base, table=True):
    """A completed assessment, and whether it found needs that the Care Act counts as eligible."""

    client_id: UUID
    care_act_eligible: bool
    assessed_on: date


class VisitFact(TeamOwned, Base, table=True):
    """A planned visit that was done."""

    client_id: UUID
    starts_at: datetime = Field(sa_type=INSTANT)


class EmergencyFact(TeamOwned, Base, table=True):
    """Somebody of another team read a client's record in an emergency."""

    client_id: UUID
    opened_at: datetime = Field(sa_type=INSTANT)


class IncidentFact(TeamOwned, Base, table=True):
    """Something that must not happen happened to a client: a medicine given against the rules, say."""

    client_id: UUID
    raised_at: datetime = Field(sa_type=INSTANT)


# Conflicts of these kinds have an event of their own.
OF_A_PLAN = ("care_plan_line", "who_to_call")


class ConflictFact(TeamOwned, Base, table=True):
    """Two people said different things of one matter, each without knowing of the other."""

    client_id: UUID
    opened_at: datetime = Field(sa_type=INSTANT)
    # A dose, a state or a fact. None for a part of a care plan.
    kind: str | None = None


class HandoverFact(TeamOwned, Base, table=True):
    """A client was handed over to a service outside. `expired_at` is when the team was warned that nobody accepted."""

    client_id: UUID
    sent_at: datetime = Field(sa_type=INSTANT)
    accepted_at: datetime | None = Field(default=None, sa_type=INSTANT)
    expired_at: datetime | None = Field(default=None, sa_type=INSTANT)
    returned_at: datetime | None = Field(default=None, sa_type=INSTANT)


class AlertFact(TeamOwned, Base, table=True):
    """The team was told of something late; `escalated_at` is when nobody had said in time that they know."""

    client_id: UUID
    raised_at: datetime = Field(sa_type=INSTANT)
    escalated_at: datetime | None = Field(default=None, sa_type=INSTANT)
    acknowledged_at: datetime | None = Field(default=None, sa_type=INSTANT)


class LostTimeFact(TeamOwned, Base, table=True):
    """A stretch of time away from the caseload that was lost; whose it was is not told.

    `obstacle_id` is the obstacle that was raised for it, together with others; none while it is one of too few.
    """

    starts_at: datetime = Field(sa_type=INSTANT)
    obstacle_id: UUID | None = Field(default=None, foreign_key="obstacle.id")


only_states(ReferralFact, "outcome", ReferralOutcome)
# A measure reads one team's facts of one period.
Index("ix_referral_fact_period", col(ReferralFact.team_id), col(ReferralFact.received_at))
Index("ix_contact_fact_period", col(ContactFact.team_id), col(ContactFact.happened_at))
Index("ix_segment_fact_period", col(SegmentFact.team_id), col(SegmentFact.happened_at))
Index("ix_agreed_plan_fact_period", col(AgreedPlanFact.team_id), col(AgreedPlanFact.ends_on))
Index("ix_changed_plan_fact_period", col(ChangedPlanFact.team_id), col(ChangedPlanFact.happened_at))
Index("ix_reablement_fact_period", col(ReablementFact.team_id), col(ReablementFact.last_free_day_on))
Index("ix_rating_fact_period", col(RatingFact.team_id), col(RatingFact.rated_at))
Index("ix_episode_fact_period", col(EpisodeFact.team_id), col(EpisodeFact.opened_on))
Index("ix_ended_episode_fact_period", col(EndedEpisodeFact.team_id), col(EndedEpisodeFact.ended_on))
Index("ix_assessment_fact_period", col(AssessmentFact.team_id), col(AssessmentFact.assessed_on))
Index("ix_visit_fact_period", col(VisitFact.team_id), col(VisitFact.starts_at))
Index("ix_emergency_fact_period", col(EmergencyFact.team_id), col(EmergencyFact.opened_at))
Index("ix_incident_fact_period", col(IncidentFact.team_id), col(IncidentFact.raised_at))
Index("ix_conflict_fact_period", col(ConflictFact.team_id), col(ConflictFact.opened_at))
Index("ix_handover_fact_period", col(HandoverFact.team_id), col(HandoverFact.sent_at))
Index("ix_alert_fact_period", col(AlertFact.team_id), col(AlertFact.raised_at))
Index("ix_lost_time_fact_period", col(LostTimeFact.team_id), col(LostTimeFact.starts_at))
