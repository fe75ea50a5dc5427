"""Drill: the key that signs tokens and the login at the database are changed under load, and no request fails."""

import asyncio
import time
from pathlib import Path

import pytest
from sqlalchemy import make_url

from demo.servers.postgres import EmbeddedPostgres
from services.common.assertions import new_key, own_key
from services.common.keys import RETRY_SECONDS
from services.identity.domain.internal_token import Signer
from tests.drills.balancer import Balancer
from tests.drills.fleet import SIZE
from tests.drills.load import Load
from tests.drills.table import told
from tests.drills.written_to import Written, written_to
from tests.running import Databases

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

SECOND_LOGIN = "create role caseload_b login password 'only-for-tests' in role caseload"
SIGNED_IN = "select count(*) from pg_stat_activity where usename = 'caseload' and datname = $1"


async def test_secrets_and_signing_keys_are_changed_without_a_failed_request(
    databases: Databases, postgres: EmbeddedPostgres, place: Path
) -> None:
    url = await databases("caseload")
    admin = await postgres.admin()
    await admin.execute(SECOND_LOGIN)
    try:
        async with written_to(url, place) as made, Balancer(made.fleet.ready) as balancer:
            made.fleet.start_all()
            await balancer.until_ready(SIZE)
            async with Load(made.fleet.ask_at(balancer.url)) as load:
                await _rotate(made, balancer, url)
                assert await admin.fetchval(SIGNED_IN, make_url(url).database) == 0
    finally:
        await admin.execute("drop role caseload_b")
        await admin.close()
    measured = f"{load.failed} of {load.asked}"
    told("rotation: signing key, database login", "0 failed requests", measured)
    assert load.failed == 0, load.answers


async def _rotate(made: Written, balancer: Balancer, url: str) -> None:
    """As docs/ops/upgrade.md says, but for the time between the steps: that is as short as may be."""
    old, new = made.issuer.key, own_key(new_key())
    made.issuer.signer = Signer([old, new])
    began = time.monotonic()
    login = make_url(url).set(username="caseload_b", password="only-for-tests")
    made.settings = made.settings.model_copy(update={"database_url": login.render_as_string(hide_password=False)})
    await made.fleet.roll(balancer)
    # Nobody asks for keys more often than that.
    await asyncio.sleep(max(0, began + RETRY_SECONDS + 1 - time.monotonic()))
    made.issuer.signer = Signer([new, old])
    await asyncio.sleep(2)
    made.issuer.signer = Signer([new])
    await asyncio.sleep(2)
