"""Drill: a tablet is reported lost, and is worth nothing to whoever has it."""

import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from services.caseload.main import SERVICE as CASELOAD
from services.common.assertions import ASSERTION_TYPE, assertion
from services.common.peers import TOKENS_AT
from services.identity.main import SERVICE as IDENTITY
from tests.drills.table import told
from tests.running import NURSE, Databases, Running, running, until
from tests.signing import CLIENT_KEY

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
BEARER = "urn:ietf:params:oauth:token-type:access_token"
TARGET_SECONDS = 30.0


@pytest.fixture
async def system(databases: Databases) -> AsyncIterator[Running]:
    async with running(databases, IDENTITY, CASELOAD) as made:
        await made.join("caseload")
        yield made


async def _exchanged(system: Running, token: str) -> httpx.Response:
    """What the gateway gets for what a tablet carries."""
    nobody = await system.client("identity", None)
    proof = {
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": assertion(CLIENT_KEY, "svc:gateway", TOKENS_AT),
    }
    asked = {"grant_type": EXCHANGE, "subject_token_type": BEARER, "subject_token": token, "audience": "caseload"}
    answer: httpx.Response = await nobody.post(TOKENS_AT, data={**proof, **asked})
    return answer


async def test_a_tablet_that_is_reported_lost_reads_and_writes_nothing_more(system: Running) -> None:
    nurse = await system.client("identity", NURSE, sid="staff:evening", acr="AAL2")
    tablet = (await nurse.post("/v1/devices", json={"name": "Tablet 4"})).json()
    # Whoever found it has all that it held: its token, its secret, and the token it last had for the record.
    inside = (await _exchanged(system, tablet["access_token"])).json()["access_token"]
    finder: Any = await system.client("caseload", None)
    finder.headers["Authorization"] = f"Bearer {inside}"
    assert (await finder.get("/v1/referrals")).status_code == 200

    gone = await nurse.post(f"/v1/devices/{tablet['device']['id']}/sign-out", headers={"If-Match": '"1"'})
    began = time.monotonic()
    assert gone.status_code == 200, gone.text

    async def is_refused() -> bool:
        return bool((await finder.get("/v1/referrals")).status_code == 401)

    await until(is_refused, TARGET_SECONDS)
    seconds = time.monotonic() - began
    told("lost device", f"refused everywhere within {TARGET_SECONDS:.0f} s", f"refused after {seconds:.1f} s")
    assert (await _exchanged(system, tablet["access_token"])).json()["error"] == "invalid_grant"
    form = {"grant_type": "refresh_token", "refresh_token": tablet["refresh_token"]}
    nobody = await system.client("identity", None)
    assert (await nobody.post("/auth/token", data=form)).json()["error"] == "invalid_grant"
    pushed = await finder.post("/v1/sync/push", json={"device_id": tablet["device"]["id"], "operations": []})
    assert pushed.status_code == 401
