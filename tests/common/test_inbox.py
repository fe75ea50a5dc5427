"""From the broker to an effect: applied once, parked with a reason, and never in the way of the next event."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import BaseModel
from sqlalchemy import select, text

from services.caseload.domain.base import Base
from services.common import inbox
from services.common.auth import SYSTEM
from services.common.broker import Delivery
from services.common.db import Database, Transaction
from services.common.errors import Unavailable
from services.common.events import MAX_EVENT_BYTES, Envelope
from services.common.inbox import Consumer, Subscription
from services.common.membership import MembershipFact
from services.common.peers import Peers
from tests.common.told import QUEUE, ReadsIt, a_client, add_one, an_envelope, as_sent, consumer, count, nothing, parked
from tests.running import Databases, settings_for, written
from tests.tracing import no_tracer


@pytest.fixture
async def database(databases: Databases) -> AsyncIterator[Database]:
    made = Database(await databases("caseload"), Base.metadata)
    yield made
    await made.close()


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "FIRST_WAIT_SECONDS", 0.001)


async def test_an_event_delivered_many_times_has_one_effect(database: Database) -> None:
    once, envelope = consumer(database, add_one), an_envelope()
    await asyncio.gather(*(once.deliver(as_sent(envelope)) for _ in range(20)))
    await once.deliver(as_sent(*[envelope] * 1000))
    assert (await count(database, "client"), await count(database, "inbox")) == (1, 1)


async def test_many_events_are_applied_in_one_transaction_in_order(database: Database) -> None:
    order: list[str] = []

    async def note(tx: Transaction, fact: ReadsIt) -> None:
        order.append(str(fact.client_id))
        tx.add(a_client(tx))

    lot = [an_envelope() for _ in range(50)]
    await consumer(database, note).deliver(as_sent(*lot))
    assert order == [envelope.data["client_id"] for envelope in lot]
    assert (await count(database, "client"), await count(database, "inbox")) == (50, 50)


async def test_effect_and_inbox_are_one_transaction(database: Database) -> None:
    """A consumer that dies after its effect leaves neither the effect nor the mark, so that it is applied again."""

    async def dies(tx: Transaction, fact: ReadsIt) -> None:
        tx.add(a_client(tx))
        await tx.session.flush()
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await consumer(database, dies).deliver(as_sent(an_envelope()))
    assert (await count(database, "client"), await count(database, "inbox")) == (0, 0)


async def test_an_outage_is_waited_out_however_long(database: Database) -> None:
    tries = 0

    async def away_at_first(fact: ReadsIt, peers: Peers) -> str:
        nonlocal tries
        tries += 1
        if tries < 8:
            raise Unavailable("away")
        return "answer"

    async def with_answer(tx: Transaction, fact: ReadsIt, answer: str) -> None:
        assert answer == "answer"
        tx.add(a_client(tx))

    await consumer(database, with_answer, away_at_first).deliver(as_sent(an_envelope()))
    assert (await count(database, "client"), await count(database, "parked_event")) == (1, 0)


async def test_one_that_fails_is_parked_and_the_rest_of_its_lot_is_applied(database: Database) -> None:
    lot = [an_envelope() for _ in range(5)]

    async def dislikes_the_third(tx: Transaction, fact: ReadsIt) -> None:
        tx.add(a_client(tx))
        await tx.session.flush()
        if str(fact.client_id) == lot[2].data["client_id"]:
            raise RuntimeError("Edith Marlowe is in this message")

    await consumer(database, dislikes_the_third).deliver(as_sent(*lot))
    assert await count(database, "client") == 4
    letter = (await parked(database))[0]
    assert (letter.event_id, letter.consumer, letter.reason, letter.attempts) == (lot[2].id, QUEUE, "failed", 1)
    assert letter.last_error.startswith("RuntimeError at dislikes_the_third")
    assert letter.retry_at is not None, "it is tried again"


def its(deliveries: list[Delivery], **changes: Any) -> list[Delivery]:
    return [Delivery(json.dumps(json.loads(deliveries[0].body) | changes).encode(), deliveries[0].sender)]


GOOD = as_sent(an_envelope())
BAD = {
    "too_large": [Delivery(b"{" + b" " * 2_000_000 + b"}")],
    "unreadable": [Delivery(body) for body in (b"", b"no json", b'{"id": 1}', b"\x00\xff", b"[" * 100_000)],
    "unexpected_type": its(GOOD, type="caseload.client.changed.v9"),
    "forged": [*its(GOOD, source="/heatshield/roster"), *as_sent(an_envelope(), sender="roster")],
    "breaks_contract": as_sent(an_envelope(client_id="Edith Marlowe")),
}


@pytest.mark.parametrize(
    ("reason", "number"), [(reason, number) for reason in BAD for number in range(len(BAD[reason]))]
)
async def test_what_is_no_event_of_this_queue_changes_nothing_and_is_kept_with_its_reason(
    database: Database, reason: str, number: int
) -> None:
    wary, good, body = consumer(database, add_one), an_envelope(), BAD[reason][number]
    await wary.deliver([body, body, *as_sent(good)])
    await wary.deliver([body])
    assert await count(database, "client") == 1, "the good one alone has an effect"
    letters = await parked(database)
    assert [(letter.reason, letter.retry_at) for letter in letters] == [(reason, None)]
    assert "Edith" not in letters[0].last_error


async def test_a_message_with_a_nul_in_it_is_parked(database: Database) -> None:
    """PostgreSQL holds no NUL in text, nor in JSON."""

    async def keeps_the_name(tx: Transaction, fact: Any) -> None:
        await tx.session.execute(text("select cast(:name as text)"), {"name": fact.name})

    class Named(BaseModel):
        name: str

    nul = an_envelope(name="\x00")
    subscription = Subscription(nul.type, Named, keeps_the_name)
    peers = Peers("test", settings_for(database.url), None)  # type: ignore[arg-type]
    await Consumer(QUEUE, subscription, database, peers, no_tracer()).deliver(as_sent(nul))
    assert [letter.event_id for letter in await parked(database)] == [nul.id]


async def test_a_number_that_does_not_fit_is_parked_and_no_outage(database: Database) -> None:
    async def counts(tx: Transaction, fact: ReadsIt) -> None:
        table = Base.metadata.tables["watermark"]
        await tx.session.execute(table.insert().values(name="n", seq=2**70))

    async with asyncio.timeout(20):
        await consumer(database, counts).deliver(as_sent(an_envelope()))
    assert [letter.reason for letter in await parked(database)] == ["failed"]


async def test_an_event_as_large_as_may_be_is_applied(database: Database) -> None:
    roomy = an_envelope(more="x" * (MAX_EVENT_BYTES - 1000))
    await consumer(database, nothing).deliver(as_sent(roomy))
    assert (await count(database, "inbox"), await count(database, "parked_event")) == (1, 0)


async def test_where_all_share_one_login_its_word_counts(database: Database) -> None:
    sent = as_sent(an_envelope(), sender="guest")
    await consumer(database, add_one).deliver(sent)
    assert await count(database, "client") == 0
    await consumer(database, add_one, shared_login="guest").deliver(as_sent(an_envelope(), sender="guest"))
    assert await count(database, "client") == 1


def a_membership(version: int, until_on: str | None) -> Envelope:
    data = {"team_id": str(SOME), "employee_id": str(SOME), "from_on": "2026-01-01", "until_on": until_on}
    subject = f"team_membership/{SOME}"
    name = "hr.team_membership.changed.v1"
    return Envelope(source="/heatshield/hr", type=name, subject=subject, aggregateversion=version, data=data)


SOME = an_envelope().id


@pytest.mark.parametrize("order", list(itertools.permutations((1, 2, 3))), ids=str)
@pytest.mark.parametrize("at_once", [True, False])
async def test_a_copy_holds_the_newest_state_in_whatever_order_and_with_whatever_missing(
    database: Database, order: tuple[int, ...], at_once: bool
) -> None:
    """Stale versions change nothing, and a gap does not matter: each event tells the whole state."""
    subscription = Subscription("hr.team_membership.changed.v1", MembershipFact, copied_into="team_member")
    peers = Peers("test", settings_for(database.url), None)  # type: ignore[arg-type]
    copying = Consumer(QUEUE, subscription, database, peers, no_tracer())
    told = as_sent(*(a_membership(version, f"2026-12-0{version}") for version in order for _ in range(2)))
    for lot in [told] if at_once else [[one] for one in told[:2]] + [told[2:]]:
        await copying.deliver(lot)
    member = Base.metadata.tables["team_member"]
    async with database.transaction(SYSTEM) as tx:
        rows = await tx.rows(select(member.c.version, member.c.until_on))
    assert [(row.version, str(row.until_on)) for row in rows] == [(3, "2026-12-03")]


async def test_what_an_event_causes_names_it_as_its_cause(database: Database) -> None:
    from tests.common.told import ClientChanged

    async def passes_on(tx: Transaction, fact: ReadsIt) -> None:
        client = a_client(tx)
        tx.add(client)
        tx.publish(ClientChanged(client_id=client.id), about=client)

    lot = [an_envelope() for _ in range(3)]
    await consumer(database, passes_on).deliver(as_sent(*lot))
    assert [envelope.causationid for envelope in await written(database)] == [envelope.id for envelope in lot]
