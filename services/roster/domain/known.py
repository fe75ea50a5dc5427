"""What roster knows from the others: its own copies, fed by events that may arrive in any order."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field, col

from services.common.errors import Conflict
from services.common.models import INSTANT
from services.roster.domain.base import Base


class Contract(Base, table=True):
    """How many minutes a week hr agreed with somebody for a team, and from when to when."""

    contract_id: UUID = Field(primary_key=True)
    employee_id: UUID
    team_id: UUID = Field(index=True)
    minutes_per_week: int
    # None where hr told of it before roster kept them; hr's desk tells it again.
    role: str | None = None
    kind: str | None = None
    from_on: date
    until_on: date | None = None
    version: int


class Competence(Base, table=True):
    """What somebody was signed off for in a team, by hr's word: from the day of the assessment to the last day."""

    competency_id: UUID = Field(primary_key=True)
    team_id: UUID
    employee_id: UUID
    task: str
    assessed_on: date
    until_on: date
    withdrawn_at: datetime | None = Field(default=None, sa_type=INSTANT)
    version: int


class ClientDelegation(Base, table=True):
    """What a nurse let somebody do for one client, by caseload's word; it counts beside a competence alone."""

    __tablename__ = "client_delegation"

    delegation_id: UUID = Field(primary_key=True)
    team_id: UUID
    client_id: UUID
    employee_id: UUID
    task: str
    from_on: date
    until_on: date
    withdrawn_at: datetime | None = Field(default=None, sa_type=INSTANT)
    version: int


class Clearance(Base, table=True):
    """Whether somebody may visit alone from a day on, by hr's word. Of those that count on a day the newest holds."""

    employee_id: UUID = Field(primary_key=True)
    since_on: date = Field(primary_key=True)
    may_visit_alone: bool
    version: int


class OptOut(Base, table=True):
    """That somebody agreed in writing to work beyond 48 hours a week, by hr's word (regulation 5 of the WTR 1998)."""

    __tablename__ = "opt_out"

    opt_out_id: UUID = Field(primary_key=True)
    employee_id: UUID
    team_id: UUID
    from_on: date
    until_on: date | None = None
    version: int


class UnknownClient(Conflict):
    """A team visits its own clients. One of another team is unknown to it alike."""

    field = "/body/client_id"
    way_out = "Check the id. If the client was taken on just now, send this again in a moment."

    def __init__(self) -> None:
        super().__init__("The team has no such client.")


class ClientNotInCare(Conflict):
    """Whoever is in hospital, away, or no longer in the team's care is not visited."""

    field = "/body/client_id"
    way_out = "Resume the client's care, or take them on again; if that was done just now, send this again in a moment."

    def __init__(self) -> None:
        super().__init__("The client's care is paused or has ended.")


class CareTeam(Base, table=True):
    """The named nurse and the deputy of a client's episode of care."""

    __tablename__ = "care_team"

    episode_of_care_id: UUID = Field(primary_key=True)
    client_id: UUID = Field(index=True)
    team_id: UUID
    named_nurse_id: UUID
    deputy_id: UUID
    opened_on: date
    version: int


class EpisodeStanding(Base, table=True):
    """Whether an episode of care goes on, is paused or has ended, and since when; none told means that it goes on."""

    __tablename__ = "episode_standing"

    episode_of_care_id: UUID = Field(primary_key=True)
    client_id: UUID
    team_id: UUID
    status: str
    since_on: date
    version: int


class EpisodeStandingChange(Base, table=True):
    """Each word on whether an episode of care goes on: on a day the last by version holds, of those since then."""

    __tablename__ = "episode_standing_change"

    episode_of_care_id: UUID = Field(primary_key=True)
    version: int = Field(primary_key=True)
    client_id: UUID
    team_id: UUID = Field(index=True)
    status: str
    since_on: date


class AcuityReview(Base, table=True):
    """What a team's review of its caseload came to: how many clients, and the sum of their scores from 1 to 5."""

    __tablename__ = "acuity_review"

    acuity_review_id: UUID = Field(primary_key=True)
    team_id: UUID
    reviewed_on: date
    clients: int
    total: int
    version: int


class CareTeamChange(Base, table=True):
    """A client was handed on: who is named nurse and deputy of the episode from that day."""

    __tablename__ = "care_team_change"

    episode_of_care_id: UUID = Field(primary_key=True)
    changed_on: date = Field(primary_key=True)
    client_id: UUID
    team_id: UUID = Field(index=True)
    named_nurse_id: UUID
    deputy_id: UUID
    version: int


class RecordedContact(Base, table=True):
    """A care contact that caseload recorded: who was with whom, for how long, on which day in England."""

    __tablename__ = "recorded_contact"

    care_contact_id: UUID = Field(primary_key=True)
    episode_of_care_id: UUID
    client_id: UUID
    team_id: UUID
    employee_id: UUID
    visit_id: UUID | None = Field(default=None, index=True)
    contact_on: date
    done_at: datetime = Field(sa_type=INSTANT)
    minutes: int
    version: int


class RecordedActivity(Base, table=True):
    """The part of a contact that one type of activity took."""

    __tablename__ = "recorded_activity"

    care_activity_id: UUID = Field(primary_key=True)
    care_contact_id: UUID = Field(foreign_key="recorded_contact.care_contact_id", ondelete="CASCADE", index=True)
    activity_type: str
    minutes: int


Index("ix_opt_out_of", col(OptOut.employee_id), col(OptOut.from_on))
Index("ix_competence_of", col(Competence.team_id), col(Competence.employee_id), col(Competence.task))
Index("ix_client_delegation_of", col(ClientDelegation.team_id), col(ClientDelegation.employee_id))
Index("ix_episode_standing_team_client", col(EpisodeStanding.team_id), col(EpisodeStanding.client_id))
Index("ix_acuity_review_team_on", col(AcuityReview.team_id), col(AcuityReview.reviewed_on))
Index("ix_care_team_team_client", col(CareTeam.team_id), col(CareTeam.client_id))
Index("ix_recorded_contact_team_on", col(RecordedContact.team_id), col(RecordedContact.contact_on))
