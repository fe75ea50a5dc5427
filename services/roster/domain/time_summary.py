"""The team's week: what was contracted, what the standing plans ask for, and what was recorded."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from uuid import UUID

from services.roster.domain.known import Contract
from services.roster.domain.period import Period
from services.roster.domain.share import Exact, Share, rounded
from services.roster.domain.shift import ShiftKind

TREND_WEEKS, ROLLING_WEEKS, SEVEN_DAYS = 12, 4, timedelta(days=7)
# Caseload's word for what is done for a client and not with them.
COORDINATION = "coordination"


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


@dataclass(frozen=True)
class Trend:
    """One week of a trend: what was recorded, and its share of the contracted time; None where it is not told."""

    from_on: date
    contracted_minutes: float
    recorded_minutes: int | None
    recorded_share: Share | None


@dataclass(frozen=True)
class OwnWeek:
    """One member's own week, in minutes, for nobody else to see."""

    team_id: UUID
    from_on: date
    to_on: date
    contracted_minutes: float
    planned_minutes: int
    recorded_minutes: int
    recorded_share: Share
    client_facing_minutes: int
    coordination_minutes: int
    meeting_minutes: int
    training_minutes: int
    protected_time_minutes: int
    admin_minutes: int


def client_facing(by_type: Mapping[str, Exact]) -> Exact:
    """Of the recorded minutes those with the client; coordination is for the client, and not with them."""
    return sum(minutes for kind, minutes in by_type.items() if kind != COORDINATION)


def weeks_until(week: Period) -> list[Period]:
    """This week and those before it, twelve in all, the oldest first."""
    return [
        Period(week.from_on - number * SEVEN_DAYS, week.to_on - number * SEVEN_DAYS)
        for number in reversed(range(TREND_WEEKS))
    ]


def trend(
    weeks: Iterable[Period],
    contracts: Sequence[Contract],
    recorded: Mapping[date, ClientTime],
    smallest: int,
    until: date,
) -> list[Trend]:
    """Week by week. What stands on few clients is not told, nor what was recorded in a week after `until`."""
    return [_of_trend(week, contracted_minutes(contracts, week), recorded, smallest, until) for week in weeks]


def _of_trend(
    week: Period, contracted: Fraction, recorded: Mapping[date, ClientTime], smallest: int, until: date
) -> Trend:
    time = recorded.get(week.from_on, ClientTime(0, 0))
    minutes = time.unless_few(smallest) if week.to_on <= until else None
    share = None if minutes is None else Share.of(minutes, contracted)
    return Trend(week.from_on, rounded(contracted, 2), None if minutes is None else int(minutes), share)


def rolling(weeks: Sequence[Trend], contracts: Sequence[Contract]) -> Share | None:
    """The last four weeks of a trend as one; None where one of them is not told."""
    last = weeks[-ROLLING_WEEKS:]
    minutes = [week.recorded_minutes for week in last if week.recorded_minutes is not None]
    if len(minutes) < len(last):
        return None
    whole = Period(last[0].from_on, last[-1].from_on + SEVEN_DAYS - timedelta(days=1))
    return Share.of(sum(minutes), contracted_minutes(contracts, whole))
