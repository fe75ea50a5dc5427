"""The ops desk tells how events stand and where one is: written, sent, applied, and what it caused."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, text, update
from uuid6 import uuid7

from services.caseload.domain.base import Base
from services.common import parking
from services.common.auth import SYSTEM
from services.common.desk import paths
from services.common.ids import smallest_id
from tests.common.desks import QUEUE, Desk, at_the_desk, refused
from tests.common.told import ClientChanged, an_envelope, change_a_client
from tests.running import STRANGER, Databases, until


@pytest.fixture
async def desk(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    """Nothing is tried again by itself while the test lasts."""
    monkeypatch.setattr(parking, "RETRY_AFTER", (timedelta(hours=1),))
    async with at_the_desk(databases) as made:
        yield made


async def test_the_standing_counts_what_waits_and_what_is_dead(desk: Desk) -> None:
    await desk.dead_letter()
    letters = Base.metadata.tables["parked_event"]
    async with desk.database.transaction(SYSTEM) as tx:
        await tx.session.execute(update(letters).values(consumer="caseload.elsewhere"))
    desk.trouble = True
    await desk.told(an_envelope())
    assert await desk.get("/events/standing") == {
        "service": "caseload",
        "unsent": 0,
        "lag_seconds": 0,
        "waiting": 1,
        "dead": 1,
        "queues": [{"queue": QUEUE, "event_names": [ClientChanged.name], "ready": 0, "consumers": 1}],
    }


async def test_what_no_queue_takes_is_unsent_and_its_lag_grows(desk: Desk) -> None:
    desk.system.broker._handlers.clear()
    await change_a_client(desk.database)
    standing = await until(lambda: _lagging(desk))
    assert standing["unsent"] == 1
    assert standing["queues"] == [
        {"queue": QUEUE, "event_names": [ClientChanged.name], "ready": None, "consumers": None}
    ]


async def _lagging(desk: Desk) -> Any:
    standing = await desk.get("/events/standing")
    return standing if standing["lag_seconds"] > 0.1 else None


async def test_the_path_of_an_event_tells_when_it_was_written_sent_and_applied(desk: Desk) -> None:
    client_id = await change_a_client(desk.database)
    await desk.settled()
    cause = (await desk.system.published("caseload"))[0]
    path = await desk.get(f"/events/{cause.id}")
    written, (mark,) = path["written"], path["marks"]
    assert (written["type"], written["subject"]) == (ClientChanged.name, f"client/{client_id}")
    assert written["written_at"] <= mark["at"] <= written["sent_at"], "in one process it is sent once it is applied"
    assert (mark["queue"], mark["state"], mark["reason"]) == (QUEUE, "applied", None)
    assert "data" not in json.dumps(path)


async def test_an_event_that_nobody_wrote_and_one_that_was_purged_are_not_found(desk: Desk) -> None:
    refused(await desk.ops.get(f"/v1/events/{uuid7()}"), 404, "not_found", "/path")
    await change_a_client(desk.database)
    await desk.settled()
    event_id = (await desk.system.published("caseload"))[0].id
    async with desk.database.transaction(SYSTEM) as tx:
        for name in ("event_log", "inbox"):
            await tx.session.execute(delete(Base.metadata.tables[name]))
    refused(await desk.ops.get(f"/v1/events/{event_id}"), 404, "not_found", "/path")


async def test_events_are_found_by_their_trace_their_cause_and_what_they_are_about(desk: Desk) -> None:
    client_id = await change_a_client(desk.database)
    await desk.settled()
    cause, effect = await desk.system.published("caseload")
    assert [one["id"] for one in (await desk.get("/written-events", caused_by=str(cause.id)))["items"]] == [
        str(effect.id)
    ]
    assert (await desk.get("/written-events", caused_by=str(effect.id)))["items"] == []
    assert [one["id"] for one in (await desk.get("/written-events", subject_id=str(client_id)))["items"]] == [
        str(cause.id)
    ]
    assert (await desk.get("/written-events", subject_id=str(uuid7())))["items"] == []
    assert (await desk.get("/written-events", trace_id="0" * 32))["items"] == []
    # Ids that were made many at once run ahead of the clock.
    ahead = {"id": smallest_id(datetime.now(UTC) + timedelta(minutes=1))}
    traced = an_envelope().model_copy(update=ahead | {"traceparent": f"00-{'ab' * 16}-{'cd' * 8}-01"})
    async with desk.database.transaction(SYSTEM) as tx:
        log = Base.metadata.tables["event_log"]
        row = {"seq": 10_000, "id": traced.id, "type": traced.type, "subject": traced.subject, "key": traced.subject}
        row |= {"aggregate_version": 1, "envelope": traced.model_dump_json(exclude_none=True)}
        await tx.session.execute(log.insert().values(**row))
    assert [one["id"] for one in (await desk.get("/written-events", trace_id="ab" * 16))["items"]] == [str(traced.id)]
    an_hour_on = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    assert (await desk.get("/written-events", trace_id="ab" * 16, from_at=an_hour_on))["items"] == []
    assert (await desk.get("/written-events", trace_id="ab" * 16, from_at="1890-01-01T00:00:00Z"))["items"] == []


async def test_the_effect_of_an_event_is_found_however_late_it_was_applied(desk: Desk) -> None:
    two_days_ago = int((datetime.now(UTC) - timedelta(days=2)).timestamp() * 1000)
    old = an_envelope().model_copy(update={"id": UUID(int=(two_days_ago << 80) | (uuid7().int & (2**80 - 1)))})
    await desk.told(old)
    await desk.settled()
    assert len((await desk.get("/written-events", caused_by=str(old.id)))["items"]) == 1


async def test_events_about_a_thing_are_found_by_the_index_in_a_long_log(desk: Desk) -> None:
    subject = uuid7()
    fill = text("""
        insert into event_log (seq, id, type, subject, key, aggregate_version, envelope)
        select n, gen_random_uuid(), 'caseload.kind' || n % 12 || '.v1', 'client/' || n / 3, 'client/' || n / 3, 1, '{}'
        from generate_series(1, 30000) n
    """)
    async with desk.database.transaction(SYSTEM) as tx:
        await tx.session.execute(fill)
        await tx.session.execute(text("analyze event_log"))
        keys = paths.keys_of(subject, Base.metadata)
        explain = text(f"explain (analyze) {paths.ABOUT.text}").bindparams(keys=keys, most=50)
        plan = "\n".join(await tx.all(explain))
    assert "Seq Scan on event_log" not in plan, plan
    assert plan.count("event_log_key") == 3, plan


@pytest.mark.parametrize("asked", [{}, {"trace_id": "ab" * 16, "caused_by": str(STRANGER)}])
async def test_events_are_looked_for_by_one_thing(desk: Desk, asked: dict[str, str]) -> None:
    refused(await desk.ops.get("/v1/written-events", params=asked), 422, "nothing_asked_for", "/query/trace_id")
