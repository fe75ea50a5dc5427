"""Team agreement: what a team agreed for its rotas in the place of a rule or a price, from a day on."""

from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field as Shape
from pydantic import StringConstraints
from sqlalchemy import UniqueConstraint

from services.common.errors import Conflict, Unprocessable
from services.common.models import TeamOwned
from services.common.types import Count, Day, Input, NewId
from services.roster.domain.base import Base

RuleCodeText = Annotated[str, StringConstraints(pattern=r"^rota\.[a-z_]{1,40}(\.[a-z_]{1,40})?$")]
# What a team may agree. The rest is law: a shift against that is placed with its ground, and rest is owed.
AGREEABLE = frozenset(
    f"rota.{code}"
    for code in (
        "longest_shift",
        "days_running",
        "nights_running",
        "rest_after_nights",
        "full_weekends",
        "hours_free",
        "notice_days",
        "quorum",
        "silence_hours",
        "short_notice_hours",
        "fortnight_rest",
        "rests_may_overlap",
    )
)
PRICES = "rota.price."


class NewTeamAgreement(Input):
    """So many, in each `per` where the rule has one, from a day on; the team's decision may be named."""

    id: NewId
    team_id: UUID
    code: RuleCodeText
    from_on: Day
    amount: Count
    per: Annotated[int, Shape(strict=True, ge=1, le=1_000_000)] = 1
    decision_id: UUID | None = None
    agreed_on: Day


class NotForTheTeamToAgree(Unprocessable):
    """A team agrees what is its own to agree, and no law away."""

    field = "/body/code"
    way_out = "Name a limit beyond the law or a price. What breaks the law is placed shift by shift, with its ground."

    def __init__(self) -> None:
        super().__init__("A team has no agreement of its own about this rule.")


class AgreedAlready(Conflict):
    """From a day on one agreement about a rule holds."""

    field = "/body/from_on"
    way_out = "Name a later day; what was agreed for the past stays."

    def __init__(self) -> None:
        super().__init__("The team has an agreement about this rule from that day on already.")


class TeamAgreement(TeamOwned, Base, table=True):
    """In force from its day until the next of its code begins."""

    code: str
    from_on: date
    amount: int
    per: int
    decision_id: UUID | None = None
    agreed_on: date
    recorded_by: UUID | None = None

    @classmethod
    def made(cls, new: NewTeamAgreement, by: UUID | None, now: datetime) -> Self:
        """Raises `NotForTheTeamToAgree`."""
        if new.code not in AGREEABLE and not new.code.startswith(PRICES):
            raise NotForTheTeamToAgree
        about: dict[str, Any] = {"recorded_by": by, "changed_at": now}
        return cls(**new.model_dump(), **about)


TeamAgreement.__table__.append_constraint(  # type: ignore[attr-defined]
    UniqueConstraint("team_id", "code", "from_on", name="one_agreement_from_a_day")
)
