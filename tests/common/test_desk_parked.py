"""The ops desk shows what is parked without a value of it, and has it applied again with effect once, or given up."""

import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from services.caseload.domain.base import Base
from services.common import parking
from services.common.auth import SYSTEM
from services.common.broker import Delivery
from tests.common.desks import CANARY, QUEUE, Desk, at_the_desk, refused
from tests.common.told import ClientChanged, an_envelope, count, parked
from tests.running import STRANGER, Databases, until


@pytest.fixture
async def desk(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    """Nothing is tried again by itself while the test lasts."""
    monkeypatch.setattr(parking, "RETRY_AFTER", (timedelta(hours=1),))
    async with at_the_desk(databases) as made:
        yield made


async def test_a_parked_event_shows_its_reason_and_the_shape_of_its_payload_and_no_value(desk: Desk) -> None:
    envelope = await desk.dead_letter(note=CANARY, **{f"{CANARY} of a name": "x"})
    await desk.told(an_envelope(client_id=f"no id {CANARY}"))
    answer = await desk.ops.get("/v1/parked-events?state=dead")
    failed, broken = answer.json()["items"]
    assert CANARY not in answer.text
    assert (failed["event_id"], failed["consumer"], failed["type"]) == (str(envelope.id), QUEUE, ClientChanged.name)
    assert (failed["state"], failed["reason"], failed["attempts"]) == ("dead", "failed", 1)
    assert failed["first_error"].startswith("RuntimeError at apply:")
    assert failed["data"] == {"client_id": "•", "note": "•", "•": "•"}
    assert (broken["reason"], broken["last_error"]) == ("breaks_contract", "breaks_contract client_id: uuid_parsing")


async def test_parked_events_are_listed_by_state_and_queue_page_by_page(desk: Desk) -> None:
    letters = [await desk.dead_letter() for _ in range(3)]
    first = await desk.get("/parked-events", limit=2, consumer=QUEUE)
    rest = await desk.get("/parked-events", limit=2, consumer=QUEUE, cursor=first["next_cursor"])
    assert [one["event_id"] for one in first["items"] + rest["items"]] == [str(letter.id) for letter in letters]
    assert rest["next_cursor"] is None
    assert (await desk.get("/parked-events", state="waiting"))["items"] == []
    assert (await desk.get("/parked-events", consumer="caseload.other"))["items"] == []


async def test_a_dead_letter_tried_again_has_its_effect_once_however_often(desk: Desk) -> None:
    await desk.dead_letter()
    (letter,) = await parked(desk.database)
    for _ in range(3):
        await desk.ops.post(f"/v1/parked-events/{letter.id}/replay")
        await desk.post("/parked-events/replay", {"state": "dead"})
    await desk.settled()
    # One for the letter, and one for the event that its effect caused.
    assert (await count(desk.database, "client"), await parked(desk.database)) == (2, [])
    refused(await desk.ops.post(f"/v1/parked-events/{letter.id}/replay"), 404, "not_found", "/path")


async def test_a_dead_letter_that_was_applied_meanwhile_has_no_second_effect(desk: Desk) -> None:
    envelope = await desk.dead_letter()
    await desk.told(envelope)
    assert len(await parked(desk.database)) == 1
    assert await desk.post("/parked-events/replay", {"event_ids": [str(envelope.id)]}) == {
        "replayed": 1,
        "more": False,
        "to_at": None,
    }
    await desk.settled()
    assert (await count(desk.database, "client"), await parked(desk.database)) == (2, [])


async def test_what_fails_again_is_parked_again_with_all_its_tries_before_it(desk: Desk) -> None:
    await desk.dead_letter()
    (letter,) = await parked(desk.database)
    desk.trouble = True
    assert (await desk.ops.post(f"/v1/parked-events/{letter.id}/replay")).status_code == 202
    await until(lambda: _failed_again(desk))


async def _failed_again(desk: Desk) -> bool:
    """Its next try is after the first of the waits, and no longer the lease of the try that failed."""
    (letter,) = await parked(desk.database)
    is_late = letter.retry_at is not None and letter.retry_at > datetime.now(UTC) + timedelta(minutes=30)
    return letter.attempts == 1 and is_late


@pytest.mark.parametrize(
    "which",
    [
        {"state": "waiting"},
        {"consumer": "caseload.other"},
        {"type": "caseload.other.v1"},
        {"from_at": "2100-01-01T00:00:00Z"},
        {"event_ids": [str(STRANGER)]},
    ],
)
async def test_only_what_the_filter_names_is_tried_again(desk: Desk, which: dict[str, Any]) -> None:
    await desk.dead_letter()
    assert (await desk.post("/parked-events/replay", which))["replayed"] == 0
    all_of_it = {"state": "dead", "consumer": QUEUE, "type": ClientChanged.name, "from_at": "2020-01-01T00:00:00Z"}
    assert (await desk.post("/parked-events/replay", all_of_it))["replayed"] == 1


async def test_what_nobody_could_apply_is_not_tried_again(desk: Desk) -> None:
    await desk.system.broker._handlers[QUEUE]([Delivery(b"no event")])
    gone = await desk.dead_letter()
    letters = Base.metadata.tables["parked_event"]
    async with desk.database.transaction(SYSTEM) as tx:
        moved = update(letters).where(letters.c.event_id == gone.id).values(consumer="caseload.gone.v1")
        await tx.session.execute(moved)
        unreadable, queueless = await tx.all(select(letters.c.id).order_by(letters.c.id))
    for letter, code in ((unreadable, "cannot_be_read"), (queueless, "nobody_listens")):
        refused(await desk.ops.post(f"/v1/parked-events/{letter}/replay"), 409, code, "/path/parked_id")
    assert (await desk.post("/parked-events/replay", {}))["replayed"] == 0


async def test_a_discarded_event_is_gone_and_the_log_says_by_whom(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    envelope = await desk.dead_letter()
    (letter,) = await parked(desk.database)
    with caplog.at_level(logging.WARNING):
        assert (await desk.ops.delete(f"/v1/parked-events/{letter.id}")).status_code == 204
    record: Any = next(one for one in caplog.records if one.message == "parked event discarded")
    assert (record.event_id, record.queue, record.by) == (str(envelope.id), QUEUE, str(STRANGER))
    assert await parked(desk.database) == []
    refused(await desk.ops.delete(f"/v1/parked-events/{letter.id}"), 404, "not_found", "/path")
