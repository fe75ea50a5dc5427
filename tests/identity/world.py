"""Identity with a tablet that is signed in and a partner's system, for the tests that ask everybody for them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from uuid6 import uuid7

from services.common.service import Service
from tests.access.world import World, started
from tests.identity.providers import System
from tests.running import NURSE, Databases


@asynccontextmanager
async def world(service: Service, databases: Databases) -> AsyncIterator[World]:
    async with started(service, databases) as made:
        nurse, ops = await made.system.nurse("identity"), await made.system.client("identity", "ops-1", "ops")
        device = await nurse.post("/v1/devices", json={"name": "Tablet 4"})
        system = await ops.post("/v1/systems", json=System().registration())
        account = {"id": str(uuid7()), "provider": "cis2", "employee_id": str(NURSE)}
        linked = await ops.post("/v1/staff-accounts", json={**account, "subject": "910000000001"})
        assert linked.status_code == 201, linked.text
        assert (device.status_code, system.status_code) == (201, 201), device.text + system.text
        made.ids |= {
            "device_id": device.json()["device"]["id"],
            "system_id": system.json()["id"],
            "employee_id": str(NURSE),
            "staff_account_id": account["id"],
        }
        made.bodies |= {
            "POST /v1/devices": {"name": "Tablet 5"},
            "POST /v1/staff-accounts": {**account, "id": str(uuid7()), "subject": "910000000002"},
            "POST /v1/systems": System(name="another-tie").registration(),
            "POST /v1/sign-outs": {"employee_id": str(NURSE)},
        }
        yield made
