"""The team's week: what was contracted, what the standing plans ask for, and what was recorded."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from uuid import UUID

from services.roster.domain.known import Contract
from services.roster.domain.period import Period
from services.roster.domain.share import Exact, Share, rounded
from services.roster.domain.shift import ShiftKind


@dataclass(frozen=True)
class RecordedType:
    """Minutes of one type of activity, and their share of the contracted time."""

    activity_type: str
    minutes: int
    share: Share


@dataclass(frozen=True)
class TimeSummary:
    """One team's week, Monday to Sunday in England, in minutes. It names no client and no single member."""

    team_id: UUID
    from_on: date
    to_on: date
    contracted_minutes: float
    standing_minutes: float
    standing_share: Share
    recorded_minutes: int
    recorded_share: Share
    recorded_by_type: list[RecordedType]
    meeting_minutes: int
    training_minutes: int
    protected_time_minutes: int
    admin_minutes: int
    target_percent: int | None


def contracted_minutes(contracts: Iterable[Contract], week: Period) -> Fraction:
    """Exact contracted minutes; a contract that begins or ends within the week counts for its days of seven."""
    return sum(
        (
            Fraction(contract.minutes_per_week * len(week.days_in_force(contract.from_on, contract.until_on)), 7)
            for contract in contracts
        ),
        Fraction(0),
    )


def summarise(
    team_id: UUID,
    week: Period,
    *,
    contracted: Exact,
    standing: Exact,
    recorded: int,
    by_type: Mapping[str, int],
    by_kind: Mapping[str, int],
    target_percent: int | None,
) -> TimeSummary:
    return TimeSummary(
        team_id=team_id,
        from_on=week.from_on,
        to_on=week.to_on,
        contracted_minutes=rounded(contracted, 2),
        standing_minutes=rounded(standing, 2),
        standing_share=Share.of(standing, contracted),
        recorded_minutes=recorded,
        recorded_share=Share.of(recorded, contracted),
        recorded_by_type=[
            RecordedType(kind, minutes, Share.of(minutes, contracted)) for kind, minutes in sorted(by_type.items())
        ],
        meeting_minutes=by_kind.get(ShiftKind.MEETING, 0),
        training_minutes=by_kind.get(ShiftKind.TRAINING, 0),
        protected_time_minutes=by_kind.get(ShiftKind.PROTECTED_TIME, 0),
        admin_minutes=by_kind.get(ShiftKind.ADMIN, 0),
        target_percent=target_percent,
    )
