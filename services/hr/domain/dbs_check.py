"""DBS check: each step of it, and on whom it waits since when. No certificate content is kept."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, col

from services.common.errors import Conflict, Unprocessable
from services.common.models import TeamOwned, only_states
from services.common.types import Day, Input, NewId
from services.hr.domain.base import Base


class DbsStatus(StrEnum):
    """`content` is a certificate that shows something, which the employer has to weigh."""

    STARTED = "started"
    SUBMITTED = "submitted"
    WITH_DBS = "with_dbs"
    CLEAR = "clear"
    CONTENT = "content"
    REFUSED = "refused"


class WaitingOn(StrEnum):
    EMPLOYER = "employer"
    DBS = "dbs"
    EMPLOYEE = "employee"
    NONE = "none"


UNDER_WAY = (DbsStatus.STARTED, DbsStatus.SUBMITTED, DbsStatus.WITH_DBS)
FINISHED = (DbsStatus.CLEAR, DbsStatus.REFUSED)
NEXT: dict[DbsStatus, set[DbsStatus]] = {
    DbsStatus.STARTED: {DbsStatus.STARTED, DbsStatus.SUBMITTED},
    DbsStatus.SUBMITTED: {DbsStatus.SUBMITTED, DbsStatus.WITH_DBS},
    DbsStatus.WITH_DBS: {DbsStatus.WITH_DBS, DbsStatus.CLEAR, DbsStatus.CONTENT, DbsStatus.REFUSED},
    DbsStatus.CONTENT: {DbsStatus.CONTENT, DbsStatus.CLEAR, DbsStatus.REFUSED},
    DbsStatus.CLEAR: set(),
    DbsStatus.REFUSED: set(),
}
# A certificate kept up to date on the Update Service is looked up online: at the start, and again at any time.
BY_UPDATE_SERVICE: dict[DbsStatus, set[DbsStatus]] = {
    DbsStatus.STARTED: {DbsStatus.CLEAR, DbsStatus.CONTENT},
    DbsStatus.CLEAR: {DbsStatus.CLEAR, DbsStatus.CONTENT},
}
USUALLY_WAITS_ON = {
    DbsStatus.STARTED: WaitingOn.EMPLOYEE,
    DbsStatus.SUBMITTED: WaitingOn.EMPLOYER,
    DbsStatus.WITH_DBS: WaitingOn.DBS,
    DbsStatus.CONTENT: WaitingOn.EMPLOYER,
    DbsStatus.CLEAR: WaitingOn.NONE,
    DbsStatus.REFUSED: WaitingOn.NONE,
}


class NewDbsCheck(Input):
    """A check begins: usually the employee has the form and shows the documents."""

    id: NewId
    employee_id: UUID
    team_id: UUID
    started_on: Day
    waiting_on: WaitingOn = WaitingOn.EMPLOYEE
    update_service: bool = False


class Progress(Input):
    """The next step, or news within the same step. Without `waiting_on` it waits on whom such a step usually does."""

    status: DbsStatus
    on: Day
    waiting_on: WaitingOn | None = None
    adult_first_clear: bool | None = None
    update_service: bool | None = None


class CheckUnderWay(Conflict):
    field = "/body/employee_id"
    way_out = "Record the progress of the check that is under way."

    def __init__(self) -> None:
        super().__init__("A DBS check of this employee is under way already.")


class StepNotPossible(Conflict):
    """A check takes its steps in order."""

    field = "/body/status"
    way_out = (
        "Record started, submitted, with_dbs, and then clear, content or refused, in this order. A certificate on the "
        "Update Service may be looked up instead. After a refusal start a new check."
    )

    def __init__(self, status: str) -> None:
        super().__init__(f"A check that is {status.replace('_', ' ')} cannot take this step.")


class StepInTheFuture(Unprocessable):
    field = "/body/on"
    way_out = "Record a step on the day it happened, or later."

    def __init__(self, *, field: str | None = None) -> None:
        super().__init__("The step is dated in the future.", field=field)


class StepOutOfOrder(Unprocessable):
    field = "/body/on"
    way_out = "Give a day on or after the day of the step before."

    def __init__(self) -> None:
        super().__init__("The step is dated before the one that came before it.")


class WaitsOnSomebody(Unprocessable):
    """An open check always waits on somebody, and a finished one on nobody."""

    field = "/body/waiting_on"
    way_out = "Leave waiting_on out, or name employer, dbs or employee for an open check and none for a finished one."

    def __init__(self) -> None:
        super().__init__("This does not fit the step: an open check waits on somebody, a finished one on nobody.")


def require_fitting(status: DbsStatus, waiting_on: WaitingOn) -> None:
    """Raises `WaitsOnSomebody`."""
    if (status in FINISHED) != (waiting_on is WaitingOn.NONE):
        raise WaitsOnSomebody


@dataclass(frozen=True)
class Clock:
    """On whom a check waits, and since which day."""

    waiting_on: str
    since_on: date


class DbsCheck(TeamOwned, Base, table=True):
    """One check of one person, with its waiting-on clock. `status_on` is the day of the last step.

    `told_waiting_on` since `told_since_on` is the clock that others than HR are told. It stands as it stood while a
    certificate is weighed, so that nobody can read from it that there is something to weigh.
    """

    employee_id: UUID = Field(foreign_key="employee.id", index=True)
    status: str = DbsStatus.STARTED
    status_on: date
    started_on: date
    submitted_on: date | None = None
    adult_first_clear: bool = False
    cleared_on: date | None = None
    update_service: bool
    waiting_on: str
    since_on: date
    told_waiting_on: str
    told_since_on: date

    @classmethod
    def started(cls, new: NewDbsCheck, today: date, now: datetime) -> Self:
        """Raises `StepInTheFuture` or `WaitsOnSomebody`."""
        if new.started_on > today:
            raise StepInTheFuture(field="/body/started_on")
        require_fitting(DbsStatus.STARTED, new.waiting_on)
        days: dict[str, Any] = dict.fromkeys(("status_on", "since_on", "told_since_on"), new.started_on)
        return cls(**new.model_dump(), **days, told_waiting_on=new.waiting_on, changed_at=now)

    def clock(self, *, for_hr: bool) -> Clock:
        """The clock as it runs, for HR; for everybody else, as they are told it."""
        if for_hr:
            return Clock(self.waiting_on, self.since_on)
        return Clock(self.told_waiting_on, self.told_since_on)

    def progress(self, step: Progress, today: date, now: datetime) -> None:
        """Raises `StepInTheFuture`, `StepOutOfOrder`, `StepNotPossible` or `WaitsOnSomebody`."""
        self._require_possible(step, today)
        self._wait(step)
        if step.status is DbsStatus.SUBMITTED and self.submitted_on is None:
            self.submitted_on = step.on
        if step.status is not DbsStatus.CLEAR:
            self.cleared_on = None
        elif self.cleared_on is None:
            self.cleared_on = step.on
        if step.adult_first_clear is not None:
            self.adult_first_clear = step.adult_first_clear
        if step.update_service is not None:
            self.update_service = step.update_service
        self.status, self.status_on, self.changed_at = step.status, step.on, now

    def _require_possible(self, step: Progress, today: date) -> None:
        if step.on > today:
            raise StepInTheFuture
        if step.on < self.status_on:
            raise StepOutOfOrder
        status = DbsStatus(self.status)
        online = self.update_service if step.update_service is None else step.update_service
        possible = NEXT[status] | (BY_UPDATE_SERVICE.get(status, set()) if online else set())
        if step.status not in possible:
            raise StepNotPossible(status)

    def _wait(self, step: Progress) -> None:
        """The clock runs on while it waits on the same party, and starts anew with another."""
        same_step = WaitingOn(self.waiting_on) if step.status == self.status else None
        waiting_on = step.waiting_on or same_step or USUALLY_WAITS_ON[step.status]
        require_fitting(step.status, waiting_on)
        if waiting_on != self.waiting_on:
            self.waiting_on, self.since_on = waiting_on, step.on
        if step.status is not DbsStatus.CONTENT:
            self.told_waiting_on, self.told_since_on = self.waiting_on, self.since_on


only_states(DbsCheck, "status", DbsStatus)
only_states(DbsCheck, "waiting_on", WaitingOn)
only_states(DbsCheck, "told_waiting_on", WaitingOn)
_UNDER_WAY, _FINISHED = (", ".join(f"'{status}'" for status in group) for group in (UNDER_WAY, FINISHED))
for _name, _rule in (
    ("dbs_check_waits_on_somebody", f"(waiting_on = '{WaitingOn.NONE}') = (status in ({_FINISHED}))"),
    (
        "dbs_check_told_as_it_is_unless_weighed",
        f"status = '{DbsStatus.CONTENT}' or (told_waiting_on = waiting_on and told_since_on = since_on)",
    ),
    ("dbs_check_clear_on_a_day", f"(status = '{DbsStatus.CLEAR}') = (cleared_on is not null)"),
):
    DbsCheck.__table__.append_constraint(CheckConstraint(_rule, name=_name))  # type: ignore[attr-defined]
Index(
    "one_dbs_check_under_way",
    col(DbsCheck.employee_id),
    unique=True,
    postgresql_where=text(f"status in ({_UNDER_WAY})"),
)
Index(
    "dbs_check_waiting",
    col(DbsCheck.team_id),
    col(DbsCheck.id),
    postgresql_where=text(f"waiting_on <> '{WaitingOn.NONE}'"),
)
