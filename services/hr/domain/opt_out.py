"""Opting out: somebody agrees in writing to work more than 48 hours a week on average, and may end that by notice.

Working Time Regulations 1998, regulation 5: for a time or for good; ended by at least seven days' notice, or by longer
ones that were agreed, of three months at the most. Nobody opts out of the limits of night work.
"""

from datetime import date, datetime, timedelta
from typing import Self
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, col

from services.common.errors import Conflict, Unprocessable
from services.common.models import TeamOwned
from services.common.types import Count, Day, Input, NewId, PastDay
from services.hr.domain.base import Base, keeps_order


class NewOptOut(Input):
    """What was signed on paper: from which day it counts, how many days before its end notice is given, and the last
    day where it is for a time alone."""

    id: NewId
    team_id: UUID
    employee_id: UUID
    signed_on: PastDay
    from_on: Day
    notice_days: Count
    until_on: Day | None = None


class Notice(Input):
    """The day on which the employee said in writing that it ends."""

    given_on: PastDay


class SignedBeforeItCounts(Unprocessable):
    """An agreement made afterwards makes nothing lawful that was worked before it."""

    field = "/body/from_on"
    way_out = "Give the day on which it was signed, or a later one."

    def __init__(self) -> None:
        super().__init__("It would count from before it was signed.")


class EndsBeforeItCounts(Unprocessable):
    field = "/body/until_on"
    way_out = "Give the last day that was agreed, or none where it is for good until notice is given."

    def __init__(self) -> None:
        super().__init__("Its last day would be before its first.")


class NoticeOutOfBounds(Unprocessable):
    """The law names the shortest and the longest notice: three months, as days that are never more than that."""

    field = "/body/notice_days"
    way_out = (
        "Give the days of notice that were agreed in writing; where none were, the shortest, "
        "and where three months were, the longest."
    )

    def __init__(self, least: int, most: int) -> None:
        super().__init__(f"The notice is of {least} to {most} days.")


class OptedOutAlready(Conflict):
    field = "/body/from_on"
    way_out = "Look at what this employee signed; where it has an end, begin the day after its end."

    def __init__(self) -> None:
        super().__init__("This employee has opted out on some of these days already.")


class NoticeBeforeItCounts(Unprocessable):
    field = "/body/given_on"
    way_out = "Give a day on or after the one on which it was signed."

    def __init__(self) -> None:
        super().__init__("The notice would be older than what it ends.")


class NoticeGivenAlready(Conflict):
    field = "/path/opt_out_id"
    way_out = "Read it to see its last day. Whoever opts out again signs anew."

    def __init__(self) -> None:
        super().__init__("Notice was given already.")


class OptOut(TeamOwned, Base, table=True):
    """One person's agreement. It holds from its first day to its last: the agreed one, or the end of the notice if that
    is earlier; without either for good. What ends on the day before its first has never held."""

    employee_id: UUID = Field(foreign_key="employee.id")
    signed_on: date
    from_on: date
    notice_days: int
    notice_on: date | None = None
    until_on: date | None = None
    recorded_by: str

    @classmethod
    def signed(cls, new: NewOptOut, notice: tuple[int, int], by: str, now: datetime) -> Self:
        """`notice` are the fewest and the most days. Raises `SignedBeforeItCounts`, `EndsBeforeItCounts` or
        `NoticeOutOfBounds`.
        """
        if new.from_on < new.signed_on:
            raise SignedBeforeItCounts
        if new.until_on is not None and new.until_on < new.from_on:
            raise EndsBeforeItCounts
        least, most = notice
        if not least <= new.notice_days <= most:
            raise NoticeOutOfBounds(least, most)
        return cls(**new.model_dump(), recorded_by=by, changed_at=now)

    def end(self, given_on: date, now: datetime) -> None:
        """The last day is the last of the notice, unless an earlier one was agreed.

        Raises `NoticeGivenAlready` or `NoticeBeforeItCounts`.
        """
        if self.notice_on is not None:
            raise NoticeGivenAlready
        if given_on < self.signed_on:
            raise NoticeBeforeItCounts
        by_notice = max(given_on + timedelta(days=self.notice_days), self.from_on - timedelta(days=1))
        self.until_on = by_notice if self.until_on is None else min(self.until_on, by_notice)
        self.notice_on, self.changed_at = given_on, now


keeps_order(OptOut)
OptOut.__table__.append_constraint(  # type: ignore[attr-defined]
    CheckConstraint("(notice_on is null or until_on is not null) and from_on >= signed_on", name="opt_out_makes_sense")
)
Index("ix_opt_out_employee", col(OptOut.employee_id), col(OptOut.id))
