"""Self-care: a skill is wanted, taught, practised and signed off with the client; or it is said why it cannot be."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from pydantic import model_validator
from sqlalchemy import CheckConstraint, Table
from sqlmodel import Field

from services.caseload.domain.base import Base
from services.caseload.domain.client import Client
from services.caseload.domain.counted import counted
from services.caseload.domain.due import Chased, index_due, require_order
from services.common.errors import Conflict
from services.common.figures import Cell, Layout
from services.common.models import Stored, TeamOwned, only_states
from services.common.types import Input, Name, NewId, PastDay, Words


class NewSelfCareSkill(Input):
    """What the client, or with `learner` a carer of theirs, wants to be able to do themselves."""

    id: NewId
    client_id: UUID
    skill: Name
    learner: Name | None = None
    wanted_on: PastDay


class StepKind(StrEnum):
    TAUGHT = "taught"
    PRACTISED = "practised"


class NewStep(Input):
    id: NewId
    kind: StepKind
    done_on: PastDay
    words: Words | None = None


class SignOff(Input):
    """That the learner can do it alone, in their own words."""

    signed_off_on: PastDay
    client_words: Words


class WhyNotPossible(StrEnum):
    NOT_ABLE = "not_able"
    NOT_WANTED = "not_wanted"
    LACKS_CAPACITY = "lacks_capacity"


class NotPossible(Input):
    """The reason is always told; without capacity for this decision, also why it is best for them (MCA 2005, s 4)."""

    because: WhyNotPossible
    reason: Words
    said_on: PastDay
    capacity_assessed_on: PastDay | None = None
    best_interests: Words | None = None

    @model_validator(mode="after")
    def _best_interests_without_capacity(self) -> Self:
        told = (self.capacity_assessed_on is not None, self.best_interests is not None)
        wanted = self.because is WhyNotPossible.LACKS_CAPACITY
        if told != (wanted, wanted):
            raise ValueError("capacity_assessed_on and best_interests are sent with lacks_capacity, and only then")
        return self


class SkillStatus(StrEnum):
    WANTED = "wanted"
    TAUGHT = "taught"
    PRACTISED = "practised"
    SIGNED_OFF = "signed_off"
    NOT_POSSIBLE = "not_possible"


ENDED = (SkillStatus.SIGNED_OFF, SkillStatus.NOT_POSSIBLE)


class SkillAlreadySettled(Conflict):
    """A skill is signed off once, or said not to be possible once."""

    field = "/path/skill_id"
    way_out = "Write the skill down anew if things have changed."

    def __init__(self) -> None:
        super().__init__("This skill is settled already.")


class NotTaughtYet(Conflict):
    """Nobody practises what they were not shown."""

    field = "/body/kind"
    way_out = "Record first when the skill was taught."

    def __init__(self) -> None:
        super().__init__("This skill has not been taught yet.")


class NotPractisedYet(Conflict):
    """Signed off is what somebody has done while it was watched."""

    field = "/path/skill_id"
    way_out = "Record first when the skill was practised."

    def __init__(self) -> None:
        super().__init__("This skill has not been practised yet.")


class SelfCareSkill(Chased, TeamOwned, Base, table=True):
    """One skill of one client (FHIR Goal). It is due until it is settled, so that none fails in silence."""

    client_id: UUID = Field(foreign_key="client.id", index=True)
    skill: str
    learner: str | None = None
    status: str = SkillStatus.WANTED
    wanted_on: date
    last_step_on: date | None = None
    signed_off_on: date | None = None
    signed_off_by: UUID | None = None
    client_words: str | None = None
    because: str | None = None
    reason: str | None = None
    said_on: date | None = None
    capacity_assessed_on: date | None = None
    best_interests: str | None = None
    written_by: UUID | None

    @classmethod
    def hoped_for(cls, new: NewSelfCareSkill, client: Client, days: int, by: UUID | None, now: datetime) -> Self:
        about: dict[str, Any] = {"team_id": client.team_id, "written_by": by, "changed_at": now}
        return cls(**new.model_dump(), **about, due_on=new.wanted_on + timedelta(days=days))

    def go_on(self, step: NewStep, days: int, now: datetime) -> None:
        """Raises `SkillAlreadySettled`, `NotTaughtYet` or `StepBeforeTheLast`."""
        self._require_open()
        if step.kind is StepKind.PRACTISED and self.status == SkillStatus.WANTED:
            raise NotTaughtYet
        require_order(self.last_step_on or self.wanted_on, step.done_on, "/body/done_on")
        if self.status != SkillStatus.PRACTISED:
            self.status = SkillStatus(step.kind)
        self.last_step_on, self.due_on, self.changed_at = step.done_on, step.done_on + timedelta(days=days), now

    def sign_off(self, sign_off: SignOff, by: UUID | None, now: datetime) -> None:
        """Raises `SkillAlreadySettled`, `NotPractisedYet` or `StepBeforeTheLast`."""
        self._require_open()
        if self.status != SkillStatus.PRACTISED:
            raise NotPractisedYet
        require_order(self.last_step_on, sign_off.signed_off_on, "/body/signed_off_on")
        self._settle(SkillStatus.SIGNED_OFF, sign_off, now)
        self.signed_off_by = by

    def give_up(self, told: NotPossible, now: datetime) -> None:
        """Raises `SkillAlreadySettled` or `StepBeforeTheLast`."""
        self._require_open()
        require_order(self.last_step_on or self.wanted_on, told.said_on, "/body/said_on")
        self._settle(SkillStatus.NOT_POSSIBLE, told, now)

    def _require_open(self) -> None:
        if self.status in ENDED:
            raise SkillAlreadySettled

    def _settle(self, status: SkillStatus, told: Input, now: datetime) -> None:
        for name, value in told:
            setattr(self, name, value)
        self.status, self.due_on, self.changed_at = status, None, now


class SelfCareStep(Stored, Base, table=True):
    """One time that a skill was taught or practised."""

    team_id: UUID
    skill_id: UUID = Field(foreign_key="self_care_skill.id", index=True)
    kind: str
    done_on: date
    done_by: UUID | None
    words: str | None = None

    @classmethod
    def of(cls, skill: SelfCareSkill, new: NewStep, by: UUID | None) -> Self:
        return cls(**new.model_dump(), team_id=skill.team_id, skill_id=skill.id, done_by=by)


SETTLED = Layout((("skills", ("skills.",)), ("interventions", ("interventions.",))))
# Omaha System 2005: Teaching, Guidance, and Counseling.
TEACHING = "interventions.01"


def self_care_cells(
    skills: Iterable[tuple[UUID, str, str | None]], interventions: Iterable[tuple[UUID, str]]
) -> dict[str, Cell]:
    """Skills by how they were settled, or why not; and interventions by their category, of which 01 is teaching."""
    settled = ((client_id, f"skills.{because or status}") for client_id, status, because in skills)
    done = ((client_id, f"interventions.{code[:2]}") for client_id, code in interventions)
    return counted("skills", settled) | counted("interventions", done, TEACHING)


only_states(SelfCareSkill, "status", SkillStatus)
only_states(SelfCareSkill, "because", WhyNotPossible)
only_states(SelfCareStep, "kind", StepKind)
index_due(SelfCareSkill)
_table: Table = SelfCareSkill.__table__  # type: ignore[attr-defined]
_table.append_constraint(
    CheckConstraint("status <> 'not_possible' or num_nonnulls(because, reason) = 2", name="no_silent_failure")
)
