"""The ops desk sends events again: with effect once, in their order, and not from longer ago than anybody remembers."""

import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update
from uuid6 import uuid7

from services.caseload.domain.base import Base
from services.common.auth import SYSTEM
from services.common.broker import Delivery
from services.common.desk import replay
from services.common.history import KEEP_SENT
from tests.common.desks import Desk, at_the_desk, refused
from tests.common.told import ClientChanged, change_a_client, count
from tests.running import STRANGER, Databases, until


@pytest.fixture
async def desk(databases: Databases) -> AsyncIterator[Desk]:
    async with at_the_desk(databases) as made:
        yield made


class Ear:
    """Another listener, who minds nothing: it hears whatever is sent, each time."""

    def __init__(self) -> None:
        self.heard: list[UUID] = []

    async def __call__(self, deliveries: Sequence[Delivery]) -> None:
        self.heard += [UUID(json.loads(delivery.body)["id"]) for delivery in deliveries]


async def sent(desk: Desk, changes: int = 3) -> list[UUID]:
    """The ids of events that were sent, in order: half of them changes, half what these caused."""
    for _ in range(changes):
        await change_a_client(desk.database)
    await desk.settled()
    return [envelope.id for envelope in await desk.system.published("caseload")]


async def listening(desk: Desk) -> Ear:
    ear = Ear()
    await desk.system.broker.subscribe("ear", [ClientChanged.name], ear)
    return ear


async def log(desk: Desk) -> Sequence[Any]:
    table = Base.metadata.tables["event_log"]
    async with desk.database.transaction(SYSTEM) as tx:
        return await tx.rows(select(table).order_by(table.c.seq))


async def age(desk: Desk, **times: timedelta) -> None:
    """As if the whole log had been written or sent so long ago."""
    table = Base.metadata.tables["event_log"]
    async with desk.database.transaction(SYSTEM) as tx:
        await tx.session.execute(update(table).values({name: tx.now - ago for name, ago in times.items()}))


def ids_of(events: Sequence[UUID]) -> dict[str, Any]:
    return {"event_ids": [str(one) for one in events]}


async def test_an_event_sent_again_is_heard_again_and_has_its_effect_once(desk: Desk) -> None:
    events = await sent(desk)
    before, clients = await log(desk), await count(desk.database, "client")
    ear = await listening(desk)
    twice = [events[4], events[1], events[4]]
    for _ in range(2):
        assert (await desk.post("/events/replay", ids_of(twice)))["replayed"] == 2
        await desk.settled()
    assert ear.heard == [events[1], events[4]] * 2, "in the order of their writing, whatever was asked for"
    assert await count(desk.database, "client") == clients
    after = await log(desk)
    assert [(row.seq, row.id, row.envelope, row.written_at) for row in after] == [
        (row.seq, row.id, row.envelope, row.written_at) for row in before
    ]
    assert [row.sent_at > old.sent_at for row, old in zip(after, before, strict=True)] == [
        row.id in twice for row in after
    ]


async def test_what_is_written_while_events_are_sent_again_leaves_after_them(desk: Desk) -> None:
    events = await sent(desk)
    desk.system.broker._handlers.pop(f"caseload.{ClientChanged.name}")
    await desk.post("/events/replay", ids_of(events[:2]))
    await change_a_client(desk.database)
    ear = await listening(desk)
    await desk.system.broker.subscribe(f"caseload.{ClientChanged.name}", [ClientChanged.name], ear)
    await until(lambda: len(ear.heard) >= 6)
    assert list(dict.fromkeys(ear.heard))[:2] == events[:2]


async def test_events_are_sent_again_all_or_none(desk: Desk) -> None:
    events = await sent(desk, 1)
    ear = await listening(desk)
    answer = await desk.ops.post("/v1/events/replay", json=ids_of([*events, uuid7()]))
    refused(answer, 404, "not_sent", "/body/event_ids")
    assert answer.json()["detail"].startswith("1 of these events are not in this service's log")
    assert ear.heard == []


async def test_an_event_that_has_yet_to_leave_is_not_sent_again(desk: Desk) -> None:
    desk.system.broker._handlers.clear()
    await change_a_client(desk.database)
    (waiting,) = await desk.system.published("caseload")
    refused(await desk.ops.post("/v1/events/replay", json=ids_of([waiting.id])), 404, "not_sent", "/body/event_ids")


async def test_an_event_too_old_to_be_remembered_is_not_sent_again(desk: Desk) -> None:
    events = await sent(desk, 1)
    await age(desk, written_at=KEEP_SENT + timedelta(minutes=1), sent_at=timedelta(minutes=1))
    refused(await desk.ops.post("/v1/events/replay", json=ids_of(events)), 422, "too_long_ago", "/body/event_ids")
    an_hour_ago = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    assert (await desk.post("/events/replay", {"from_at": an_hour_ago}))["replayed"] == 0
    too_long = (datetime.now(UTC) - KEEP_SENT - timedelta(minutes=1)).isoformat()
    refused(await desk.ops.post("/v1/events/replay", json={"from_at": too_long}), 422, "too_long_ago", "/body/from_at")


async def test_sending_it_again_does_not_make_an_event_younger(desk: Desk) -> None:
    """Or else it could be sent once more when whoever applied it has long forgotten."""
    events = await sent(desk, 1)
    await age(desk, written_at=KEEP_SENT - timedelta(minutes=1), sent_at=KEEP_SENT - timedelta(minutes=1))
    assert (await desk.post("/events/replay", ids_of(events)))["replayed"] == 2
    await desk.settled()
    assert all(row.written_at < datetime.now(UTC) - timedelta(days=13) for row in await log(desk))


async def test_a_period_is_sent_again_part_by_part_up_to_the_same_end(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = await sent(desk, 2)
    ear = await listening(desk)
    monkeypatch.setattr(replay, "MOST", 3)
    body: dict[str, Any] = {"from_at": (datetime.now(UTC) - timedelta(hours=1)).isoformat()}
    first = await desk.post("/events/replay", body)
    await desk.settled()
    rest = await desk.post("/events/replay", body | {"to_at": first["to_at"]})
    await desk.settled()
    assert [(part["replayed"], part["more"]) for part in (first, rest)] == [(3, True), (1, False)]
    assert (ear.heard, rest["to_at"]) == (events, first["to_at"])


async def test_of_a_period_only_what_left_in_it_is_sent_again(desk: Desk) -> None:
    await sent(desk, 1)
    await age(desk, sent_at=timedelta(hours=2))
    now = datetime.now(UTC)
    hours_ago = [(now - timedelta(hours=hours)).isoformat() for hours in range(4)]
    for body in (
        {"from_at": hours_ago[1]},
        {"from_at": hours_ago[3], "to_at": (now - timedelta(hours=2, minutes=10)).isoformat()},
        {"from_at": hours_ago[3], "type": "caseload.referral.accepted.v1"},
    ):
        assert (await desk.post("/events/replay", body))["replayed"] == 0, body
    body = {"from_at": hours_ago[3], "to_at": hours_ago[1], "type": ClientChanged.name}
    assert (await desk.post("/events/replay", body))["replayed"] == 2


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"event_ids": []},
        {"event_ids": [str(STRANGER)], "from_at": "2026-11-02T00:00:00Z"},
        {"event_ids": [str(STRANGER)], "type": ClientChanged.name},
        {"from_at": "yesterday"},
        {"from_at": "2026-11-02T00:00:00Z", "type": "DROP TABLE"},
        {"from_at": "2026-11-02T00:00:00Z", "everything": True},
    ],
)
async def test_what_to_send_again_is_said_clearly(desk: Desk, body: dict[str, Any]) -> None:
    answer = await desk.ops.post("/v1/events/replay", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    assert all(error["pointer"].startswith("/body") and error["way_out"] for error in answer.json()["errors"])


async def test_the_log_is_read_by_services_only_in_order_and_by_type(desk: Desk) -> None:
    events = await sent(desk)
    asked = f"/inside/event-log?types={ClientChanged.name}"
    assert (await desk.ops.get(asked)).status_code == 403
    peer = await desk.system.client("caseload", "svc:roster", "service")
    items = (await peer.get(f"{asked}&limit=4")).json()["items"]
    items += (await peer.get(f"{asked}&after={items[-1]['seq']}")).json()["items"]
    assert [UUID(json.loads(item["envelope"])["id"]) for item in items] == events
    assert (await peer.get("/inside/event-log?types=caseload.other.v1")).json() == {"items": []}
    assert (await peer.get("/inside/event-log?types=DROP")).status_code == 422
