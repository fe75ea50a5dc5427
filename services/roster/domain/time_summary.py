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
class ClientTime:
    """Time with clients, and how many clients it was."""

    minutes: Exact
    clients: int

    def unless_few(self, smallest: int) -> Exact | None:
        """None where they would tell of fewer clients than the smallest number shown."""
        return self.minutes if self.clients >= smallest else None


@dataclass(frozen=True)
class RecordedType:
    """Minutes of one type of activity, and their share of the contracted time."""

    activity_type: str
    minutes: int
    share: Share


@dataclass(frozen=True)
class TimeSummary:
    """One team's week, Monday to Sunday in England, in minutes. It names no client and no single member.

    Outside the team, time with few clients is None, and time by type is left out whole where one type is few clients'.
    """

    team_id: UUID
    from_on: date
    to_on: date
    contracted_minutes: float
    standing_minutes: float | None
    standing_share: Share | None
    recorded_minutes: int | None
    recorded_share: Share | None
    recorded_by_type: list[RecordedType]
    meeting_minutes: int
    training_minutes: int
    protected_time_minutes: int
    admin_minutes: int
    target_percent: int | None


def types_unless_few(by_type: Mapping[str, ClientTime], smallest: int) -> dict[str, Exact]:
    """All types or none: one that is left out could be told from their sum and the others."""
    if any(time.clients < smallest for time in by_type.values()):
        return {}
    return {kind: time.minutes for kind, time in by_type.items()}


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
    standing: Exact | None,
    recorded: Exact | None,
    by_type: Mapping[str, Exact],
    by_kind: Mapping[str, int],
    target_percent: int | None,
) -> TimeSummary:
    return TimeSummary(
        team_id=team_id,
        from_on=week.from_on,
        to_on=week.to_on,
        contracted_minutes=rounded(contracted, 2),
        standing_minutes=None if standing is None else rounded(standing, 2),
        standing_share=None if standing is None else Share.of(standing, contracted),
        recorded_minutes=None if recorded is None else int(recorded),
        recorded_share=None if recorded is None else Share.of(recorded, contracted),
        recorded_by_type=[
            RecordedType(kind, int(minutes), Share.of(minutes, contracted)) for kind, minutes in sorted(by_type.items())
        ],
        meeting_minutes=by_kind.get(ShiftKind.MEETING, 0),
        training_minutes=by_kind.get(ShiftKind.TRAINING, 0),
        protected_time_minutes=by_kind.get(ShiftKind.PROTECTED_TIME, 0),
        admin_minutes=by_kind.get(ShiftKind.ADMIN, 0),
        target_percent=target_percent,
    )
