"""The compose file brought up, the day played, containers killed one by one, and what became of all that was told."""

import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from demo.barrow import TEAM, Calendar, employee, latest_monday_before
from demo.callers import Gateway
from demo.compose import services
from demo.servers.postgres import SERVICES
from services.common.types import day_in_england
from tests.containers.installation import Installation, settled
from tests.containers.writer import AWAY, Writer, until_true
from tests.e2e.conftest import Place, not_ok
from tests.e2e.test_demo import personal_data_in

pytestmark = [pytest.mark.containers, pytest.mark.timeout(2400)]
HOST = "host.docker.internal"
# One of each kind. What is written goes through the first four; the last is asked for a draft of a rota.
KILLED = ("caseload", "gateway", "postgres", "rabbitmq", "roster-worker")


def play(installation: Installation, folder: Path) -> list[dict[str, Any]]:
    return Place(folder).play("--against", installation.url, "--council-host", HOST)


def test_each_process_is_fenced_and_sees_its_own_secrets_alone(installation: Installation) -> None:
    secrets = {path.name: path.read_text() for path in Path(installation.settings["HEATSHIELD_SECRETS"]).iterdir()}
    for service in installation.states():
        container = installation.container(service)
        host = container["HostConfig"]
        assert host["ReadonlyRootfs"], service
        assert host["CapDrop"] == ["ALL"], service
        assert host["SecurityOpt"] == ["no-new-privileges:true"], service
        assert host["Memory"], service
        assert host["PidsLimit"], service
        bound = [one["HostIp"] for ports in (host["PortBindings"] or {}).values() for one in ports]
        assert set(bound) <= {"127.0.0.1"}, service
        assert [name for name, value in secrets.items() if value in str(container["Config"]["Env"])] == [], service
    assert installation.execute("hr", "ls", "/run/secrets").split() == [
        "hr_broker_password",
        "hr_client_key",
        "hr_database_url",
    ]
    assert installation.execute("gateway", "ls", "/run/secrets").split() == ["gateway_client_key"]


def test_the_day_goes_on_whichever_container_is_killed_and_nothing_is_lost(
    installation: Installation, tmp_path: Path
) -> None:
    first = play(installation, tmp_path)
    assert not_ok(first) == []
    calendar = Calendar(latest_monday_before(day_in_england(datetime.now(UTC))))
    written = asyncio.run(_killed_one_by_one(installation, calendar))
    assert settled(installation, services()) == {}
    known = set(installation.rows("caseload", "select id from referral"))
    assert [str(one) for one in written if str(one) not in known] == []
    again = play(installation, tmp_path)
    assert not_ok(again) == []
    assert again[6]["detail"] == first[6]["detail"]
    leaving = tmp_path / "leaving"
    leaving.mkdir()
    leaving.chmod(0o777)
    mounted = ("--volume", f"{leaving}:/leaving")
    taken = installation.compose("run", "--rm", *mounted, "prepare", "export", "/leaving/all", seconds=300)
    rows = {words[0]: int(words[3]) for words in map(str.split, taken.splitlines()) if words and words[0] in SERVICES}
    assert set(rows) == set(SERVICES), taken
    assert all(rows.values()), taken
    log = installation.logs()
    assert personal_data_in(log) == []
    told = [path for path in Path(installation.settings["HEATSHIELD_SECRETS"]).iterdir() if path.read_text() in log]
    assert told == [], "no secret is in a log"


async def _killed_one_by_one(installation: Installation, calendar: Calendar) -> list[UUID]:
    """What was acknowledged from before the first to the last."""
    async with Writer(installation.url, calendar) as writer:
        for service in KILLED:
            before, started = installation.restarts(service), time.monotonic()
            await asyncio.to_thread(installation.kill, service)
            if service == "roster-worker":
                await _a_draft_is_made(writer.gateway, calendar)
            else:
                await _an_event_arrives(installation, writer)
            AWAY[service] = time.monotonic() - started
            if installation.engine.is_ours:
                assert installation.restarts(service) > before, f"{service} was not started again"
    return writer.acknowledged


async def _an_event_arrives(installation: Installation, writer: Writer) -> None:
    """What is written now is told to governance, through every part."""
    referral_id = await writer.write()
    await until_true(lambda: _is_told(installation, referral_id), "the referral is known to governance")


def _is_told(installation: Installation, referral_id: UUID) -> bool:
    query = f"select id from event_log where subject = 'referral/{referral_id}'"
    ids = installation.rows("caseload", query)
    applied = installation.rows(
        "governance", f"select event_id from inbox where event_id::text = any('{{{','.join(ids)}}}')"
    )
    return bool(applied)


async def _a_draft_is_made(gateway: Gateway, calendar: Calendar) -> None:
    """The worker answers why Priya has no weekend duty on a Saturday of the published rota."""
    page = await gateway.get("ruth", f"/roster/v1/rotas?team_id={TEAM}&limit=1")
    versions = (await gateway.get("ruth", f"/roster/v1/rotas/{page['items'][0]['id']}/versions?limit=100"))["items"]
    chosen = next(one["id"] for one in versions if one["state"] == "published")
    cell = {"employee_id": str(employee("priya")), "day_on": calendar.day(19), "code": "W"}
    why = await gateway.answered("ruth", f"/roster/v1/rota-versions/{chosen}/why", cell)
    assert why
    assert why["words"]
