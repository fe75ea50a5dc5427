"""An entry that two agents had: the second that wrote it is told of, in whatever order they speak and people look."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from services.interop.domain.unit_entry import Found, Outcome, ToldOutcome, UnitEntry, UnitTake

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


def an_entry() -> UnitEntry:
    return UnitEntry.of(team_id=uuid4(), client_id=uuid4(), care_contact_id=uuid4(), started_at=AT, now=AT)


def lent(entry: UnitEntry) -> UnitTake:
    take = UnitTake(unit_entry_id=entry.id, subject="a", device="PC-1", taken_at=AT, until_at=AT + timedelta(minutes=9))
    entry.lend(take, AT)
    return take


def writes(entry: UnitEntry, take: UnitTake) -> str:
    entry.hear(take, ToldOutcome(take_id=take.id, outcome=Outcome.WRITTEN), AT)
    return entry.state


def had_by_two() -> tuple[UnitEntry, UnitTake, UnitTake]:
    """The lease of the first is over, and somebody did not find it there; the second has it."""
    entry = an_entry()
    first = lent(entry)
    entry.lease_is_over(AT)
    entry.settle(Found.NOT_THERE, uuid4(), AT)
    return entry, first, lent(entry)


def test_two_that_wrote_what_was_left_out_make_it_doubled_whoever_speaks_first() -> None:
    for is_first_the_first in (True, False):
        entry, *takes = had_by_two()
        entry.lease_is_over(AT)
        entry.settle(Found.LEAVE_OUT, uuid4(), AT)
        one, other = takes if is_first_the_first else reversed(takes)
        assert [writes(entry, one), writes(entry, other)] == ["written", "doubled"]


def test_what_was_found_there_once_is_the_entry_that_was_told_of_and_not_the_next() -> None:
    entry, first, second = had_by_two()
    assert writes(entry, first) == "taken"
    entry.lease_is_over(AT)
    entry.settle(Found.THERE, uuid4(), AT)
    assert entry.state == "written"
    assert writes(entry, second) == "doubled"


def test_what_was_found_there_once_is_the_agents_where_no_other_wrote() -> None:
    entry = an_entry()
    take = lent(entry)
    entry.lease_is_over(AT)
    entry.settle(Found.THERE, uuid4(), AT)
    assert writes(entry, take) == "written"
