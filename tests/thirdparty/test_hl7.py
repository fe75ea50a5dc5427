"""The HL7 v2 sender of the library `hl7`, in an environment of its own, against the listener as it is started."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from demo.servers.ports import free_port
from services.interop.events import HospitalStayTold
from services.interop.main import SERVICE
from tests.interop.adt import an_adt
from tests.interop.records import Caseload, a_record
from tests.interop.telling import tell
from tests.running import Databases, Running, running, until
from tests.thirdparty.environments import python_with
from tests.thirdparty.sayings import SAID

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
HL7 = "hl7==0.4.5"
STARTING_SECONDS, SENDING_SECONDS = 180, 60


@asynccontextmanager
async def listening(system: Running) -> AsyncIterator[int]:
    """The process as an operator starts it, on a port of its own. It ends when it is told to."""
    port = free_port()
    settings = {
        "HEATSHIELD_APP_ENV": "test",
        "INTEROP_DATABASE_URL": system.databases["interop"].url,
        "INTEROP_HL7_ADDRESS": f"127.0.0.1:{port}",
        "INTEROP_HL7_ODS_CODE": "RRV00",
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services", "work", "interop", "--port", str(free_port())),
        env={**os.environ, **settings},
    )
    try:
        await until(lambda: _answers(port), STARTING_SECONDS)
        yield port
    finally:
        process.terminate()
        assert await asyncio.wait_for(process.wait(), 20) == 0


async def _answers(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


async def sent(sender: Path, port: int, file: Path) -> str:
    """What the sender prints: the acknowledgements."""
    sending = await asyncio.create_subprocess_exec(
        str(sender), "--loose", "-f", str(file), "-p", str(port), "127.0.0.1", stdout=asyncio.subprocess.PIPE
    )
    said, _ = await asyncio.wait_for(sending.communicate(), SENDING_SECONDS)
    assert sending.returncode == 0
    return said.decode()


async def test_the_library_hl7_sends_and_understands_the_answers(
    databases: Databases, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    caseload, sender = Caseload(), python_with(HL7).parent / "mllp_send"
    async with running(databases, SERVICE, peers={"caseload": caseload.app()}) as system:
        await system.join("interop")
        await tell(system, caseload, a_record())
        messages = [an_adt("A01"), an_adt("A02"), an_adt("A03"), an_adt(visit="")]
        file = tmp_path / "adt.hl7"
        file.write_text("\n".join(messages))
        async with listening(system) as port:
            said = await sent(sender, port, file)
        codes = [line.split("|")[1] for line in said.replace("\r", "\n").splitlines() if line.startswith("MSA")]
        assert codes == ["AA", "AA", "AA", "AE"], said
        told = [one.data["status"] for one in await system.published("interop", HospitalStayTold)]
        assert told == ["in-progress", "in-progress", "finished"]
    record_property(
        SAID, f"hl7's mllp_send: {codes.count('AA')} messages taken, {codes.count('AE')} refused by its field"
    )
