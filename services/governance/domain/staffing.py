"""What roster tells of a team's staffing, its protected time and the rest it owes, as an obstacle with its owner.

An obstacle is read outside the team: it holds codes, counts and weeks, and names nobody.
"""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from services.governance.domain.meeting import iso_week
from services.governance.domain.obstacle import NewObstacle, Obstacle, ObstacleKind, ObstacleTag, Progress, Seat, Step

KEPT_AGAIN = "The floor is kept again, by what hr and the team have told."
HAD_AT_LAST = "The rest was had at last, or is owed no more, by what the team has planned."


def floor_fallen(
    alert_id: UUID, team_id: UUID, skill: str | None, week_on: date, figures: tuple[int, int], raised_on: date
) -> NewObstacle:
    """The clinical lead owns it, and what covers the gap is said in its progress (mission row 6.13).

    `figures` are what the team would have and what it needs: hundredths of whole-time equivalents, or people.
    """
    have, need = figures
    amount = f"{have} of {need} people for {skill}" if skill else f"{have / 100:.2f} of {need / 100:.2f} whole-time"
    return NewObstacle(
        id=alert_id,
        team_id=team_id,
        title=f"Staffing below the floor from {iso_week(week_on)}: {amount}",
        kind=ObstacleKind.HR,
        tag=ObstacleTag.SUPPORT,
        raised_on=raised_on,
        owner=Seat.CLINICAL_LEAD,
    )


def ended(obstacle: Obstacle, outcome: str, ended_on: date, now: datetime) -> None:
    """Nothing is left to do; one that was closed by hand stays as it was."""
    if not obstacle.is_closed:
        obstacle.progress(Progress(status=Step.REMOVED, outcome=outcome), ended_on, now)


def rest_missed(
    rest_owed_id: UUID, team_id: UUID, figures: tuple[int, int], due_on: date, raised_on: date
) -> NewObstacle:
    """The back office owns it: to give the rest is the employer's duty (Working Time Regulations 1998, regulation 24).

    `figures` are the minutes that were had and those that are owed.
    """
    had, owed = figures
    return NewObstacle(
        id=rest_owed_id,
        team_id=team_id,
        title=f"Rest that is owed was not had by {due_on}: {had} of {owed} minutes",
        kind=ObstacleKind.HR,
        tag=ObstacleTag.SUPPORT,
        raised_on=raised_on,
        owner=Seat.HEATSHIELD_HEALTH,
    )


def lost_together(starts_at: Sequence[datetime], often: int, within: timedelta) -> slice | None:
    """Which of these, in order of time, are the first so many or more that began within so long of one another."""
    for first, begins in enumerate(starts_at):
        until = bisect_right(starts_at, begins + within)
        if until - first >= often:
            return slice(first, until)
    return None


def time_lost(obstacle_id: UUID, team_id: UUID, times: int, days: int) -> NewObstacle:
    """The coach owns it: to protect is to be the team's fire-wall (mission row 4.13)."""
    return NewObstacle(
        id=obstacle_id,
        team_id=team_id,
        title=f"Protected time was lost {times} times within {days} days",
        kind=ObstacleKind.OTHER,
        tag=ObstacleTag.PROTECT,
        owner=Seat.COACH,
    )
