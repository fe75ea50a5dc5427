"""Acuity review: how heavy the care of each client is, by the team's own judgement on one day (mission row 2.10)."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field as Shape
from pydantic import model_validator
from sqlalchemy import CheckConstraint
from sqlmodel import Field

from services.caseload.domain.base import Base
from services.caseload.domain.caseload import per_member
from services.common.errors import Conflict, Unprocessable
from services.common.models import Stored, TeamOwned
from services.common.types import Input, NewId, Words

LIGHTEST, HEAVIEST = 1, 5
Acuity = Annotated[int, Shape(strict=True, ge=LIGHTEST, le=HEAVIEST)]


class NewAcuityScore(Input):
    """From 1, light, to 5, heavy, and why."""

    client_id: UUID
    acuity: Acuity
    reason: Words


class NewAcuityReview(Input):
    """The whole caseload of one team at once, so that its total can be held against what the team can carry."""

    id: NewId
    team_id: UUID
    scores: Annotated[list[NewAcuityScore], Shape(min_length=1, max_length=500)]

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len({score.client_id for score in self.scores}) < len(self.scores):
            raise ValueError("score each client once")
        return self


class NotOnTheCaseload(Conflict):
    """A team reviews whom it cares for. A client of another team is unknown to it alike."""

    field = "/body/scores"
    way_out = (
        "Leave out whoever is not in the team's care; what was changed just now is known when you send this again."
    )

    def __init__(self, place: int) -> None:
        super().__init__("This client is not in the team's care.", field=f"/body/scores/{place}/client_id")


class ClientsLeftOut(Unprocessable):
    """A total that leaves somebody out says less than the team carries."""

    field = "/body/scores"
    way_out = "Score everybody in the team's care, those in hospital too; /v1/clients lists them."

    def __init__(self, many: int) -> None:
        super().__init__(f"Clients in the team's care without a score: {many}.")


def require_whole(scores: Sequence[NewAcuityScore], in_care: Collection[UUID]) -> None:
    """Raises `NotOnTheCaseload` or `ClientsLeftOut`."""
    for place, score in enumerate(scores):
        if score.client_id not in in_care:
            raise NotOnTheCaseload(place)
    if len(scores) < len(in_care):
        raise ClientsLeftOut(len(in_care) - len(scores))


class AcuityReview(TeamOwned, Base, table=True):
    """What a review came to, and what the team could carry on that day. It stays as it was; the next is a new one."""

    reviewed_on: date
    reviewed_by: UUID | None
    clients: int
    total: int
    members: int
    most_per_member: int

    @property
    def clients_per_member(self) -> float | None:
        return per_member(self.clients, self.members)

    @property
    def acuity_per_member(self) -> float | None:
        return per_member(self.total, self.members)

    @property
    def is_over(self) -> bool:
        """Whether there are more clients than the members can carry by the rule of the day."""
        return self.clients > self.members * self.most_per_member


class AcuityScore(Stored, Base, table=True):
    """One client's part of a review."""

    team_id: UUID
    acuity_review_id: UUID = Field(foreign_key="acuity_review.id", index=True)
    client_id: UUID = Field(foreign_key="client.id", index=True)
    acuity: int
    reason: str


AcuityScore.__table__.append_constraint(  # type: ignore[attr-defined]
    CheckConstraint(f"acuity between {LIGHTEST} and {HEAVIEST}", name="acuity_score_in_scale")
)
