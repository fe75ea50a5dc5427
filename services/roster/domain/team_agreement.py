"""Team agreement: what a team agreed for its rotas in the place of a rule or a price, from a day on."""

from datetime import date, datetime
from typing import Annotated, Any, NamedTuple, Self
from uuid import UUID

from pydantic import Field as Shape
from pydantic import StringConstraints
from sqlalchemy import UniqueConstraint

from services.common.errors import Conflict, Unprocessable
from services.common.models import TeamOwned
from services.common.types import Count, Day, Input, NewId
from services.roster.domain.base import Base
from services.roster.domain.rota.scored import Code

RuleCodeText = Annotated[str, StringConstraints(pattern=r"^rota\.[a-z_]{1,40}(\.[a-z_]{1,40})?$")]
PRICES, SHARE = "rota.price.", "rota.quorum"
WEEK_MINUTES, FORTNIGHT_MINUTES = 7 * 24 * 60, 14 * 24 * 60


class Bounds(NamedTuple):
    """The least and the most that a team may agree, and the periods that it may be counted in."""

    least: int
    most: int
    per: range = range(1, 2)


# What a team may agree. The rest is law: a shift against that is placed with its ground, and rest is owed.
# Rests are no less than those of regulations 10 and 11 of the Working Time Regulations 1998: a fortnight's is 11(2),
# and that the daily rest may be part of it 11(7). A shift of 13 hours leaves 11 of 24. The other bounds keep slips of
# the pen out and say nothing of the law; what a team agrees within them is a dated row of its own.
AGREEABLE = {
    "rota.longest_shift": Bounds(60, 780),
    "rota.days_running": Bounds(1, 12),
    "rota.nights_running": Bounds(1, 12),
    "rota.rest_after_nights": Bounds(660, WEEK_MINUTES),
    "rota.hours_free": Bounds(0, 6000),
    SHARE: Bounds(1, 100, range(1, 101)),
    "rota.silence_hours": Bounds(1, 672),
    "rota.short_notice_hours": Bounds(1, 672),
    "rota.weekly_rest": Bounds(1440, WEEK_MINUTES // 2, range(WEEK_MINUTES, WEEK_MINUTES + 1)),
    "rota.fortnight_rest": Bounds(2880, FORTNIGHT_MINUTES // 2, range(FORTNIGHT_MINUTES, FORTNIGHT_MINUTES + 1)),
    "rota.rests_may_overlap": Bounds(0, 1),
    "rota.swap_cosign": Bounds(0, 1),
} | {f"{PRICES}{code}": Bounds(0, 10_000) for code in Code}


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


class AgreementOutOfBounds(Unprocessable):
    """A limit stays within what the law and a rota's days leave open, and is counted as its rule counts."""

    field = "/body/amount"
    way_out = "Name an amount and a period within these bounds."

    def __init__(self, detail: str, field: str) -> None:
        super().__init__(detail, field=field)


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
        """Raises `NotForTheTeamToAgree` or `AgreementOutOfBounds`."""
        if new.code not in AGREEABLE:
            raise NotForTheTeamToAgree
        _require_within(new, AGREEABLE[new.code])
        about: dict[str, Any] = {"recorded_by": by, "changed_at": now}
        return cls(**new.model_dump(), **about)


def _require_within(new: NewTeamAgreement, bounds: Bounds) -> None:
    """A share, such as of the members, is no more than the whole."""
    if new.per not in bounds.per:
        span = f"each {bounds.per[0]}" if len(bounds.per) == 1 else f"each 1 to {bounds.per[-1]}"
        raise AgreementOutOfBounds(f"This is agreed in {span}.", "/body/per")
    most = min(bounds.most, new.per) if new.code == SHARE else bounds.most
    if not bounds.least <= new.amount <= most:
        raise AgreementOutOfBounds(f"From {bounds.least} to {most} can be agreed here.", "/body/amount")


TeamAgreement.__table__.append_constraint(  # type: ignore[attr-defined]
    UniqueConstraint("team_id", "code", "from_on", name="one_agreement_from_a_day")
)
