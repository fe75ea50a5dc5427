"""What somebody worked before a rota, week by week, as the mean of seventeen weeks counts it."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from services.roster.domain.rota_version.shifts import Stretch
from services.roster.domain.rota_version.worked import WORKED_WEEKS, Worked
from tests.roster.rota.made import MONDAY

WHO = UUID(int=1)


def shift(on: date) -> Stretch:
    """Eight hours, half of one unpaid."""
    starts = datetime.combine(on, time(9), UTC)
    return Stretch(WHO, "shift", starts, starts + timedelta(hours=8), 30)


def weeks_ago(number: int) -> date:
    return MONDAY - timedelta(days=7 * number)


def test_weeks_without_work_count_as_nought_since_somebody_belonged_to_the_team() -> None:
    worked = Worked([shift(weeks_ago(2))], ())
    assert worked.weeks(WHO, MONDAY, weeks_ago(4), ()) == ((7, 0), (7, 0), (7, 450), (7, 0))
    assert len(worked.weeks(WHO, MONDAY, weeks_ago(30), ())) == WORKED_WEEKS
    assert worked.weeks(WHO, MONDAY, MONDAY, ()) == ((7, 450),), "work elsewhere before counts"


def test_a_week_of_leave_is_left_out_and_some_days_of_it_are_no_days() -> None:
    away = {weeks_ago(2) + timedelta(days=day) for day in range(-2, 7)}
    found = Worked([shift(weeks_ago(3)), shift(weeks_ago(1))], ()).weeks(WHO, MONDAY, weeks_ago(3), away)
    assert found == ((5, 450), (7, 450))
