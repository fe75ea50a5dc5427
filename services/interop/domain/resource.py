"""The FHIR resources that interop shows, each a projection of what another service owns, with all its versions."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Column, Dialect, ForeignKeyConstraint, Index, Text, TypeDecorator, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, col

from services.common.models import INSTANT, Stored, TeamOwned
from services.interop.domain.base import Base


class Written(TypeDecorator[Any]):
    """A JSON object as the very text that was written: 72.50 stays 72.50, and the members keep their order."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:
        return orjson.dumps(value).decode()

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return read_back(value)


def read_back(document: str) -> Any:
    """Every number with a point stays the text that it is."""
    return json.loads(document, parse_float=_as_written)


def _as_written(number: str) -> orjson.Fragment:
    return orjson.Fragment(number.encode())


@dataclass(frozen=True)
class Found:
    """What one resource is found by: exact texts, stretches of time and amounts, each under its parameter's name."""

    tokens: list[str]
    times: list[tuple[str, datetime, datetime]] = field(default_factory=list)
    amounts: list[tuple[str, float, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Projected:
    """One resource as the owner's state at `owner_version` makes it.

    `found_by` is what a search finds it by, where that had to be known before it is kept.
    """

    resource_type: str
    resource_id: UUID
    team_id: UUID
    client_id: UUID | None
    owner_version: int
    content: dict[str, Any]
    facts: dict[str, Any] | None = None
    found_by: Found | None = None


class Resource(TeamOwned, Base, table=True):
    """One FHIR resource. Its `version` is meta.versionId, its `changed_at` meta.lastUpdated.

    To the outside a resource is its type and its owner's id, in the order of which the pages follow each other.
    Of `facts`, which its owner says beside, the outside is shown nothing but the statutory returns made from them.
    """

    resource_type: str
    resource_id: UUID
    client_id: UUID | None = None
    owner_version: int
    content: dict[str, Any] = Field(sa_column=Column(Written, nullable=False))
    tokens: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    facts: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB, nullable=True))


@dataclass(frozen=True, slots=True)
class Kept:
    """One FHIR resource as it is shown: the text that was written, parsed only where a part of it is asked for."""

    id: UUID
    resource_type: str
    resource_id: UUID
    client_id: UUID | None
    team_id: UUID
    version: int
    changed_at: datetime
    document: str

    @property
    def content(self) -> dict[str, Any]:
        found: dict[str, Any] = read_back(self.document)
        return found


@dataclass(frozen=True)
class Shown:
    """One page of what was found with what comes along with it, and how many there are where that was asked for."""

    rows: Sequence[Kept]
    next_cursor: str | None = None
    total: int | None = None
    along: Sequence[Kept] = ()


class ResourceHistory(Stored, Base, table=True):
    """One version of a resource, as it was. Rows are only added; the newest has the highest id."""

    team_id: UUID
    resource_type: str
    resource_id: UUID
    client_id: UUID | None = None
    version: int
    changed_at: datetime = Field(sa_type=INSTANT)
    content: dict[str, Any] = Field(sa_column=Column(Written, nullable=False))


class SearchTime(Stored, Base, table=True):
    """When something in a resource was or began and ended, the end left out, for the parameter of that name."""

    team_id: UUID
    resource_type: str
    resource_id: UUID
    name: str
    starts_at: datetime = Field(sa_type=INSTANT)
    ends_at: datetime = Field(sa_type=INSTANT)


class SearchAmount(Stored, Base, table=True):
    """An amount in a resource, in the unit that it was measured in, for the parameter of that name."""

    team_id: UUID
    resource_type: str
    resource_id: UUID
    name: str
    amount: float
    unit: str


Resource.__table__.append_constraint(  # type: ignore[attr-defined]
    UniqueConstraint("resource_type", "resource_id", name="one_resource_per_owner_id")
)
ResourceHistory.__table__.append_constraint(  # type: ignore[attr-defined]
    UniqueConstraint("resource_type", "resource_id", "version", name="one_row_per_version")
)
for indexed in (SearchTime, SearchAmount):
    indexed.__table__.append_constraint(  # type: ignore[union-attr]
        ForeignKeyConstraint(
            ["resource_type", "resource_id"], ["resource.resource_type", "resource.resource_id"], ondelete="CASCADE"
        )
    )
Index("ix_resource_team_type", col(Resource.team_id), col(Resource.resource_type), col(Resource.resource_id))
Index("ix_resource_client", col(Resource.client_id), col(Resource.resource_type), col(Resource.resource_id))
Index("ix_resource_client_id", col(Resource.client_id), col(Resource.id))
Index("ix_resource_changed_at", col(Resource.resource_type), col(Resource.changed_at))
Index("ix_resource_tokens", col(Resource.tokens), postgresql_using="gin")
Index("ix_resource_history_type", col(ResourceHistory.resource_type), col(ResourceHistory.id))
Index("ix_resource_history_changed_at", col(ResourceHistory.resource_type), col(ResourceHistory.changed_at))
Index("ix_resource_history_team", col(ResourceHistory.team_id), col(ResourceHistory.id))
Index(
    "ix_resource_history_resource",
    col(ResourceHistory.resource_type),
    col(ResourceHistory.resource_id),
    col(ResourceHistory.id),
)
Index("ix_search_time_resource", col(SearchTime.resource_type), col(SearchTime.resource_id))
Index("ix_search_time_starts", col(SearchTime.resource_type), col(SearchTime.name), col(SearchTime.starts_at))
Index("ix_search_time_ends", col(SearchTime.resource_type), col(SearchTime.name), col(SearchTime.ends_at))
Index("ix_search_amount_resource", col(SearchAmount.resource_type), col(SearchAmount.resource_id))
Index("ix_search_amount", col(SearchAmount.resource_type), col(SearchAmount.name), col(SearchAmount.amount))
