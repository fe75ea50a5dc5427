"""The door, at which each letter is sent, and what holds of each answer whatever was sent."""

import logging
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID
from xml.etree import ElementTree

import asyncpg
import fhirkit
import orjson
from uuid6 import uuid7

from services.interop.fhir import xml_in
from tests.interop.answers import BASE
from tests.interop.bad_input.letters import Letter, Sender
from tests.interop.bad_input.oddities import MARK

XML = "application/fhir+xml"
JSON = "application/fhir+json"
# All that a write leaves but the message itself, of what was made after an id: ids follow each other in time.
LEFT = """
    select (select count(*) from resource_history where id > $1),
      (select count(*) from resource where id > $1 and resource_type in ('ServiceRequest', 'Encounter')) as made,
      (select count(*) from inbound_referral where id > $1), (select count(*) from hospital_stay where id > $1),
      (select count(*) from subscription where id > $1), (select count(*) from referral_version where id > $1),
      (select count(*) from outbox where seq > $2), (select count(*) from event_log where seq > $2)
"""
KEPT = "select status, outcome from inbound_message where id > $1 and raw = $2 order by id limit 1"
TOLD = """
    select seq, envelope from outbox where seq > $1 union all select seq, envelope from event_log where seq > $1
    order by seq
"""
# Too large to be read, or not readable without unpacking it.
NEVER_READ = {413}
# Which the client of the test says itself.
OF_THE_TEST = ("httpx", "httpcore", "asyncio", "hypothesis")


class Overheard(logging.Handler):
    """Everything that was logged, with what came along."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        if not record.name.startswith(OF_THE_TEST):
            self.records.append(record)

    def take(self) -> str:
        text = " ".join(f"{one.getMessage()} {one.__dict__} {one.exc_text}" for one in self.records)
        self.records.clear()
        return text


@dataclass
class Door:
    """`owner` sees every team's rows."""

    sender: Sender
    owner: asyncpg.Connection
    overheard: Overheard
    tally: Counter[tuple[str, int]] = field(default_factory=Counter)
    # The last event that was looked at.
    heard: int = 0

    async def take(self, letter: Letter, raw: bytes, headers: dict[str, str]) -> Any:
        """Send it, and look at all that came of it."""
        await self._listen()
        before = uuid7()
        self.overheard.take()
        answer = await self.sender.client.request(letter.method, letter.path, content=raw, headers=headers)
        said = self.overheard.take()
        assert answer.status_code < 500, (answer.status_code, answer.text, said[-3000:])
        assert MARK not in said, said[-3000:]
        assert "not refused at the door" not in said, said[-3000:]
        assert MARK not in str(answer.headers)
        if answer.status_code >= 400:
            is_refusal(answer)
            left = dict(await self.owner.fetchrow(LEFT, before, self.heard))
            assert not any(left.values()), ("what is refused leaves nothing", left)
        else:
            await self._is_well(letter, answer, before)
        if letter.is_kept and answer.status_code not in NEVER_READ:
            await self._is_kept(answer, raw, before)
        return answer

    async def _is_kept(self, answer: Any, raw: bytes, before: UUID) -> None:
        kept = await self.owner.fetchrow(KEPT, before, raw)
        assert kept is not None, "each message is kept as it came"
        outcome = "refused" if answer.status_code >= 400 else "accepted"
        assert (kept["outcome"], kept["status"]) == (outcome, answer.status_code) or outcome == "accepted", kept

    async def _is_well(self, letter: Letter, answer: Any, before: UUID) -> None:
        if not answer.content:
            places = [answer.headers.get("location")]
        else:
            content = _read(answer)
            outcomes = list(_outcomes(content))
            assert MARK not in str(outcomes)
            for one in outcomes:
                _is_outcome(one)
            places = _places(content, answer)
        for place in filter(None, places):
            await self._is_readable(place)
        if letter.path == BASE:
            made = [one for one in content.get("entry", []) if one["response"]["status"].startswith("201")]
            left = await self.owner.fetchrow(LEFT, before, self.heard)
            assert left["made"] == len(made), left

    async def _is_readable(self, place: str) -> None:
        path = place.removeprefix("http://interop:8000")
        plain = await self.sender.client.get(path)
        assert plain.status_code == 200, (path, plain.text)
        assert fhirkit.validate(plain.text) == [], plain.text
        marked = await self.sender.client.get(path, headers={"Accept": XML})
        assert marked.status_code == 200, (path, marked.text)
        ElementTree.fromstring(marked.content)
        assert fhirkit.validate(xml_in.to_json(marked.content).decode()) == []

    async def _listen(self) -> None:
        """No event holds anything of what was sent."""
        for row in await self.owner.fetch(TOLD, self.heard):
            assert MARK not in row["envelope"], row["envelope"]
            self.heard = row["seq"]

    async def tidy(self) -> None:
        """A system has no more than some subscriptions."""
        await self._listen()
        await self.owner.execute("delete from subscription")


def is_refusal(answer: Any) -> None:
    """An OperationOutcome, whose issues say what, where, and the way out, and nothing of what was sent."""
    assert MARK not in answer.text, answer.text
    content = _read(answer)
    assert content["resourceType"] == "OperationOutcome"
    _is_outcome(content)
    assert {one["severity"] for one in content["issue"]} & {"error", "fatal"}, content


def _is_outcome(content: dict[str, Any]) -> None:
    for one in content["issue"]:
        assert one["severity"], one
        assert one["code"], one
        assert one["details"]["text"].strip().endswith("."), one
        assert one["expression"][0].strip(), one


def _read(answer: Any) -> dict[str, Any]:
    """As JSON, whatever it is in."""
    kind = answer.headers["content-type"]
    assert kind in {JSON, XML}, (kind, answer.text)
    text = xml_in.to_json(answer.content).decode() if kind == XML else answer.text
    assert fhirkit.validate(text) == [], text
    content: dict[str, Any] = orjson.loads(text)
    return content


def _outcomes(content: dict[str, Any]) -> list[dict[str, Any]]:
    entries = content.get("entry", []) if content["resourceType"] == "Bundle" else []
    found = [one.get("response", {}).get("outcome") for one in entries]
    found += [one.get("resource") for one in entries]
    return [one for one in [content, *found] if one is not None and one["resourceType"] == "OperationOutcome"]


def _places(content: dict[str, Any], answer: Any) -> list[str | None]:
    entries = content.get("entry", []) if content["resourceType"] == "Bundle" else []
    return [answer.headers.get("location"), *(one.get("response", {}).get("location") for one in entries)]
