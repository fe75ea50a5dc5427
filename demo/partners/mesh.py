"""A made-up MESH with one mailbox, ours, and every practice behind it, which answers at once."""

import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from demo.servers.http import serving

MAILBOX, PASSWORD, SHARED_KEY = "HSHIELD01", "password", "made-up"
PRACTICE = "A81001GP01"
ARRIVED, FILED, NOT_OURS = "20013", "30001", "30002"
FHIR = "{http://hl7.org/fhir}"
ANSWER = """<?xml version="1.0" encoding="UTF-8"?><Bundle xmlns="http://hl7.org/fhir"><id value="{id}"/>
<type value="message"/><entry><resource><MessageHeader><id value="{id}"/><event>
<system value="https://fhir.nhs.uk/STU3/CodeSystem/ITK-MessageEvent-2"/><code value="ITK008M"/></event>
<response><identifier value="{answers}"/><code value="{word}"/></response></MessageHeader></resource></entry>
<entry><resource><OperationOutcome><issue><severity value="information"/><code value="informational"/><details><coding>
<system value="https://fhir.nhs.uk/STU3/CodeSystem/ITK-ResponseCodes-1"/><code value="{code}"/></coding></details>
</issue></OperationOutcome></resource></entry></Bundle>"""


def answer_to(message_id: str, code: str) -> bytes:
    """An ITK3 response of a practice's system to a message."""
    word = "ok" if code in (ARRIVED, FILED) else "fatal-error"
    return ANSWER.format(id=uuid4(), answers=message_id, word=word, code=code).encode()


@dataclass
class Lying:
    """What lies in our mailbox."""

    headers: dict[str, str]
    raw: bytes


@dataclass
class Mesh:
    """`codes` are what the practices answer to each document: arrived and filed, unless told otherwise.

    `sent` are the documents by the id that MESH gave them, with their headers.
    """

    codes: tuple[str, ...] = (ARRIVED, FILED)
    sent: dict[str, Lying] = field(default_factory=dict)
    inbox: dict[str, Lying] = field(default_factory=dict)
    handshakes: int = 0
    # What the next documents are refused with by the practices that get them, one by one.
    refusals: list[str] = field(default_factory=list)
    # What the next questions are answered with instead, one by one.
    faults: list[Response] = field(default_factory=list)
    password: str = PASSWORD

    def app(self) -> Starlette:
        at = f"/messageexchange/{MAILBOX}"
        return Starlette(
            routes=[
                Route(at, self._handshake, methods=["POST"]),
                Route(f"{at}/inbox", self._list),
                Route(f"{at}/inbox/{{mesh_id}}", self._fetch),
                Route(f"{at}/inbox/{{mesh_id}}/status/acknowledged", self._acknowledge, methods=["PUT"]),
                Route(f"{at}/outbox", self._take, methods=["POST"]),
            ]
        )

    @asynccontextmanager
    async def listening(self, port: int | None = None) -> AsyncIterator[str]:
        """Yields the address at which a service reaches it."""
        async with serving(self.app(), port=port, lifespan=False) as url:
            yield url

    def put(self, raw: bytes, **headers: str) -> str:
        """Somebody sends us something."""
        mesh_id = uuid4().hex.upper()
        known = {"Mex-To": MAILBOX, "Mex-From": PRACTICE, "Mex-MessageType": "DATA", "Mex-MessageID": mesh_id}
        told = {f"Mex-{name}": value for name, value in headers.items()}
        self.inbox[mesh_id] = Lying({**known, **told, "Mex-Chunk-Range": "1:1"}, raw)
        return mesh_id

    def report(self, mesh_id: str, code: str, words: str) -> str:
        """MESH gives a message of ours up."""
        workflow = self.sent[mesh_id].headers["mex-workflowid"]
        about = {"LinkedMsgId": mesh_id, "StatusCode": code, "StatusDescription": words, "StatusSuccess": "ERROR"}
        return self.put(b"", MessageType="REPORT", WorkflowID=workflow, **about)

    def _refusal(self, request: Request) -> Response | None:
        if self.faults:
            return self.faults.pop(0)
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        parts = token.split(":")
        if scheme != "NHSMESH" or len(parts) != 5:
            return Response(status_code=401)
        mailbox, nonce, count, at, told = parts
        public = f"{mailbox}:{nonce}:{count}:{self.password}:{at}"
        meant = hmac.new(SHARED_KEY.encode(), public.encode(), sha256).hexdigest()
        return None if hmac.compare_digest(meant, told) else Response(status_code=403)

    async def _handshake(self, request: Request) -> Response:
        refused = self._refusal(request)
        self.handshakes += refused is None
        return refused or JSONResponse({"mailboxId": MAILBOX})

    async def _list(self, request: Request) -> Response:
        return self._refusal(request) or JSONResponse({"messages": list(self.inbox)})

    async def _fetch(self, request: Request) -> Response:
        refused = self._refusal(request)
        lying = self.inbox.get(request.path_params["mesh_id"])
        if refused or lying is None:
            return refused or Response(status_code=404)
        return Response(lying.raw, headers=lying.headers, media_type="application/octet-stream")

    async def _acknowledge(self, request: Request) -> Response:
        refused = self._refusal(request)
        if refused is None:
            self.inbox.pop(request.path_params["mesh_id"], None)
        return refused or Response(status_code=200)

    async def _take(self, request: Request) -> Response:
        """A practice is found by what MESH is told of a patient; whoever is registered nowhere is refused."""
        refused = self._refusal(request)
        if refused:
            return refused
        if not request.headers["mex-to"].startswith("GPPROVIDER_"):
            error = {"event": "SEND", "code": "12", "msg": "Unregistered to address"}
            return Response(json.dumps({"detail": [error]}), 417, media_type="application/json")
        raw, mesh_id = await request.body(), uuid4().hex.upper()
        self.sent[mesh_id] = Lying(dict(request.headers), raw)
        document = ElementTree.fromstring(raw)  # noqa: S314  what our own service made
        about = {"WorkflowID": f"{request.headers['mex-workflowid']}_ACK", "LocalID": request.headers["mex-localid"]}
        for own_id in document.iterfind(f".//{FHIR}MessageHeader/{FHIR}id"):
            for code in (ARRIVED, self.refusals.pop(0)) if self.refusals else self.codes:
                self.put(answer_to(own_id.attrib["value"], code), **about)
        return JSONResponse({"message_id": mesh_id}, 202)


def connected(url: str) -> dict[str, Any]:
    """Interop's settings for this address, which is looked at more often than a real one may be."""
    return {
        "organisation_name": "Barrow Neighbourhood Nursing (demo)",
        "mesh_url": url,
        "mesh_mailbox": MAILBOX,
        "mesh_password": PASSWORD,
        "mesh_shared_key": SHARED_KEY,
        "mesh_poll_seconds": 1,
    }
