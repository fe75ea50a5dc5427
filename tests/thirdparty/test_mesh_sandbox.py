"""The NHS's own mesh-sandbox, which checks every token: a document goes there, is fetched and is answered."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest
from mesh_client import MeshClient

from demo.partners.mesh import ARRIVED, FHIR, FILED, answer_to
from demo.servers.ports import free_port
from tests.interop.gp import a_shared_record, beside_mesh, documents, messages, record_contact, send_now, standing
from tests.interop.records import Caseload
from tests.running import Databases, until
from tests.thirdparty.conftest import CLIENTS
from tests.thirdparty.environments import python_with
from tests.thirdparty.sayings import SAID

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
SANDBOX = "mesh-sandbox==1.0.137"
OURS, PASSWORD, SHARED_KEY = "X26ABC1", "password", "TestKey"
# MESH takes an address in whatever case.
PRACTICE = "GPPROVIDER_9990000204_06061936_TABOR"
SEND, ACK = "GPCONNECT_SEND_DOCUMENT", "GPCONNECT_SEND_DOCUMENT_ACK"


class Sandbox:
    """It runs in an environment and a process of its own, in full authentication mode."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.url = folder, ""

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[str]:
        port = free_port()
        told = {"AUTH_MODE": "full", "STORE_MODE": "file", "SHARED_KEY": SHARED_KEY}
        serving = await asyncio.create_subprocess_exec(
            str(python_with(SANDBOX)),
            str(CLIENTS / "mesh_sandbox_served.py"),
            str(port),
            PRACTICE,
            env={**os.environ, **told, "MAILBOXES_DATA_DIR": str(self.folder)},
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        self.url = f"http://127.0.0.1:{port}"
        try:
            await until(self._is_up)
            yield self.url
        finally:
            serving.kill()
            await serving.wait()

    async def _is_up(self) -> bool:
        try:
            async with httpx.AsyncClient() as http:
                return (await http.get(f"{self.url}/messageexchange/_ping")).is_success
        except httpx.TransportError:
            return False

    async def report(self, mesh_id: str) -> None:
        """MESH gives a message of ours up."""
        said = {"code": "14", "description": "Not collected", "workflow_id": SEND, "linked_message_id": mesh_id}
        async with httpx.AsyncClient() as http:
            answer = await http.post(f"{self.url}/messageexchange/admin/report", json=said | {"mailbox_id": OURS})
        assert answer.is_success, answer.text


def practice_answers(url: str, *codes: str) -> tuple[str, bytes]:
    """A practice's system fetches what lies there, by the NHS's own client, and answers. What it fetched."""
    with MeshClient(url, PRACTICE, PASSWORD, shared_key=SHARED_KEY.encode(), max_retries=0) as client:
        (mesh_id,) = client.list_messages()
        message = client.retrieve_message(mesh_id)
        assert (message.workflow_id, message.sender) == (SEND, OURS)
        raw: bytes = message.read()
        message.acknowledge()
        (own_id,) = [
            one.attrib["value"] for one in ElementTree.fromstring(raw).iterfind(f".//{FHIR}MessageHeader/{FHIR}id")
        ]
        for code in codes:
            client.send_message(OURS, answer_to(own_id, code), workflow_id=ACK, local_id=str(message.local_id))
    return mesh_id, raw


async def test_the_nhss_own_mesh_sandbox_takes_our_documents_and_we_its_answers(
    databases: Databases, caseload: Caseload, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    sandbox = Sandbox(tmp_path)
    own = {"mesh_mailbox": OURS, "mesh_shared_key": SHARED_KEY}
    async with beside_mesh(databases, caseload, sandbox, **own) as system:
        nurse = await system.nurse("interop")
        await record_contact(system, caseload, a_shared_record())
        (document,) = await documents(nurse)
        await send_now(nurse, document)
        await standing(nurse, document, "sent")
        mesh_id, raw = await asyncio.to_thread(practice_answers, sandbox.url)
        assert document["id"].encode() in raw
        await sandbox.report(mesh_id)
        assert (await standing(nurse, document, "undelivered"))["reason"] == "mesh_14"
        await send_now(nurse, document)
        await standing(nurse, document, lambda one: one["sends"] == 2)
        await asyncio.to_thread(practice_answers, sandbox.url, ARRIVED, FILED)
        await standing(nurse, document, "acknowledged")
        assert {one["outcome"] for one in await messages(system)} == {"understood"}
    record_property(SAID, "mesh-sandbox: a document sent, returned, sent again, fetched and filed")


async def test_the_nhss_own_mesh_sandbox_denies_a_wrong_password_and_ops_see_it(
    databases: Databases, caseload: Caseload, tmp_path: Path
) -> None:
    own = {"mesh_mailbox": OURS, "mesh_shared_key": SHARED_KEY, "mesh_password": "another"}
    async with beside_mesh(databases, caseload, Sandbox(tmp_path), **own) as system:
        ops = await system.client("interop", "ops-1", "ops")

        async def denied() -> Any:
            (partner,) = [one for one in (await ops.get("/v1/partners")).json()["items"] if one["name"] == "mesh"]
            return partner["last_error"] == "denied"

        await until(denied)


@pytest.fixture
def caseload() -> Caseload:
    return Caseload()
