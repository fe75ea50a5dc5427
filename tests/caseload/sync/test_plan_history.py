"""What is shown of several people's words follows from who knew of what, in whatever order the words arrive."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from uuid6 import uuid7

from services.caseload.domain.care_plan import CarePlan, CarePlanLine
from services.caseload.domain.plan_edit import PlanEdit, PlanPart
from services.caseload.domain.plan_history import History
from tests.caseload.sync.orders import (
    HELD_BY,
    LATE,
    ORDERS,
    SAID,
    Arriving,
    End,
    Said,
    Step,
    minutes_after,
    operation_id,
    words_of,
)
from tests.running import DEPUTY, NURSE, TEAM

START = datetime(2026, 11, 4, 9, tzinfo=UTC)
AGREED, FIRST = 2, "Compression, two layers"


class Paper:
    """A line of a plan, and all that was said of it."""

    def __init__(self) -> None:
        plan = CarePlan(id=uuid7(), team_id=TEAM, version=AGREED, changed_at=START, written_by=NURSE)
        self.part = PlanPart(plan, CarePlanLine(id=uuid7(), words=FIRST, intervention="02.14", written_by=NURSE))
        self.edits = [self.part.first()]

    @property
    def version(self) -> int:
        return self.part.plan.version

    def write(self, edit: PlanEdit) -> History:
        self.edits.append(edit)
        history = History(self.edits)
        live, content = history.live, history.content_of(history.live)
        if live is not history.shown or content != self.part.content:
            self.part.show(content, live.made_by)
            self.part.plan.version += 1
            live.shown_from = [*live.shown_from, self.version]
        return history

    def arrive(self, said: Sequence[Said], step: Step) -> None:
        one = said[step.number]
        self.write(
            self.part.said(
                {"words": words_of(step.number), "intervention": one.code},
                HELD_BY[one.place],
                minutes_after(START, one),
                base_version=step.base,
                device_id=operation_id(one.place),
                sequence=step.number + 1,
                operation_id=operation_id(step.number),
            )
        )

    def end(self) -> End:
        history, content = History(self.edits), self.part.content
        versions = {
            (
                *history.content_of(one).values(),
                one.made_by,
                one is history.live,
                history.is_superseded(one),
            )
            for one in history.disputed
        }
        by = self.part.line.written_by if self.part.line else None
        return End(content["words"], content["intervention"], by, frozenset(versions))


def play(
    said: Sequence[Said],
    order: Sequence[int] = range(12),
    late: Collection[int] = (),
    seen: Mapping[int, str] | None = None,
) -> tuple[End | None, Mapping[int, str]]:
    """How it ends, if it can be so, and what each had before them."""
    paper = Paper()
    arriving = Arriving(said, (AGREED, FIRST), order, late, seen)
    while (step := arriving.next()) is not None:
        if step.how != "hold":
            paper.arrive(said, step)
        arriving.hear(paper.version, paper.part.content["words"])
    return paper.end() if arriving.is_done else None, arriving.sees


@settings(max_examples=200, deadline=None)
@given(st.lists(SAID, min_size=2, max_size=6), st.lists(st.tuples(ORDERS, LATE), min_size=1, max_size=4))
def test_the_same_words_end_alike_in_every_order(
    said: list[Said], orders: list[tuple[Sequence[int], Collection[int]]]
) -> None:
    first, seen = play(said)
    for order, late in orders:
        ended, _ = play(said, order, late, seen)
        assert ended in (first, None)


@settings(max_examples=150, deadline=None)
@given(st.lists(SAID, min_size=1, max_size=6))
def test_every_word_that_is_not_shown_was_known_to_who_said_the_next_or_stands_in_dispute(said: list[Said]) -> None:
    end, _ = play(said)
    assert end is not None
    heads = [words for words, _, _, _, is_superseded in end.versions if not is_superseded]
    assert end.words in heads or not end.versions
    if len({one.place for one in said}) == 1:
        assert not end.versions
        assert end.words == words_of(len(said) - 1)


def test_what_nobody_knew_of_is_asked_about_and_what_was_settled_goes_before_it() -> None:
    paper = Paper()
    early, late = START, START + timedelta(minutes=30)
    paper.write(paper.part.said({"words": "Joel's", "intervention": None}, DEPUTY, late, base_version=AGREED))
    apart = paper.write(paper.part.said({"words": "Tom's", "intervention": None}, NURSE, early, base_version=AGREED))
    assert [edit.content["words"] for edit in apart.disputed] == ["Joel's", "Tom's"]
    settled = {"words": "Both", "intervention": None}
    known = paper.write(paper.part.said(settled, NURSE, START + timedelta(hours=1), is_settlement=True))
    assert known.disputed == []
    again = paper.write(paper.part.said({"words": "Old", "intervention": None}, NURSE, early, base_version=AGREED))
    assert [edit.content["words"] for edit in again.disputed] == ["Old", "Both"]
    assert again.live.content["words"] == paper.part.content["words"] == "Both"


def test_a_tablet_that_says_its_versions_backwards_stops_nothing() -> None:
    """It says that it wrote first on what came of what it wrote second."""
    paper = Paper()
    own = {"device_id": operation_id(1)}
    second = paper.part.said({"words": "Second", "intervention": None}, NURSE, START, base_version=2, sequence=2, **own)
    paper.write(second)
    first = paper.part.said({"words": "First", "intervention": None}, NURSE, START, base_version=3, sequence=1, **own)
    assert paper.write(first).disputed == []
    assert paper.part.content["words"] == "Second"
