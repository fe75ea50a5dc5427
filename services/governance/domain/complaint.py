"""Complaint and compliment: received, acknowledged against a clock, answered, and learned from."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Self
from uuid import UUID

from sqlmodel import Field

from services.common.errors import Conflict, Unprocessable
from services.common.figures import Cell, Layout
from services.common.models import TeamOwned, only_states
from services.common.rules import Rule
from services.common.types import Day, Input, NewId, Words
from services.common.working_days import add_working_days
from services.governance.domain.base import Base, always


class ComplaintKind(StrEnum):
    COMPLAINT = "complaint"
    COMPLIMENT = "compliment"


class ComplaintStatus(StrEnum):
    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    ANSWERED = "answered"
    LEARNED = "learned"


class NewComplaint(Input):
    """What somebody told the team. The summary may name a client, so only the team reads it."""

    id: NewId
    team_id: UUID
    kind: ComplaintKind
    received_on: Day
    summary: Words


class Acknowledgement(Input):
    on: Day | None = None


class Answer(Input):
    answer: Words
    on: Day | None = None


class Learning(Input):
    learning: Words
    on: Day | None = None


class ComplaintOutOfTurn(Conflict):
    """A complaint is acknowledged, then answered, then learned from, each once."""

    field = "/path/complaint_id"
    way_out = "Read the complaint, and take the step that comes next."

    def __init__(self, status: str) -> None:
        super().__init__(f"This complaint is {status}, so another step comes next.")


class DayOutOfOrder(Unprocessable):
    """No step lies in the future or before the one that it follows."""

    field = "/body/on"
    way_out = "Leave the day out for today, or correct it."

    def __init__(self, field: str | None = None) -> None:
        super().__init__("This day is in the future, or before the step that went before.", field=field)


class NotAQuartersEnd(Unprocessable):
    """Outside the team no two counts have a complaint in common, so that none is what is left between two of them."""

    field = "/query/as_of"
    way_out = "Ask for the last day of a calendar quarter that is over, or leave as_of out for the latest of them."

    def __init__(self) -> None:
        super().__init__("Outside the team complaints are counted by the calendar quarter, at its end.")


class Complaint(TeamOwned, Base, table=True):
    """One complaint or compliment, with the day of each step. A compliment has no acknowledgement clock."""

    kind: str
    received_on: date
    acknowledgement_due_on: date | None
    summary: str
    recorded_by: UUID | None
    status: str = Field(default=ComplaintStatus.RECEIVED, index=True)
    acknowledged_on: date | None = None
    answered_on: date | None = None
    answer: str | None = None
    learned_on: date | None = None
    learning: str | None = None

    @classmethod
    def received(cls, new: NewComplaint, term: Rule, by: UUID | None, today: date, now: datetime) -> Self:
        """Raises `DayOutOfOrder` for a day that is still to come."""
        if new.received_on > today:
            raise DayOutOfOrder("/body/received_on")
        is_complaint = new.kind is ComplaintKind.COMPLAINT
        due_on = add_working_days(new.received_on, term.amount) if is_complaint else None
        return cls(**new.model_dump(), acknowledgement_due_on=due_on, recorded_by=by, changed_at=now)

    def acknowledge(self, made: Acknowledgement, today: date, now: datetime) -> None:
        """Raises `ComplaintOutOfTurn` or `DayOutOfOrder`."""
        self._step(ComplaintStatus.RECEIVED, ComplaintStatus.ACKNOWLEDGED, now)
        self.acknowledged_on = _between(self.received_on, made.on or today, today)

    def give_answer(self, made: Answer, today: date, now: datetime) -> None:
        """Raises `ComplaintOutOfTurn` or `DayOutOfOrder`."""
        self._step(ComplaintStatus.ACKNOWLEDGED, ComplaintStatus.ANSWERED, now)
        self.answer = made.answer
        self.answered_on = _between(self.acknowledged_on, made.on or today, today)

    def learn(self, made: Learning, today: date, now: datetime) -> None:
        """Raises `ComplaintOutOfTurn` or `DayOutOfOrder`."""
        self._step(ComplaintStatus.ANSWERED, ComplaintStatus.LEARNED, now)
        self.learning = made.learning
        self.learned_on = _between(self.answered_on, made.on or today, today)

    def _step(self, before: ComplaintStatus, after: ComplaintStatus, now: datetime) -> None:
        if self.status != before:
            raise ComplaintOutOfTurn(self.status)
        self.status, self.changed_at = after, now

    def is_acknowledged(self, as_of: date) -> bool:
        return self.acknowledged_on is not None and self.acknowledged_on <= as_of

    def is_overdue(self, as_of: date) -> bool:
        """Whether the acknowledgement was still owed after its last day."""
        due_on = self.acknowledgement_due_on
        return due_on is not None and as_of > due_on and not self.is_acknowledged(as_of)

    def was_late(self, as_of: date) -> bool:
        due_on, done_on = self.acknowledgement_due_on, self.acknowledged_on
        return due_on is not None and done_on is not None and due_on < done_on <= as_of


def _between(before: date | None, day: date, today: date) -> date:
    if day > today or (before is not None and day < before):
        raise DayOutOfOrder
    return day


# Each complaint is in exactly one cell of every sum.
COUNTS = Layout(
    sums=(
        ("complaints", ("acknowledged_in_time", "acknowledged_late", "overdue", "not_yet_due")),
        ("complaints", ("learned", "not_yet_learned")),
    ),
)


def quarter(as_of: date | None, today: date) -> tuple[date, date]:
    """First and last day of the quarter that ends on this day, or of the latest that is over.

    Raises `NotAQuartersEnd`.
    """
    latest = date(today.year, today.month - (today.month - 1) % 3, 1) - timedelta(days=1)
    last = as_of or latest
    if last > latest or last.month % 3 or (last + timedelta(days=1)).day != 1:
        raise NotAQuartersEnd
    return date(last.year, last.month - 2, 1), last


def counts(complaints: Iterable[Complaint], as_of: date, from_on: date | None = None) -> dict[str, Cell]:
    """How many there were received from one day, or ever, and where they stand, as of the other."""
    known = [one for one in complaints if (from_on or date.min) <= one.received_on <= as_of]
    mine = [complaint for complaint in known if complaint.kind == ComplaintKind.COMPLAINT]
    tests: dict[str, Callable[[Complaint], bool]] = {
        "complaints": lambda one: True,
        "acknowledged_in_time": lambda one: one.is_acknowledged(as_of) and not one.was_late(as_of),
        "acknowledged_late": lambda one: one.was_late(as_of),
        "overdue": lambda one: one.is_overdue(as_of),
        "not_yet_due": lambda one: not one.is_acknowledged(as_of) and not one.is_overdue(as_of),
        "learned": lambda one: one.learned_on is not None and one.learned_on <= as_of,
        "not_yet_learned": lambda one: one.learned_on is None or one.learned_on > as_of,
    }
    cells = {name: sum(test(one) for one in mine) for name, test in tests.items()}
    cells["compliments"] = len(known) - len(mine)
    return {name: Cell(count, count) for name, count in cells.items()}


only_states(Complaint, "kind", ComplaintKind)
only_states(Complaint, "status", ComplaintStatus)
always(Complaint, "has_its_clock", "(kind = 'complaint') = (acknowledgement_due_on is not null)")
