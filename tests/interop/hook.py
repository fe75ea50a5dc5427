"""A trust's endpoint, and the subscriptions that lead there."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import fhirkit
import orjson
from fastapi import FastAPI, Request, Response

from services.interop.fhir.subscribing import CONTENT, FILTER, HEARTBEAT, TOPIC

ENDPOINT = "https://trust.example/hook"


@dataclass
class Hook:
    """It takes what is sent, but for the statuses in `answers`, which are used up one by one."""

    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    silent: asyncio.Event | None = None
    elsewhere: int = 0

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/hook")
        async def hook(request: Request) -> Response:
            self.headers.append(dict(request.headers))
            if self.silent is not None:
                await self.silent.wait()
            status = self.answers.pop(0) if self.answers else 204
            if status < 300:
                self.bodies.append(await request.body())
            return Response(status_code=status, headers={"Location": "https://trust.example/elsewhere"})

        @app.api_route("/elsewhere", methods=["GET", "POST"])
        async def elsewhere() -> Response:
            self.elsewhere += 1
            return Response(status_code=204)

        return app

    def told(self, kind: str) -> list[dict[str, Any]]:
        """The notifications of this kind, each sound FHIR."""
        assert all(fhirkit.validate(body.decode()) == [] for body in self.bodies if body)
        bundles = [orjson.loads(body) for body in self.bodies if body]
        return [bundle for bundle in bundles if values(bundle)["type"] == kind]


def values(bundle: dict[str, Any]) -> dict[str, Any]:
    """What the status says, by name."""
    told = bundle["entry"][0]["resource"]["parameter"]
    return {one["name"]: next(value for name, value in one.items() if name != "name") for one in told}


def numbers(bundle: dict[str, Any]) -> list[str]:
    """Of the events that it tells of."""
    told = bundle["entry"][0]["resource"]["parameter"]
    return [one["part"][0]["valueString"] for one in told if one["name"] == "notification-event"]


def a_subscription(criteria: str = "Patient", content: str = "id-only", **channel: Any) -> dict[str, Any]:
    """To the topic."""
    return {
        "resourceType": "Subscription",
        "status": "requested",
        "reason": "The trust's record follows the team's",
        "criteria": TOPIC,
        "_criteria": {"extension": [{"url": FILTER, "valueString": criteria}]},
        "channel": {
            "type": "rest-hook",
            "endpoint": ENDPOINT,
            "payload": "application/fhir+json",
            "_payload": {"extension": [{"url": CONTENT, "valueCode": content}]},
            **channel,
        },
    }


def beating(seconds: int) -> dict[str, Any]:
    return {"extension": [{"url": HEARTBEAT, "valueUnsignedInt": seconds}]}


def an_r4_subscription(criteria: str = "Patient", **channel: Any) -> dict[str, Any]:
    """R4's own: an empty message says that something changed."""
    return {
        "resourceType": "Subscription",
        "status": "requested",
        "reason": "The trust's record follows the team's",
        "criteria": criteria,
        "channel": {"type": "rest-hook", "endpoint": ENDPOINT, **channel},
    }
