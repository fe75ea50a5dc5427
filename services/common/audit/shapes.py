"""How one entry of the trail is told to whom it concerns."""

from datetime import datetime
from uuid import UUID

from services.common.types import Answer


class AccessShape(Answer):
    """`what` says it in words. `system` is a partner's, or a service of ours, where it was no person."""

    at: datetime
    persona: str
    employee_id: UUID | None
    system: str | None
    acting_for: str | None
    what: str
    action: str
    purpose: str
    break_glass: bool


class AccessesShape(Answer):
    """Some of them, and the number before which to go on."""

    items: list[AccessShape]
    next_before: int | None
