"""What /metrics tells of the events, the backups and what a service stands on, in its outages as well."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from uuid6 import uuid7

from services.caseload.domain.base import Base
from services.caseload.domain.sync_device import SyncDevice
from services.caseload.main import SERVICE as CASELOAD
from services.common.auth import SYSTEM
from services.common.db import Database, Transaction
from services.common.events import Envelope
from services.common.metrics import Metrics
from services.common.scraping import scraped
from services.hr.main import SERVICE as HR
from services.interop.domain.connection import Connection
from services.interop.domain.partner_health import PartnerHealth
from services.interop.main import SERVICE as INTEROP
from services.roster.main import SERVICE as ROSTER
from tests.common.told import ReadsIt, an_envelope, as_sent, consumer
from tests.hr.test_hours import SHIFT, a_shift
from tests.running import TEAM, Databases, Running, owner, running


@pytest.fixture
async def system(databases: Databases) -> AsyncIterator[Running]:
    async with running(databases, CASELOAD, ROSTER, INTEROP) as made:
        yield made


async def figures(system: Running, service: str) -> dict[str, float]:
    """Each figure by its name, with its labels beside the service."""
    client = await system.client(service, None)
    answer = await client.get("/metrics")
    assert answer.status_code == 200
    found = re.findall(r"^heatshield_(\w+)\{(.*)\} (\S+)$", answer.text, re.MULTILINE)
    return {name + re.sub(r',?service="[\w-]+"', "", labels).lstrip(","): float(value) for name, labels, value in found}


async def test_tablets_jobs_and_partners_are_told_by_counts_ages_and_codes(system: Running) -> None:
    async with system.databases["caseload"].transaction(SYSTEM) as tx:
        tx.session.add(_a_silent_tablet(tx))
    async with system.databases["interop"].transaction(SYSTEM) as tx:
        council = _a_failing_council(tx)
        tx.add(council)
        tx.add(PartnerHealth(name="mesh", failures=3, last_success_at=tx.now - timedelta(hours=2), changed_at=tx.now))
    tablets = await figures(system, "caseload")
    assert (tablets["sync_devices"], tablets["sync_devices_silent"], tablets["sync_unsent"]) == (1, 1, 7)
    assert 3 * 86400 <= tablets["sync_unsent_seconds"] < 3 * 86400 + 60
    partners = await figures(system, "interop")
    assert partners["partner_failures" + f'partner="council:{council.id}"'] == 5
    assert partners['partner_failurespartner="mesh"'] == 3
    assert 7200 <= partners['partner_silent_secondspartner="mesh"'] < 7260
    assert "Walney" not in str(partners)
    jobs = await figures(system, "roster")
    assert (jobs["jobs_queued"], jobs["jobs_oldest_seconds"]) == (0, 0)


def _a_silent_tablet(tx: Transaction) -> SyncDevice:
    ago = tx.now - timedelta(days=3)
    told = {"through": 4, "unsent": 7, "oldest_unsent_at": ago, "pushed_at": ago, "pushed_by": uuid7()}
    return SyncDevice(id=uuid7(), teams=[TEAM], clock_off_seconds=0, **told)


def _a_failing_council(tx: Transaction) -> Connection:
    told = {"name": "Walney council", "url": "https://council.example/events", "secret": "whsec_x"}
    return Connection(id=uuid7(), failures=5, changed_at=tx.now, **told)


async def test_an_event_is_told_by_how_late_it_took_effect_and_once(databases: Databases) -> None:
    told_at = datetime.now(UTC) - timedelta(hours=1)
    shift = a_shift(uuid7())
    envelope = Envelope(
        source="/heatshield/roster", type=SHIFT, subject="shift/1", aggregateversion=1, data=shift, time=told_at
    )
    async with running(databases, HR) as hr:
        for _ in range(2):
            await hr.hand_over("hr", envelope)
        told = await figures(hr, "hr")
    queue = f'queue="hr.{SHIFT}"'
    assert told[f"event_effect_seconds_count{queue}"] == 1, "what comes twice takes effect once"
    assert 3600 <= told[f"event_effect_seconds_sum{queue}"] < 3660
    assert told[f"queue_oldest_seconds{queue}"] == 0


async def test_a_queue_is_as_old_as_the_oldest_event_that_waits_for_its_effect(databases: Databases) -> None:
    database, seen = Database(await databases("caseload"), Base.metadata), list[float]()

    async def apply(tx: Transaction, fact: ReadsIt) -> None:
        seen.append(hearer.age.waits())

    hearer = consumer(database, apply)
    old = an_envelope().model_copy(update={"time": datetime.now(UTC) - timedelta(minutes=10)})
    await hearer.deliver(as_sent(an_envelope(), old))
    await database.close()
    assert [round(age / 10) for age in seen] == [60, 60]
    assert hearer.age.waits() == 0


async def test_a_backup_is_as_old_as_it_states_and_none_is_made_up(databases: Databases) -> None:
    async with running(databases, HR) as hr, owner(hr.databases["hr"].url) as keeper:
        name = await keeper.fetchval("select current_database()")
        assert "backup_age_seconds" not in await figures(hr, "hr")
        try:
            for said in ("", "ours", "backed up at noon"):
                await keeper.execute(f"comment on database {name} is '{said}'")
                assert "backup_age_seconds" not in await figures(hr, "hr"), said
            await keeper.execute(f"comment on database {name} is 'backed up at 2026-01-01T02:00:00Z'")
            assert (await figures(hr, "hr"))["backup_age_seconds"] > 86400
        finally:
            await keeper.execute(f"comment on database {name} is null")
        assert "wal_archive_failing" not in await figures(hr, "hr"), "no archive is kept here"


async def test_without_its_database_a_service_still_tells_what_it_counted() -> None:
    async def nowhere(service: str) -> str:
        return "postgresql+asyncpg://nobody@127.0.0.1:1/none"

    async with running(nowhere, HR) as hr:
        nurse = await hr.client("hr", uuid7())
        refused = await nurse.get("/v1/employees")
        told = await figures(hr, "hr")
    assert refused.status_code == 403
    assert told["database_up"] == 0
    assert told['http_requests_totalmethod="GET",route="/v1/employees",status="403"'] == 1
    assert not [name for name in told if name.startswith(("outbox", "dead"))], "nothing is told of what nobody counted"


async def test_a_worker_that_counts_nothing_there_still_asks_whether_its_database_answers(databases: Databases) -> None:
    for url, answers in (("postgresql+asyncpg://nobody@127.0.0.1:1/none", 0.0), (await databases("hr"), 1.0)):
        database = Database(url, Base.metadata)
        told = bytes((await scraped(Metrics("hr-worker"), database, ())).body).decode()
        await database.close()
        assert f'heatshield_database_up{{service="hr-worker"}} {answers}' in told
