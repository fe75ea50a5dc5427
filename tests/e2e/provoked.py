"""Every operation, asked in ways that it refuses, with somebody's personal data wherever a request has room for any."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx
from uuid6 import uuid7

from demo.barrow import DATA, TEAM, people
from gateway.routes import SERVICES
from tests.access.operations import Operation, operations

CLIENT = DATA["clients"][0]
NAME, NUMBER = CLIENT["family_name"], CLIENT["nhs_number"]
# What is known of her, under the names that the routes use, which each find wrong in their own way.
BODY = {
    **CLIENT,
    "id": NAME,
    "note": CLIENT["why"],
    NUMBER: NAME,
    "team_id": str(TEAM),
    "reason": {NAME: CLIENT["goal"]},
}
QUERY = {"client_id": NUMBER, "family_name": NAME, "identifier": NUMBER, "cursor": NAME, NAME: CLIENT["phone"]}
HEADERS = {
    "If-Match": f'"{NAME}"',
    "Idempotency-Key": NUMBER,
    "User-Agent": f"{NAME} {NUMBER}",
    "X-Request-ID": NAME,
    "X-Correlation-ID": NUMBER,
    "Prefer": NAME,
    "traceparent": NUMBER,
    "tracestate": f"client={NUMBER}",
}
PERSON_OF = {person.persona: key for key, person in people().items()}
Asked = dict[str, Any]


@dataclass
class Refusal:
    """One answer that is no success."""

    operation: str
    answer: httpx.Response

    @property
    def told(self) -> str:
        """All that the caller learns from it."""
        return f"{self.answer.headers} {self.answer.text}"


async def provoke(url: str) -> list[Refusal]:
    """All refusals of an installation's every operation that can be reached from outside."""
    found = []
    async with httpx.AsyncClient(base_url=url, timeout=30, trust_env=False) as client:
        tokens: dict[str, str] = {}
        for operation in _public():
            person = next((PERSON_OF[one] for one in sorted(operation.personas) if one in PERSON_OF), "ruth")
            if person not in tokens:
                granted = await client.post("/dev/token", data={"person": person})
                tokens[person] = granted.json()["access_token"]
            for asked in _ways(operation, tokens[person]):
                answer = await client.request(operation.method, **asked)
                if not answer.is_success:
                    found.append(Refusal(str(operation), answer))
    return found


def _public() -> list[Operation]:
    return [one for name in SERVICES for one in operations(name) if not one.path.startswith("/inside/")]


def _ways(operation: Operation, token: str) -> Iterator[Asked]:
    """With names for ids, with ids of nothing, with a body that is no JSON, and signed in by somebody's number."""
    signed, nothing = {"Authorization": f"Bearer {token}"}, _path(operation, str(uuid7()))
    yield {"url": _path(operation, NAME), "headers": signed | HEADERS, "json": BODY}
    if operation.method == "GET":
        yield {"url": nothing, "headers": signed, "params": QUERY}
        yield {"url": nothing, "headers": {"Authorization": f"Bearer {NUMBER}.{NAME}.{NUMBER}"}}
    else:
        careful = {"If-Match": '"1"', "Idempotency-Key": str(uuid7())}
        broken = f'{{"family_name": {NAME} {NUMBER}'
        yield {"url": nothing, "headers": signed | careful, "json": BODY}
        yield {"url": nothing, "headers": signed | {"Content-Type": "application/json"}, "content": broken}
        yield {"url": nothing, "headers": signed, "data": {"note": CLIENT["why"], "identifier": NUMBER}}


def _path(operation: Operation, each: str) -> str:
    """The public address, with this for every parameter of its path."""
    names = [part.partition("}")[0] for part in operation.path.split("{")[1:]]
    path = operation.path.format_map(dict.fromkeys(names, quote(each)))
    return path if path.startswith(("/fhir/", "/auth/")) else f"/{operation.service}{path}"
