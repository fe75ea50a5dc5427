"""Multidisciplinary discussion of one client: its outcome, who leads, and the actions that come of it."""

from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

from pydantic import Field as Shape
from pydantic import field_validator
from sqlalchemy import Column, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from services.caseload.domain.action import AgreedAction
from services.caseload.domain.base import Base
from services.caseload.domain.client import Client
from services.common.models import TeamOwned
from services.common.types import Input, Name, NewId, PastDay, Words


class NewMdtDiscussion(Input):
    """`lead` and those `present` are roles with their house, as in "Matron, community hospital": no names."""

    id: NewId
    client_id: UUID
    held_on: PastDay
    lead: Name
    lead_employee_id: UUID | None = None
    present: list[Name] = Shape(default=[], max_length=30)
    outcome: Words
    actions: list[AgreedAction] = Shape(default=[], max_length=30)

    @field_validator("actions")
    @classmethod
    def _each_once(cls, actions: list[AgreedAction]) -> list[AgreedAction]:
        if len({action.id for action in actions}) != len(actions):
            raise ValueError("give each action an id of its own")
        return actions


class MdtDiscussion(TeamOwned, Base, table=True):
    """What was said of a client among the professions. Its actions are among the client's tasks."""

    client_id: UUID = Field(foreign_key="client.id", index=True)
    held_on: date
    lead: str
    lead_employee_id: UUID | None = None
    present: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    outcome: str
    written_by: UUID | None

    @classmethod
    def held(cls, new: NewMdtDiscussion, client: Client, by: UUID | None, now: datetime) -> Self:
        about: dict[str, Any] = {"team_id": client.team_id, "written_by": by, "changed_at": now}
        return cls(**new.model_dump(exclude={"actions"}), **about)
