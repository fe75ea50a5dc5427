"""Caseload as a fleet: two processes over one database, to which referrals are written without a pause."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import httpx
from uuid6 import uuid7

from demo.servers.http import serving
from demo.servers.ports import lasting_ports
from services.common.settings import ServiceSettings
from tests.caseload.story import a_referral
from tests.drills import replica
from tests.drills.fleet import DRAIN_SECONDS, SIZE, Fleet
from tests.drills.load import Ask
from tests.faults.house import FORKS
from tests.running import NURSE, TEAM, owner, settings_for
from tests.signing import Issuer

MEMBER = "insert into team_member (team_id, employee_id, from_on, version) values ($1, $2, '2025-01-01', 1)"


@dataclass
class Written:
    """The fleet, who signs for it, and the settings with which its next process is started."""

    fleet: Fleet
    issuer: Issuer
    settings: ServiceSettings


@asynccontextmanager
async def written_to(
    url: str, place: Path, serve: Callable[..., None] = replica.serve, **own: Any
) -> AsyncIterator[Written]:
    """`serve` runs in each process, and `own` are settings beside the usual ones."""
    issuer = Issuer()
    async with owner(url) as connection:
        await connection.execute(MEMBER, TEAM, NURSE)
    async with serving(issuer.app()) as identity:
        settings = settings_for(url, peers={"identity": identity}, drain_seconds=DRAIN_SECONDS, **own)

        def ask_at(base: str) -> Ask:
            def ask() -> httpx.Request:
                token = issuer.token(str(NURSE), "nurse", "caseload")
                headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid7())}
                return httpx.Request("POST", f"{base}/v1/referrals", json=a_referral(), headers=headers)

            return ask

        def start(port: int) -> BaseProcess:
            told = ("caseload", made.settings, port, str(place / f"{port}.log"))
            return FORKS.Process(target=serve, args=told, daemon=True)

        ready = {port: f"http://127.0.0.1:{port}/health/ready" for port in lasting_ports(*[0] * SIZE)}
        made = Written(Fleet(start, ready, ask_at), issuer, settings)
        yield made
        made.fleet.end_all()
