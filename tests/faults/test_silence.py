"""Who holds on to something and says nothing more: it is taken away, and nothing is lost or doubled."""

import asyncio
import struct
from dataclasses import replace

import psutil
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from demo.compose import services
from demo.servers.ports import lasting_ports
from services.common.db import Database
from tests.faults.house import House, Wired, now
from tests.faults.ledger import Writer, came_back, close_books, flow_back

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

PAUSE = 0.05
# PostgreSQL ends a session after half a minute of silence, or a minute within a statement; whoever waited for it then
# has to come round once more.
SILENT_SECONDS, LONGER_SECONDS, PATIENCE_SECONDS = 30, 30, 120


async def test_connections_that_the_network_has_forgotten_are_replaced(wired: Wired) -> None:
    async with Writer(wired.house, pause=PAUSE) as writer:
        await writer.until(10)
        wired.wire.forget()
        recovery = await flow_back(wired.house, writer, now(), PATIENCE_SECONDS)
    books = await close_books(wired.house, writer, "connections to PostgreSQL forgotten", 1, recovery=recovery)
    came_back(books, writer)


@pytest.mark.parametrize("within_a_statement", [False, True], ids=["between statements", "within a statement"])
async def test_a_replica_that_has_vanished_does_not_keep_its_locks(wired: Wired, within_a_statement: bool) -> None:
    """It was in the middle of a change: until the server ends it, others are told to come again."""
    patience = PATIENCE_SECONDS + (LONGER_SECONDS if within_a_statement else 0)
    async with Writer(wired.house, pause=PAUSE) as writer:
        referral_id = await writer.write_one()
        vanishing = Database(wired.house.settings["caseload"].database_url, services()["caseload"].metadata)
        async with vanishing.engine.connect() as connection:
            await connection.execute(text("select set_config('app.every_team', 'on', true)"))
            locked = text("select 1 from referral where id = :id for update")
            assert (await connection.execute(locked, {"id": referral_id})).scalar() == 1
            if within_a_statement:
                await _begin_to_ask(connection)
            wired.wire.forget()
            since = now()
            await writer.refuse(referral_id)
            waited = now() - since
            await connection.invalidate()
        recovery = await flow_back(wired.house, writer, since, patience)
    await vanishing.close()
    fault = "a replica vanished within a statement" if within_a_statement else "a replica vanished with its locks"
    books = await close_books(wired.house, writer, fault, 1, recovery=recovery)
    came_back(books, writer)
    assert SILENT_SECONDS - 1 <= waited < patience


async def _begin_to_ask(connection: AsyncConnection) -> None:
    """Send the first part of a statement, as a driver does that wants to know its types before it runs it."""
    driver = (await connection.get_raw_connection()).driver_connection
    assert driver is not None
    text_of_it = b"\0select 1\0" + struct.pack("!h", 0)
    driver._transport.write(b"P" + struct.pack("!i", len(text_of_it) + 4) + text_of_it + b"H" + struct.pack("!i", 4))
    # It is on its way before the network forgets.
    await asyncio.sleep(1)


async def test_a_frozen_leader_of_the_relay_loses_the_lead_and_doubles_nothing_when_it_wakes(house: House) -> None:
    other = replace(house, ports=house.ports | {"caseload": lasting_ports(0)[0]}, processes={})
    # Whoever asks caseload asks the replica that lives.
    asking = house.settings["interop"]
    alive = {"caseload": f"http://127.0.0.1:{other.ports['caseload']}"}
    house.settings["interop"] = asking.model_copy(update={"peers": asking.peers | alive})
    await house.start_all()
    other.start("caseload")
    await other.until_ready("caseload")
    leader = psutil.Process(house.processes["caseload"].pid)
    try:
        async with Writer(other, pause=PAUSE) as writer:
            await writer.until(10)
            leader.suspend()
            recovery = await flow_back(other, writer, now(), PATIENCE_SECONDS)
            leader.resume()
            await writer.until(20)
        books = await close_books(other, writer, "the leader of the relay frozen", 1, recovery=recovery)
    finally:
        other.kill("caseload")
    came_back(books, writer)
    assert recovery > SILENT_SECONDS / 2
