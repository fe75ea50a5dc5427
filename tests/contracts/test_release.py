"""A new version keeps what the last release promised, for both run side by side while one takes the other's place."""

from copy import deepcopy
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from pydantic import BaseModel, Field, ValidationError, create_model

from demo.contracts import RELEASED, event_of, on_file, published, readers
from demo.release import Contracts, current, keep, released, taken_back, unread, unsafe, withdrawn
from tests.contracts.examples import example

NOW, LAST = current(), released()
READERS = readers()
VISIT, QUEUE, COSTED = "roster.visit.done.v1", "interop.roster.visit.done.v1", "finance.activity.costed.v1"
SPARSE = pytest.mark.parametrize("sparse", [False, True], ids=["all that may be told", "as little as may be told"])


def test_the_release_on_file_is_of_this_version() -> None:
    assert LAST.version == NOW.version, "run `make release-contracts`"


def test_the_contracts_of_the_release_are_not_generated_anew() -> None:
    kept = set(RELEASED.glob("*.json"))
    assert kept
    assert kept & on_file() == set()


def test_no_event_is_withdrawn_or_narrowed() -> None:
    assert withdrawn(LAST, NOW) == [], "what was released may only be added to; publish a new version beside it"


def test_an_old_consumer_reads_a_new_event() -> None:
    assert unread(NOW.events, LAST.reads) == []


def test_a_new_consumer_reads_an_old_event() -> None:
    """Old events still wait in queues and logs, so what is newly read is optional for one release."""
    assert unread(LAST.events, NOW.reads) == []


@SPARSE
@pytest.mark.parametrize("queue", [queue for queue in READERS if event_of(queue) in LAST.events])
def test_a_consumer_takes_what_the_last_release_sent(queue: str, sparse: bool) -> None:
    READERS[queue].model_validate(example(LAST.events[event_of(queue)], sparse=sparse))


@SPARSE
@pytest.mark.parametrize("queue", READERS)
def test_a_consumer_passes_over_what_it_does_not_know(queue: str, sparse: bool) -> None:
    READERS[queue].model_validate(example(NOW.events[event_of(queue)], sparse=sparse, unknown=True))


@SPARSE
@pytest.mark.parametrize("name", published())
def test_an_example_is_what_the_event_may_be(name: str, sparse: bool) -> None:
    published()[name].model_validate(example(NOW.events[name], sparse=sparse))


class Part(BaseModel):
    minutes: int


class OtherPart(BaseModel):
    minutes: str


def event(**changes: Any) -> dict[str, Any]:
    """The schema of an event with these fields in place of its own; None takes a field away."""
    own: dict[str, Any] = {
        "id": (UUID, ...),
        "minutes": (int, ...),
        "status": (Literal["planned", "done"], ...),
        "ends_on": (str | None, ...),
        "parts": (list[Part], ...),
    }
    fields = {name: field for name, field in {**own, **changes}.items() if field is not None}
    told: type[BaseModel] = create_model("Told", **fields)
    return told.model_json_schema()


BROKEN = {
    ".id is gone": event(id=None),
    ".id may be string": event(id=(str, ...)),
    ".minutes may be number": event(minutes=(float, ...)),
    ".minutes may be null": event(minutes=(int | None, ...)),
    ".minutes may be left out": event(minutes=(int, 0)),
    '.status is never string "done" any more': event(status=(Literal["planned"], ...)),
    '.status may be string "late"': event(status=(Literal["planned", "done", "late"], ...)),
    ".parts[].minutes may be string": event(parts=(list[OtherPart], ...)),
}
ADDED = {
    "a field": event(late=(bool, ...)),
    "a field that may be null": event(late=(bool | None, None)),
    "never null any more": event(ends_on=(str, ...)),
    "a bound": event(minutes=(Annotated[int, Field(ge=0)], ...)),
}


@pytest.mark.parametrize(("fault", "changed"), BROKEN.items(), ids=BROKEN.keys())
def test_a_promise_taken_back_is_found(fault: str, changed: dict[str, Any]) -> None:
    assert taken_back(event(), changed) == [fault]


@pytest.mark.parametrize("changed", ADDED.values(), ids=ADDED.keys())
def test_a_promise_added_to_is_no_fault(changed: dict[str, Any]) -> None:
    assert taken_back(event(), changed) == []


@pytest.fixture
def planned() -> Contracts:
    """The next version, the same as the last until a fault is planted in it."""
    return Contracts("99.0.0", deepcopy(LAST.events), deepcopy(LAST.reads))


def test_an_event_withdrawn_is_found_though_a_new_version_stands_beside_it(planned: Contracts) -> None:
    planned.events["roster.visit.done.v2"] = planned.events.pop(VISIT)
    assert withdrawn(LAST, planned) == [f"{VISIT}: the event is gone"]


def test_a_field_renamed_is_missed_by_who_wrote_it_down_and_by_who_reads_it(planned: Contracts) -> None:
    fields = planned.events[VISIT]["properties"]
    fields["until"] = fields.pop("ends_at")
    assert withdrawn(LAST, planned) == [f"{VISIT}: .ends_at is gone"]
    assert unread(planned.events, LAST.reads) == [f"{QUEUE}: .ends_at is not promised"]


def test_a_field_is_read_only_where_old_events_need_not_have_it(planned: Contracts) -> None:
    planned.events[VISIT]["properties"]["late"] = planned.reads[QUEUE]["properties"]["late"] = {"type": "boolean"}
    planned.events[VISIT]["required"].append("late")
    assert unsafe(LAST, planned) == []
    planned.reads[QUEUE]["required"].append("late")
    assert unread(planned.events, planned.reads) == []
    assert unread(LAST.events, planned.reads) == [f"{QUEUE}: .late is not promised"]
    with pytest.raises(ValidationError):
        create_model("Reads", late=(bool, ...)).model_validate(example(LAST.events[VISIT]))


def test_a_reader_that_refuses_what_it_does_not_know_is_found() -> None:
    """The event's own class is such a one."""
    with pytest.raises(ValidationError, match="told_since"):
        published()[VISIT].model_validate(example(NOW.events[VISIT], unknown=True))


def test_a_release_is_kept_once_and_only_ever_added_to(planned: Contracts, tmp_path: Path) -> None:
    keep(LAST, tmp_path)
    assert released(tmp_path) == LAST
    with pytest.raises(SystemExit, match="raise the version"):
        keep(LAST, tmp_path)
    del planned.events[COSTED]
    with pytest.raises(SystemExit, match="the event is gone"):
        keep(planned, tmp_path)
    planned.events[COSTED] = LAST.events[COSTED]
    keep(planned, tmp_path)
    assert released(tmp_path).version == planned.version
