"""How a version of a rota is explained."""

from datetime import date
from typing import Any
from uuid import UUID

from services.common.types import Answer
from services.roster.api.rota.shapes import ScoreShape


class OpenDutyShape(Answer):
    day_on: date
    code: str
    people: int


class ProposedShape(Answer):
    """As it was when a solver proposed it: nothing costs less than `bound`, and `open` is what it left open."""

    label: str
    points: int
    bound: int | None
    words: str
    open: list[OpenDutyShape]
    clash: list[str]


class ExplanationShape(ScoreShape):
    """`people` are those of whom words tell as {0}, {1} and so on where no match names them."""

    rota_version_id: UUID
    origin: str
    parent_id: UUID | None
    job_id: UUID | None
    seed: int | None
    people: list[UUID]
    proposed: ProposedShape | None


def with_settings(settings: dict[str, Any] | None) -> dict[str, Any] | None:
    """What was kept of the proposal, where a solver made it."""
    return None if settings is None else {name: settings[name] for name in ProposedShape.model_fields}
