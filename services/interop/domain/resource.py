"""The FHIR resources that interop shows, each a projection of what another service owns."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, col

from services.common.models import TeamOwned
from services.interop.domain.base import Base


@dataclass(frozen=True)
class Projected:
    """One resource as the owner's state at `owner_version` makes it. `tokens` are what `identifier` finds it by."""

    resource_type: str
    resource_id: UUID
    team_id: UUID
    client_id: UUID | None
    owner_version: int
    content: dict[str, Any]
    tokens: list[str]


class Resource(TeamOwned, Base, table=True):
    """One FHIR resource. Its `version` is meta.versionId, its `changed_at` meta.lastUpdated.

    The row's own id only orders the pages; to the outside a resource is its type and its owner's id.
    """

    resource_type: str
    resource_id: UUID
    client_id: UUID | None = None
    owner_version: int
    content: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    tokens: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))


Resource.__table__.append_constraint(  # type: ignore[attr-defined]
    UniqueConstraint("resource_type", "resource_id", name="one_resource_per_owner_id")
)
Index("ix_resource_type", col(Resource.resource_type), col(Resource.id))
Index("ix_resource_team_type", col(Resource.team_id), col(Resource.resource_type), col(Resource.id))
Index("ix_resource_client", col(Resource.client_id), col(Resource.resource_type), col(Resource.id))
Index("ix_resource_changed_at", col(Resource.resource_type), col(Resource.changed_at))
Index("ix_resource_tokens", col(Resource.tokens), postgresql_using="gin")
