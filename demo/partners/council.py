"""A made-up council: it checks signatures, echoes challenges, says what it makes of submissions, and keeps in a file
what it accepted."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from demo.servers.http import serving

HOST = "127.0.0.1"
EVERYWHERE = "0.0.0.0"  # noqa: S104  a container cannot reach its host's loopback
PATH = "/social-care/events"
CHALLENGE = "uk.heatshield.connection.challenged.v1"
SUBMITTED = "uk.heatshield.social_care.care_plan_change_submitted.v1"
SECRET = "whsec_YSBtYWRlLXVwIGNvdW5jaWwncyBkZW1vIHNlY3JldA=="  # noqa: S105  the made-up council's own


class Council:
    """Remembers across restarts, so that a second delivery of the same event can be told from a first.

    Where it is told its `cases`, it rejects a submission about any other.
    """

    def __init__(self, folder: Path, cases: frozenset[str] | None = None) -> None:
        self.cases = cases
        folder.mkdir(parents=True, exist_ok=True)
        self._file = folder / "council-events.jsonl"
        lines = self._file.read_text().splitlines() if self._file.exists() else []
        self.accepted: dict[str, dict[str, Any]] = {one["webhook_id"]: one["event"] for one in map(json.loads, lines)}
        self.refused = 0

    def app(self) -> Starlette:
        return Starlette(routes=[Route(PATH, self._receive, methods=["POST"])])

    @asynccontextmanager
    async def listening(self, host: str = HOST) -> AsyncIterator[str]:
        """Yields the address at which services reach it; `host` is what they call this machine."""
        async with serving(self.app(), lifespan=False, host=HOST if host == HOST else EVERYWHERE) as url:
            yield url.replace(HOST, host)

    async def _receive(self, request: Request) -> Response:
        body = await request.body()
        try:
            event = Webhook(SECRET).verify(body.decode(), dict(request.headers))
        except (WebhookVerificationError, ValueError):
            self.refused += 1
            return JSONResponse({"error": "the signature does not fit"}, 401)
        if event["type"] == CHALLENGE:
            return JSONResponse({"challenge": event["data"]["challenge"]})
        webhook_id = request.headers["webhook-id"]
        if webhook_id not in self.accepted:
            self.accepted[webhook_id] = event
            with self._file.open("a") as log:
                log.write(json.dumps({"webhook_id": webhook_id, "event": event}) + "\n")
        return self._verdict(event) if event["type"] == SUBMITTED else Response(status_code=204)

    def _verdict(self, event: dict[str, Any]) -> Response:
        """What its case system makes of a submission; the same, however often it is sent."""
        if self.cases is None or event["data"].get("council_ref") in self.cases:
            return JSONResponse({"outcome": "acknowledged"})
        return JSONResponse({"outcome": "rejected", "reason": "unknown case id"})
