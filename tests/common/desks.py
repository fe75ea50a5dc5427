"""A service that hears its own events, with the operator at its desk."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import update

from services.caseload.domain.base import Base
from services.common.auth import SYSTEM
from services.common.db import Database, Transaction
from services.common.events import Envelope
from services.common.inbox import Subscription
from services.common.service import Service
from tests.common.told import ClientChanged, ReadsIt, a_client, an_envelope
from tests.running import STRANGER, Databases, Running, running, until

QUEUE = f"caseload.{ClientChanged.name}"
CANARY = "Zzcanary"


@dataclass
class Desk:
    """A service that hears its own events: each adds a client and, unless it was caused by another, causes one more."""

    trouble: bool = False
    system: Running = field(init=False)
    ops: Any = field(init=False)

    async def apply(self, tx: Transaction, fact: ReadsIt) -> None:
        if self.trouble:
            raise RuntimeError(CANARY)
        client = a_client(tx)
        tx.add(client)
        if tx.event is not None and tx.event.causationid is None:
            tx.publish(ClientChanged(client_id=client.id), about=client)

    @property
    def database(self) -> Database:
        return self.system.databases["caseload"]

    async def get(self, path: str, **asked: Any) -> Any:
        answer = await self.ops.get(f"/v1{path}", params=asked)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, path: str, body: Any = None) -> Any:
        answer = await self.ops.post(f"/v1{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json()

    async def told(self, envelope: Envelope) -> None:
        await self.system.hand_over("caseload", envelope)

    async def dead_letter(self, **data: str) -> Envelope:
        """An event that could not be applied, and is given up."""
        envelope = an_envelope(**data)
        self.trouble = True
        await self.told(envelope)
        self.trouble = False
        letters = Base.metadata.tables["parked_event"]
        async with self.database.transaction(SYSTEM) as tx:
            await tx.session.execute(update(letters).values(retry_at=None))
        return envelope

    async def settled(self) -> None:
        """Nothing is on its way any more."""
        await until(lambda: self._idle())

    async def _idle(self) -> bool:
        standing = await self.get("/events/standing")
        return bool(standing["unsent"] == 0 and standing["waiting"] == 0)


@asynccontextmanager
async def at_the_desk(databases: Databases) -> AsyncIterator[Desk]:
    made = Desk()
    service = Service("caseload", "", Base.metadata, [], [Subscription(ClientChanged.name, ReadsIt, made.apply)])
    async with running(databases, service) as system:
        made.system, made.ops = system, await system.client("caseload", STRANGER, "ops")
        yield made


def refused(answer: Any, status: int, code: str, pointer: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert answer.json()["errors"][0]["way_out"].endswith(".")
