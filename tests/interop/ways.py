"""The ways to a council, each with what stands at its end: what arrives there, and how its answers come back."""

import base64
import csv
import hashlib
import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import asyncssh
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from uuid6 import uuid7

from tests.interop.council import SECRET, Council
from tests.running import Running

TOKEN = "the-councils-own-token-0123456789"
SIGNING = "whsk_" + base64.b64encode(bytes(range(32))).decode()


@dataclass
class Facade:
    """A council's FHIR STU3 endpoint. It gives `answers` one by one, and 201 afterwards."""

    heard: list[dict[str, Any]] = field(default_factory=list)
    answers: list[Response] = field(default_factory=list)
    # Of so many that are taken, nobody is told that they were.
    lost: int = 0

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/ReferralService/v3/{kind}")
        async def take(kind: str, request: Request) -> Response:
            assert request.headers["authorization"] == f"Bearer {TOKEN}"
            assert request.headers["content-type"] == "application/fhir+json"
            sent = json.loads(await request.body())
            assert sent["resourceType"] == kind
            if self.answers:
                return self.answers.pop(0)
            if parse_qs(request.headers.get("if-none-exist", "")) in [_asked_by(one) for one in self.heard]:
                return JSONResponse(sent, media_type="application/fhir+json")
            self.heard.append(sent)
            if self.lost:
                self.lost -= 1
                return Response(status_code=504)
            return Response(status_code=201, headers={"Location": f"{request.url}/1"})

        return app

    def facts(self) -> list[dict[str, Any]]:
        return [_of_resource(one) for one in self.heard]


def _asked_by(sent: dict[str, Any]) -> dict[str, list[str]]:
    (identifier,) = sent["identifier"]
    return {"identifier": [f"{identifier['system']}|{identifier['value']}"]}


def _of_resource(sent: dict[str, Any]) -> dict[str, Any]:
    words = sent["payload"][0]["contentString"] if "payload" in sent else sent["description"]
    told = dict(line.split(": ", 1) for line in words.splitlines())
    read = {name.replace(" ", "_"): int(value) if value.isdigit() else value for name, value in told.items()}
    return {"council_ref": sent["subject"]["identifier"]["value"], **read}


@dataclass
class Signed:
    """A council that checks ed25519 with the public half alone."""

    heard: list[dict[str, Any]] = field(default_factory=list)
    public_key: str = ""

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/events")
        async def take(request: Request) -> Response:
            body = (await request.body()).decode()
            version, _, signature = request.headers["webhook-signature"].partition(",")
            signed = f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}.{body}"
            key = Ed25519PublicKey.from_public_bytes(base64.b64decode(self.public_key.removeprefix("whpk_")))
            key.verify(base64.b64decode(signature), signed.encode())
            assert version == "v1a"
            event = json.loads(body)
            if event["type"].endswith("challenged.v1"):
                return JSONResponse({"challenge": event["data"]["challenge"]})
            self.heard.append(event)
            return Response(status_code=204)

        return app

    def facts(self) -> list[dict[str, Any]]:
        return [event["data"] for event in self.heard]


@dataclass
class Files:
    """A council's folder, wherever it is: what was left in it, and where the council leaves its answers."""

    root: Path

    def left(self) -> list[dict[str, Any]]:
        """The rows, in the order of the files' names; each file is what its manifest says of it."""
        found: list[dict[str, Any]] = []
        for path in sorted(self.root.glob("out/*.csv")):
            told = json.loads(path.with_name(f"{path.name}.manifest.json").read_text())
            raw = path.read_bytes()
            assert told["sha256"] == hashlib.sha256(raw).hexdigest()
            rows = list(csv.DictReader(io.StringIO(raw.decode(), newline="")))
            assert (told["file"], told["rows"]) == (path.name, len(rows))
            total = sum(int(row["personal_care_minutes"] or 0) for row in rows)
            assert told["control_totals"]["personal_care_minutes"] == total
            found += rows
        assert not list(self.root.rglob("*.part"))
        return found

    def facts(self) -> list[dict[str, Any]]:
        about = ("delivery_id", "event_id", "type", "cld_event", "happened_on")
        rows = [{name: value for name, value in row.items() if value and name not in about} for row in self.left()]
        return [{name: int(value) if value.isdigit() else value for name, value in row.items()} for row in rows]

    def answers(self, answered: list[dict[str, str]], name: str = "answers.csv", **told: Any) -> None:
        raw = "delivery_id,outcome,reason\r\n" + "".join(
            f"{row['delivery_id']},{row['outcome']},{row.get('reason', '')}\r\n" for row in answered
        )
        self.leaves(raw.encode(), answered, name, **told)

    def leaves(self, raw: bytes, answered: list[dict[str, str]], name: str, **told: Any) -> None:
        totals = {one: sum(row["outcome"] == one for row in answered) for one in ("acknowledged", "rejected")}
        manifest = {"sha256": hashlib.sha256(raw).hexdigest(), "rows": len(answered), "control_totals": totals} | told
        folder = self.root / "in"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(raw)
        (folder / f"{name}.manifest.json").write_text(json.dumps(manifest))

    def rejects(self, name: str = "answers.csv") -> list[dict[str, str]]:
        path = self.root / "rejects" / f"{name}.rejects.csv"
        return list(csv.DictReader(io.StringIO(path.read_text(), newline=""))) if path.exists() else []


@dataclass
class Ends:
    """A running interop, and each council that may be at the other end."""

    system: Running
    council: Council
    signed: Signed
    facade: Facade
    folder: Path
    server: Path
    sftp: dict[str, str]

    async def by(self, adapter: str) -> tuple[dict[str, Any], Any]:
        """A connection of this kind, and what arrives at its end."""
        if adapter == "ed25519":
            made = await register(self.system, url="https://signed.example/events", secret=SIGNING)
            self.signed.public_key = made["public_key"]
            return made, self.signed.facts
        if adapter == "fhir_stu3":
            url = "https://facade.example/ReferralService/v3"
            return await register(self.system, adapter=adapter, url=url, secret=TOKEN), self.facade.facts
        if adapter == "sftp":
            made = await register(self.system, adapter=adapter, **self.sftp)
            return made, Files(self.server / "drop").facts
        if adapter == "folder":
            made = await register(self.system, adapter=adapter)
            return made, Files(self.folder / made["id"]).facts
        made = await register(self.system, url="https://council.example/events", secret=SECRET)
        return made, lambda: [event["data"] for event in self.council.heard]

    def files(self, made: dict[str, Any]) -> Files:
        return Files(self.server / "drop" if made["adapter"] == "sftp" else self.folder / made["id"])


@asynccontextmanager
async def sftp_server(root: Path, client_key: asyncssh.SSHKey) -> AsyncIterator[tuple[int, str]]:
    """A server in this process: its port and its public key."""
    host_key = asyncssh.generate_private_key("ssh-ed25519")
    known = asyncssh.import_authorized_keys(client_key.export_public_key().decode())
    server = await asyncssh.listen(
        "127.0.0.1",
        0,
        server_host_keys=[host_key],
        authorized_client_keys=known,
        sftp_factory=partial(asyncssh.SFTPServer, chroot=str(root).encode()),
        allow_scp=False,
    )
    try:
        yield server.get_port(), " ".join(host_key.export_public_key().decode().split()[:2])
    finally:
        server.close()
        await server.wait_closed()


async def quarantined(system: Running) -> list[dict[str, Any]]:
    ops = await system.client("interop", "ops-1", "ops")
    found: list[dict[str, Any]] = (await ops.get("/v1/council-files", params={"state": "quarantined"})).json()["items"]
    return found


async def register(system: Running, **about: Any) -> dict[str, Any]:
    ops = await system.client("interop", "ops-1", "ops")
    answer = await ops.put(f"/v1/connections/{uuid7()}", json={"name": "Cumbria adult social care", **about})
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()
    return made
