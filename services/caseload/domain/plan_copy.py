"""Plan copy: the care plan for the client themselves, and for a carer whom the client lets see it, by a link."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from sqlalchemy import CheckConstraint, Table
from sqlmodel import Field

from services.caseload.domain.base import Base
from services.caseload.domain.care_plan import AgreedHow, Agreement, CarePlan, CarePlanLine
from services.caseload.domain.client import Client, EpisodeOfCare
from services.caseload.domain.one_time_link import LinkEnded, OneTimeLink
from services.caseload.domain.planned_visit import PlannedVisit
from services.common.errors import Conflict, Unprocessable
from services.common.models import INSTANT, TeamOwned, only_states
from services.common.types import Input, NewId


class NewPlanCopyShare(Input):
    """For the client; or, with `carer_id`, for a carer of theirs, with how and when the client agreed to it."""

    id: NewId
    client_id: UUID
    carer_id: UUID | None = None
    consent: Agreement | None = None


class ConsentOfClientNeeded(Unprocessable):
    """A carer sees the plan if the client wants it."""

    field = "/body/consent"
    way_out = "Ask the client, and send how and when they agreed; leave both out for the client's own copy."

    def __init__(self) -> None:
        super().__init__("The client's consent belongs to a copy for a carer, and to no other.")


class CarerOfAnotherClient(Conflict):
    field = "/body/carer_id"
    way_out = "Name a carer of this client, or record who cares for them first."

    def __init__(self) -> None:
        super().__init__("This is no carer of this client.")


class NoPlanToShow(Conflict):
    """There is nothing to read before there is a plan, and nothing any more after discharge."""

    field = "/body/client_id"
    way_out = "Write a care plan with the client first; a draft can be shown as well."

    def __init__(self) -> None:
        super().__init__("This client has no care plan in an open episode of care.")


class PlanCopyShareEnded(Conflict):
    """A share ends once: when it is withdrawn, or with its last day."""

    field = "/path/plan_copy_share_id"
    way_out = "Nothing needs to be done: nothing is shown through this link any more."

    def __init__(self) -> None:
        super().__init__("This share has ended.")


class PlanCopyShare(OneTimeLink, TeamOwned, Base, table=True):
    """A link to the client's plan as it stands, for themselves or for a carer, and until when it holds."""

    client_id: UUID = Field(foreign_key="client.id", index=True)
    carer_id: UUID | None = Field(default=None, foreign_key="carer.id")
    agreed_how: str | None = None
    agreed_on: date | None = None
    shared_by: UUID | None
    until_at: datetime = Field(sa_type=INSTANT)
    withdrawn_at: datetime | None = Field(default=None, sa_type=INSTANT)

    @classmethod
    def offered(cls, new: NewPlanCopyShare, client: Client, days: int, by: UUID | None, now: datetime) -> Self:
        """Raises `ConsentOfClientNeeded`."""
        if (new.carer_id is None) != (new.consent is None):
            raise ConsentOfClientNeeded
        consent = new.consent.model_dump() if new.consent else {}
        about: dict[str, Any] = {"team_id": client.team_id, "shared_by": by, "changed_at": now}
        return cls(**new.model_dump(exclude={"consent"}), **consent, **about, until_at=now + timedelta(days=days))

    def require_open(self, now: datetime) -> None:
        """Raises `LinkEnded`."""
        if self.withdrawn_at is not None or self.until_at <= now:
            raise LinkEnded

    def withdraw(self, now: datetime) -> None:
        """Raises `PlanCopyShareEnded`."""
        if self.withdrawn_at is not None or self.until_at <= now:
            raise PlanCopyShareEnded
        self.withdrawn_at, self.changed_at = now, now


class Who(StrEnum):
    """Who comes. Names are hr's, so a person is told by what they are to the client."""

    NAMED_NURSE = "named_nurse"
    DEPUTY = "deputy"
    ANOTHER_OF_THE_TEAM = "another_of_the_team"


@dataclass(frozen=True)
class NextVisit:
    starts_at: datetime
    ends_at: datetime
    channel: str
    who: Who


@dataclass(frozen=True)
class PlanCopy:
    """What a client reads: the plan in their words, and who comes when."""

    client: Client
    plan: CarePlan
    lines: Sequence[CarePlanLine]
    what_matters: str | None
    next_visits: list[NextVisit]


def expected(visit: PlannedVisit, episode: EpisodeOfCare) -> NextVisit:
    """A visit as the client is told of it."""
    known = {episode.deputy_id: Who.DEPUTY, episode.named_nurse_id: Who.NAMED_NURSE}
    who = known.get(visit.employee_id, Who.ANOTHER_OF_THE_TEAM)
    return NextVisit(visit.starts_at, visit.ends_at, visit.channel, who)


only_states(PlanCopyShare, "agreed_how", AgreedHow)
_table: Table = PlanCopyShare.__table__  # type: ignore[attr-defined]
_table.append_constraint(
    CheckConstraint(
        "(carer_id is null) = (agreed_how is null) and (carer_id is null) = (agreed_on is null)",
        name="carer_sees_with_consent",
    )
)
