"""The client's home: how to get in, what to mind there, and whether a tablet has any signal."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field as Shape
from sqlalchemy import Column, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from services.caseload.domain.base import Base
from services.caseload.domain.client import Client
from services.common.models import TeamOwned, only_states
from services.common.types import Input, Words


class Signal(StrEnum):
    """What a tablet finds there; with none, all that is needed has to be on it before."""

    NONE = "none"
    WEAK = "weak"
    GOOD = "good"


class HomeDetails(Input):
    """How to get in, such as where the key safe is and its code, and what whoever comes has to mind."""

    getting_in: Words | None = None
    risks: Annotated[list[Words], Shape(max_length=20)] = []
    signal_at_home: Signal | None = None


class Home(TeamOwned, Base, table=True):
    """What is known of a client's home, and who wrote it last."""

    client_id: UUID = Field(foreign_key="client.id", unique=True)
    getting_in: str | None = None
    risks: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    signal_at_home: str | None = None
    written_by: UUID | None

    @classmethod
    def of(cls, client: Client, details: HomeDetails, by: UUID | None, now: datetime) -> Self:
        return cls(**details.model_dump(), client_id=client.id, team_id=client.team_id, written_by=by, changed_at=now)

    def write_anew(self, details: HomeDetails, by: UUID | None, now: datetime) -> None:
        for name, value in details:
            setattr(self, name, value)
        self.written_by, self.changed_at = by, now


only_states(Home, "signal_at_home", Signal)
