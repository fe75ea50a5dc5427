"""For any day and partner: facts done, sent and acknowledged are the same, or it is said which is not, and why."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from fastapi import Response
from sqlalchemy import delete, select
from sqlmodel import col
from uuid6 import uuid7

from services.common.auth import SYSTEM
from services.interop.domain.delivery import CouncilDelivery
from tests.interop.council import (
    Council,
    agree,
    change_plan,
    connect,
    settled,
    start_reablement,
    support,
    take_on,
    withdraw,
)
from tests.interop.records import Caseload
from tests.interop.submitting import FIELDS, changed, reviewed, standing, verdicts
from tests.running import Running

DAY = "2026-11-20"


async def reckoned(system: Running, day: str = DAY) -> dict[str, Any]:
    """The line of the one connection."""
    ops = await system.client("interop", "ops-1", "ops")
    answer = await ops.get("/v1/reconciliations", params={"day": day, "partner": "council"})
    assert answer.status_code == 200, answer.text
    (line,) = answer.json()["items"]
    assert line["partner"] == "council"
    return dict(line)


def figures(line: dict[str, Any]) -> tuple[int, int, int]:
    return line["done"], line["sent"], line["acknowledged"]


async def lose(system: Running, delivery_id: str) -> None:
    async with system.databases["interop"].transaction(SYSTEM) as tx:
        await tx.session.execute(delete(CouncilDelivery).where(col(CouncilDelivery.id) == delivery_id))


async def test_a_day_adds_up_and_each_planted_fault_is_found_with_its_reason(
    serve: Callable[..., Any], caseload: Caseload, council: Council
) -> None:
    async with serve((timedelta(0),)) as system:
        connection_id, client_id = await connect(system), await take_on(system, caseload)
        await agree(system, client_id, connection_id, fields=["personal_care_minutes", "intervention", "started_on"])
        for minutes in (10, 20):
            await support(system, client_id, minutes)
        await change_plan(system, client_id)
        await start_reablement(system, client_id)
        await support(system, client_id, started_at="2026-11-19T23:59:00Z")
        sent = await settled(system, "sent", 5)
        line = await reckoned(system)
        assert figures(line) == (3, 3, 3), "two contacts and a line of the plan: the other two are of other days"
        assert line["differences"] == []

        of_day = next(one for one in sent if one["type"].endswith("support_given.v1"))
        await lose(system, of_day["id"])
        line = await reckoned(system)
        assert figures(line) == (3, 2, 2)
        (difference,) = line["differences"]
        assert (difference["kind"], difference["reason"]) == ("not_sent", "it was never queued for this connection")

        council.answers = [Response(status_code=500)]
        await support(system, client_id, 30)
        await settled(system, "dead")
        line = await reckoned(system)
        assert "given up after 1 tries, last answered 500" in str(line["differences"])
        assert figures(line) == (4, 2, 2)


async def test_what_waits_among_the_dead_letters_is_named_with_its_reason(
    system: Running, caseload: Caseload, council: Council
) -> None:
    connection_id, client_id = await connect(system), await take_on(system, caseload)
    await agree(system, client_id, connection_id)
    contact = await support(system, client_id)
    await settled(system, "sent")
    async with system.databases["interop"].transaction(SYSTEM) as tx:
        feed = tx.metadata.tables["feed_entry"].c
        fed = await tx.all(select(feed.event_id).where(feed.event.contains(contact["care_contact_id"])))
        row = {
            "id": uuid7(),
            "event_id": fed[0],
            "consumer": "interop.caseload.care_contact.recorded.v1",
            "body": b"{}",
            "reason": "failed",
            "attempts": 9,
            "first_error": "A fault",
            "last_error": "A fault",
        }
        await tx.session.execute(tx.metadata.tables["parked_event"].insert().values(**row))
        await tx.session.execute(delete(CouncilDelivery))
    (difference,) = (await reckoned(system))["differences"]
    assert "dead letters: failed" in difference["reason"]


async def test_what_was_sent_of_which_nobody_told_is_unexpected(
    system: Running, caseload: Caseload, council: Council
) -> None:
    connection_id, client_id = await connect(system), await take_on(system, caseload)
    await agree(system, client_id, connection_id)
    await support(system, client_id, 10)
    await support(system, client_id, 20)
    await settled(system, "sent", 2)
    async with system.databases["interop"].transaction(SYSTEM) as tx:
        feed = tx.metadata.tables["feed_entry"]
        last = (await tx.all(feed.select().with_only_columns(feed.c.position)))[-1]
        await tx.session.execute(feed.delete().where(feed.c.position == last))
    line = await reckoned(system)
    assert figures(line) == (1, 2, 2)
    assert [one["kind"] for one in line["differences"]] == ["unexpected"]


async def test_what_a_client_withdrew_is_expected_of_nobody(
    system: Running, caseload: Caseload, council: Council
) -> None:
    connection_id, client_id = await connect(system), await take_on(system, caseload)
    share = await agree(system, client_id, connection_id)
    await support(system, client_id)
    await settled(system, "sent")
    await withdraw(system, share)
    await support(system, client_id)
    assert figures(await reckoned(system)) == (1, 1, 1), "what was sent before stays counted"


async def test_a_submission_counts_on_the_day_of_its_review_by_what_the_council_said(
    system: Running, caseload: Caseload, council: Council
) -> None:
    await changed(system, caseload, fields=FIELDS)
    guest = await system.client("interop", "gareth@council.example", "social_worker")
    council.answers = verdicts({"outcome": "rejected", "reason": "unknown case id"})
    await settled(system, "sent")
    submission = await reviewed(guest)
    await standing(guest, submission, "rejected")
    line = await reckoned(system, submission["reviewed_at"][:10])
    assert figures(line) == (1, 1, 0)
    assert line["differences"] == [{"about": submission["id"], "kind": "rejected", "reason": "unknown case id"}]


async def test_a_day_is_asked_for_as_a_day_that_came(interop: Running) -> None:
    ops = await interop.client("interop", "ops-1", "ops")
    for asked in ({}, {"day": "tomorrow"}, {"day": "2199-01-01"}, {"day": DAY, "partner": "Council!"}):
        assert (await ops.get("/v1/reconciliations", params=asked)).status_code == 422, asked
