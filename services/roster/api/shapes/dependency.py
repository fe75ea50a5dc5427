"""How categories of dependency, and what was said of clients, are shown."""

from datetime import date
from uuid import UUID

from services.common.types import Answer


class CategoryShape(Answer):
    id: UUID
    team_id: UUID
    version: int
    code: str
    multiplier_percent: int
    source: str
    from_on: date


class DependencyShape(Answer):
    id: UUID
    team_id: UUID
    version: int
    client_id: UUID
    category: str
    from_on: date
    set_by: UUID | None
