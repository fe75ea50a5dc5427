"""The made-up senders' side of BaRS, behind the NHS's proxy and platform: it takes responses, and answers as told."""

import asyncio
import base64
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

FHIR = "application/fhir+json"
TOKEN = "a-token-of-the-platform"  # noqa: S105  made up
HOST = "nhs-platform.example"
CODES = "https://fhir.nhs.uk/CodeSystem/http-error-codes"


@dataclass(frozen=True)
class Heard:
    """One response as it arrived: who it is for, its two ids, and what it says."""

    target: dict[str, str]
    request_id: str
    correlation_id: str
    use_context: str
    message: dict[str, Any]

    def the(self, resource_type: str) -> list[dict[str, Any]]:
        resources = [entry["resource"] for entry in self.message["entry"]]
        return [one for one in resources if one["resourceType"] == resource_type]


@dataclass
class Senders:
    """`key` is what it knows of the sender; `answers` are used up one by one, and each message is taken once."""

    key: RSAKey
    answers: list[Response] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    asked: list[Heard] = field(default_factory=list)
    statements: set[str] = field(default_factory=set)
    # While this is set to an event, nothing is answered until that happens.
    silent: asyncio.Event | None = None

    def app(self) -> FastAPI:
        app = FastAPI()
        app.add_api_route("/oauth2/token", self.token, methods=["POST"])
        app.add_api_route("/FHIR/R4/$process-message", self.process_message, methods=["POST"])
        return app

    async def token(self, request: Request) -> Response:
        """As the platform judges a statement: RS512, for itself, of now, and each one once."""
        form = dict(parse_qsl((await request.body()).decode()))
        try:
            said = jwt.decode(form.get("client_assertion", ""), self.key, algorithms=["RS512"]).claims
        except (JoseError, ValueError):
            return JSONResponse({"error": "invalid_request"}, 400)
        if said["aud"] != str(request.url) or said["jti"] in self.statements:
            return JSONResponse({"error": "invalid_request"}, 400)
        self.statements.add(said["jti"])
        return JSONResponse({"access_token": TOKEN, "expires_in": "599", "token_type": "Bearer"})

    async def process_message(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return refusal(401, "PROXY_UNAUTHORIZED", "login")
        heard = Heard(
            target=json.loads(base64.b64decode(request.headers["nhsd-target-identifier"])),
            request_id=request.headers["x-request-id"],
            correlation_id=request.headers["x-correlation-id"],
            use_context=request.headers["use-context"],
            message=await request.json(),
        )
        self.asked.append(heard)
        if self.silent is not None:
            await self.silent.wait()
        if self.answers:
            return self.answers.pop(0)
        if any((one.request_id, one.correlation_id) == (heard.request_id, heard.correlation_id) for one in self.heard):
            return refusal(409, "REC_CONFLICT", "duplicate")
        self.heard.append(heard)
        return JSONResponse({"resourceType": "Bundle", "type": "message"}, media_type=FHIR)


def connected(key: RSAKey, at: str = f"https://{HOST}") -> dict[str, str]:
    """Interop's settings for this address, where the key is its own."""
    return {
        "bars_url": f"{at}/FHIR/R4",
        "nhs_token_url": f"{at}/oauth2/token",
        "nhs_api_key": "heatshield-demo",
        "nhs_key_id": "demo-1",
        "nhs_private_key": key.as_pem(private=True).decode(),
    }


def refusal(status: int, code: str, kind: str) -> Response:
    """An OperationOutcome with the NHS's code."""
    issue = {"severity": "error", "code": kind, "details": {"coding": [{"system": CODES, "code": code}]}}
    return JSONResponse({"resourceType": "OperationOutcome", "issue": [issue]}, status, media_type=FHIR)
