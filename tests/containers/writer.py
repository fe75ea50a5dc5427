"""Somebody who goes on writing while containers are killed, and who remembers what was acknowledged."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
from uuid6 import uuid7

from demo.barrow import TEAM, Calendar
from demo.callers import Gateway, Refused

AGAIN_SECONDS, PAUSE_SECONDS, FLOW_SECONDS = 0.5, 0.3, 150


# For how many seconds nothing flowed after each container was killed.
AWAY: dict[str, float] = {}


@dataclass
class Writer:
    """Sends referrals, each until it is acknowledged, under an id of its own."""

    url: str
    calendar: Calendar
    acknowledged: list[UUID] = field(default_factory=list)

    async def __aenter__(self) -> "Writer":
        self.gateway = Gateway(self.url, "2" * 32)
        self._writing = asyncio.create_task(self._write_on())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writing.cancel()
        await asyncio.gather(self._writing, return_exceptions=True)
        await self.gateway.close()

    async def _write_on(self) -> None:
        while True:
            await self.write()
            await asyncio.sleep(PAUSE_SECONDS)

    async def write(self) -> UUID:
        """Raises `TimeoutError` where it is not acknowledged for very long."""
        referral_id = uuid7()
        deadline = time.monotonic() + FLOW_SECONDS
        while not await self._is_taken(referral_id):
            if time.monotonic() > deadline:
                raise TimeoutError("nothing was acknowledged any more")
            await asyncio.sleep(AGAIN_SECONDS)
        self.acknowledged.append(referral_id)
        return referral_id

    async def _is_taken(self, referral_id: UUID) -> bool:
        """Only what is away may refuse; a mistake of ours is no outage."""
        try:
            await self.gateway.send("ruth", "/caseload/v1/referrals", self._referral(referral_id))
        except Refused as error:
            if error.answer.status_code < httpx.codes.INTERNAL_SERVER_ERROR:
                raise
            return False
        except (httpx.HTTPError, ValueError):
            return False
        return True

    def _referral(self, referral_id: UUID) -> dict[str, Any]:
        return {
            "id": str(referral_id),
            "team_id": str(TEAM),
            "source": "gp",
            "reason": "Asked for while a container was away",
            "received_at": self.calendar.at(0, "09:00"),
            "person": {"given_name": "Somebody", "family_name": "Unreal"},
        }


async def until_true(holds: Any, what: str) -> float:
    """For how many seconds it did not. `holds` may fail while something is away. Raises `TimeoutError`."""
    started = time.monotonic()
    while True:
        try:
            if await asyncio.to_thread(holds):
                return time.monotonic() - started
        except RuntimeError:
            pass
        if time.monotonic() - started > FLOW_SECONDS:
            raise TimeoutError(what)
        await asyncio.sleep(AGAIN_SECONDS)
