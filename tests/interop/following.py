"""An integrator follows the feed, and time passes over it."""

from datetime import timedelta
from typing import Any

from sqlalchemy import func, select, update
from uuid6 import uuid7

from services.common import history
from services.common.auth import SYSTEM
from services.common.events import Envelope, owner
from services.interop.domain.feed import FEED_ENTRY
from services.interop.store import feed as store
from services.interop.usecases.watch import Watch, watch_over
from tests.interop.records import Caseload, a_record, a_referral
from tests.running import NURSE, TEAM, Running

FEED = "/v1/events"
AT = "2026-11-20T09:00:00Z"
Page = dict[str, Any]


async def read(client: Any, **asked: Any) -> Page:
    """One page of the feed."""
    answer = await client.get(FEED, params=asked)
    assert answer.status_code == 200, answer.text
    page: Page = answer.json()
    assert set(page) == {"items", "next_cursor"}
    return page


async def follow(client: Any, after: str | None = None, limit: int = 100) -> tuple[list[Page], str]:
    """Everything from here on, page by page, and the cursor at the end."""
    found: list[Page] = []
    while True:
        page = await read(client, limit=limit, **({} if after is None else {"after": after}))
        after = page["next_cursor"]
        if not page["items"]:
            return found, after
        found += page["items"]


async def latest(client: Any) -> str:
    cursor: str = (await read(client, after="latest"))["next_cursor"]
    return cursor


def a_visit(version: int = 1, *, visit_id: str | None = None, name: str = "planned", **changes: Any) -> Envelope:
    """Roster tells of a visit, with every field of its contract."""
    visit_id = visit_id or str(uuid7())
    data = {
        "visit_id": visit_id,
        "client_id": str(uuid7()),
        "team_id": str(TEAM),
        "employee_id": str(NURSE),
        "starts_at": AT,
        "ends_at": "2026-11-20T09:45:00Z",
        "channel": "in_person",
    }
    particular = {"status": "planned"} if name == "planned" else {"care_contact_id": str(uuid7()), "done_at": AT}
    return told(f"roster.visit.{name}.v1", data | particular | changes, version=version, subject=f"visit/{visit_id}")


def told(name: str, data: dict[str, Any], *, version: int = 1, subject: str | None = None) -> Envelope:
    return Envelope(
        source=f"/heatshield/{owner(name)}",
        type=name,
        subject=subject or f"thing/{uuid7()}",
        aggregateversion=version,
        traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        causationid=uuid7(),
        data=data,
    )


async def visits(system: Running, many: int) -> list[Envelope]:
    """So many visits are planned, and heard of at once."""
    envelopes = [a_visit() for _ in range(many)]
    await system.hand_over("interop", *envelopes)
    return envelopes


def a_client_known(caseload: Caseload) -> tuple[str, str]:
    """A client and a referral that caseload will answer about, by their ids."""
    record, referral = a_record(), a_referral()
    caseload.clients[record["client"]["id"]], caseload.referrals[referral["id"]] = record, referral
    return record["client"]["id"], referral["id"]


async def pass_days(system: Running, days: int) -> None:
    """So many days pass over what is in the feed."""
    async with system.databases["interop"].transaction(SYSTEM) as tx:
        earlier = FEED_ENTRY.c.fed_at - timedelta(days=days)
        await tx.session.execute(update(FEED_ENTRY).values(fed_at=earlier))


async def purge(system: Running) -> None:
    await history.in_batches(system.databases["interop"], store.forget_old)


async def kept(system: Running) -> int:
    async with system.databases["interop"].transaction(SYSTEM) as tx:
        return int((await tx.all(select(func.count()).select_from(FEED_ENTRY)))[0])


def watch(system: Running) -> Watch:
    return watch_over(system.databases["interop"])
