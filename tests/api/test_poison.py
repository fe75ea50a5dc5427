"""Whatever is sent to whichever place of an operation is refused as the caller's, not told back, and not kept."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import cycle
from typing import Any

import pytest
from sqlalchemy import func, select

from demo.compose import services
from services.common.auth import SYSTEM
from services.common.tables import PLATFORM_TABLES
from tests.access.operations import KEPT_AS_IT_CAME, PUBLIC
from tests.api import alike, poison
from tests.api.operations import Operation, of_service
from tests.api.poison import CANARY
from tests.interop.records import Caseload
from tests.running import NURSE, Databases, Running, running

SERVICES = services()
STRAY = ("zz_unknown=1", f"{CANARY}=1", "nhs_number=9990000018", "Limit=1")
VERSIONS = ('"1_0"', '"-1"', '"1.0"', "*", '"1", "2"', '"x"', "9" * 41, "", '"' + CANARY + '"')
KEYS = ("", " ", "x" * 256, '"', '"open', 'a"b', "two words", b"\xe9", '"a" "b"', CANARY + "\x7f")
# Whom a service asks before it looks at what was sent.
NEIGHBOURS = {"interop": {"caseload": Caseload}}


class Attack:
    """One service, its operations, and what its answers had in common."""

    def __init__(self, name: str, system: Running) -> None:
        self.name, self.system, self.sent = name, system, 0
        # OAuth's own addresses have forms and refusals of their own (tests/identity).
        every = of_service(SERVICES[name])
        self.operations = [one for one in every if f"{one.method} {one.path}" not in PUBLIC or one.is_fhir]
        self.faults: list[str] = []
        self.still = alike.Tried().still

    async def send(self, operation: Operation, what: str, *, path: str = "", **sent: Any) -> Any:
        client = await self._client(operation)
        headers = {**operation.headers(), **sent.pop("headers", {})}
        if "content" in sent:
            headers.setdefault("Content-Type", "application/json")
        address = path or operation.address()
        answer = await client.request(operation.method, address, headers=headers, auth=None, **sent)
        self.sent += 1
        if answer.status_code >= 500:
            self.note(operation, what, answer)
        if CANARY in answer.text:
            self.faults.append(f"{operation} {what}: told back")
        return answer

    def note(self, operation: Operation, what: str, answer: Any) -> None:
        self.faults.append(f"{operation} {what[:80]}: {answer.status_code} {answer.text[:300]}")

    async def refused(self, operation: Operation, what: str, **sent: Any) -> None:
        answer = await self.send(operation, what, **sent)
        told = [] if operation.is_fhir else answer.json()["errors"]
        if not 400 <= answer.status_code < 500 or not all(error["way_out"] for error in told):
            self.note(operation, what, answer)

    async def refused_at(self, operation: Operation, pointer: str, what: str, **sent: Any) -> None:
        """Refused for what is at this place, or around it."""
        answer = await self.send(operation, what, **sent)
        if answer.status_code not in {400, 413, 422}:
            self.note(operation, f"{pointer} {what}", answer)
            return
        told = [error["pointer"] for error in answer.json()["errors"]]
        if not any(pointer.startswith(one) or one.startswith(pointer) for one in told):
            self.note(operation, f"{pointer} {what}", answer)

    async def rows(self) -> dict[str, int]:
        """How many rows there are of everything that the service keeps for others."""
        database = self.system.databases[self.name]
        tables = [table for table in database.metadata.sorted_tables if table.name not in PLATFORM_TABLES]
        async with database.transaction(SYSTEM) as tx:
            return {
                table.name: (await tx.rows(select(func.count()).select_from(table)))[0][0]
                for table in tables
                if table.name != KEPT_AS_IT_CAME
            }

    async def _client(self, operation: Operation) -> Any:
        kept = self.system.extra.setdefault("clients", {})
        if operation.persona not in kept:
            subject = None if operation.persona is None else NURSE
            kept[operation.persona] = await self.system.client(self.name, subject, operation.persona or "nurse")
        return kept[operation.persona]


@pytest.fixture(params=SERVICES)
async def attack(request: pytest.FixtureRequest, databases: Databases) -> AsyncIterator[Attack]:
    """One service under attack, with nothing at work beside it. Afterwards nothing was kept, and every list answers."""
    peers = {name: neighbour().app() for name, neighbour in NEIGHBOURS.get(request.param, {}).items()}
    async with running(databases, replace(SERVICES[request.param], background=()), peers=peers) as system:
        await system.join(request.param)
        made = Attack(request.param, system)
        before = await made.rows()
        yield made
        assert made.faults == []
        assert await made.rows() == before
        await _lists_answer(made)


# What systems alone read or ask for by more than an address, and a month of which nothing may have been told.
NO_LISTS = ("/v1/inside", "/v1/written", "/fhir/R4/AuditEvent", "/fhir/R4/MessageDefinition", "/v1/overheads")


async def _lists_answer(attack: Attack) -> None:
    for operation in attack.operations:
        # What FHIR calls an operation has a `$`, and asks for more than its address.
        if operation.is_list and "$" not in operation.path and not operation.path.startswith(NO_LISTS):
            answer = await attack.send(operation, "as it is", params=operation.required("query"))
            assert answer.status_code == 200, (str(operation), answer.text)


async def test_poison_in_a_body_is_refused_where_it_is(attack: Attack) -> None:
    for operation in attack.operations:
        if operation.body is None:
            continue
        example, anywhere = operation.example(), cycle(poison.NOWHERE)
        for at, schema in poison.places(operation, operation.body):
            pointer = "/".join(("/body", *map(str, at)))
            # Each of what belongs nowhere is sent to some place of each body, and so in time to all kinds of places.
            nowhere = (
                attack.still("anywhere", alike.of_route(operation), poison.NOWHERE) if not at else (next(anywhere),)
            )
            fit = attack.still("body", alike.of_body(operation, at), poison.fit_for(schema))
            for bad in (*fit, *nowhere):
                content = poison.poisoned(example, at, bad)
                await attack.refused_at(operation, pointer, bad, content=content)


async def test_a_body_that_is_none_is_refused(attack: Attack) -> None:
    for operation in attack.operations:
        if operation.body is None:
            continue
        for content, kind, status in attack.still("body", alike.of_route(operation), poison.BODIES):
            answer = await attack.send(operation, str(content[:20]), content=content, headers={"Content-Type": kind})
            assert answer.status_code == status, (str(operation), content[:20], kind, answer.text)
        content = json.dumps(operation.example()).encode()
        packed = await attack.send(operation, "packed", content=content, headers={"Content-Encoding": "gzip"})
        assert packed.status_code == 415, str(operation)


async def test_poison_in_a_path_is_refused(attack: Attack) -> None:
    every = (*poison.QUERIES["uuid"], *poison.ANY_QUERY, *poison.LITERALS[3:], "..;", "%2e%2e")
    for operation in attack.operations:
        required = operation.required("query")
        for name, _ in operation.of("path"):
            for bad in attack.still("path", alike.of_parameter(operation, name), every):
                path = operation.address(**{name: bad})
                await attack.refused(operation, f"{name}={bad}", path=path, params=required)


async def test_poison_in_a_query_is_refused(attack: Attack) -> None:
    for operation in attack.operations:
        if operation.is_fhir:
            await _fhir_search(attack, operation)
            continue
        for name, schema in operation.of("query"):
            rest = "".join(f"&{each}={value}" for each, value in operation.required("query").items() if each != name)
            kind, reader = poison.kind_of(schema), alike.of_parameter(operation, name)
            for bad in attack.still(kind, reader, (*poison.QUERIES.get(kind, ()), *poison.ANY_QUERY)):
                path = _at(operation, f"{name}={bad}{rest}")
                await attack.refused_at(operation, f"/query/{name}", f"{name}={bad}", path=path)
            for literal in attack.still("literal", reader, poison.LITERALS):
                await attack.send(operation, f"{name}={literal}", path=_at(operation, f"{name}={literal}{rest}"))
        for stray in attack.still("stray", alike.of_route(operation), STRAY):
            await attack.refused_at(operation, "/query", stray, path=_at(operation, stray))


def _at(operation: Operation, query: str) -> str:
    return f"{operation.address()}?{query}"


async def _fhir_search(attack: Attack, operation: Operation) -> None:
    """A FHIR search passes over what it does not know, and never falls over anything."""
    for bad in (*poison.ANY_QUERY, *poison.LITERALS, CANARY, "1e400", "a%7Cb%7Cc", "9999-12-31", "0000"):
        for name in ("_id", "_lastUpdated", "identifier", "patient", "_count", "_cursor", "_sort", "zz"):
            await attack.send(operation, f"{name}={bad}", path=_at(operation, f"{name}={bad}"))


async def test_poison_in_a_header_is_refused(attack: Attack) -> None:
    for operation in attack.operations:
        names = {name for name, _ in operation.of("header")}
        content = json.dumps(operation.example()).encode() if operation.body else None
        sent = {"content": content} if content else {}
        if "If-Match" in names:
            for bad in attack.still("version", alike.of_version(operation), VERSIONS):
                await attack.refused(operation, bad, headers={"If-Match": bad}, **sent)
        if "Idempotency-Key" in names:
            for key in attack.still("key", alike.of_route(operation), KEYS):
                await attack.refused_at(
                    operation, "/header/Idempotency-Key", str(key), headers={"Idempotency-Key": key}, **sent
                )
