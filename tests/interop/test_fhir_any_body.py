"""Whatever is wrong with what partners send: no fault of ours, a refusal that says where, and nothing half done."""

import asyncio
import dataclasses
import logging
import os
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as some

from services.interop.main import SERVICE
from tests.databases import Stock
from tests.interop.answers import serve_team
from tests.interop.bad_input import texts
from tests.interop.bad_input.door import XML, Door, Overheard
from tests.interop.bad_input.letters import LETTERS, SCOPES, Sender
from tests.interop.bad_input.oddities import ETAGS, MARK, pick
from tests.interop.bad_input.spoil import CHANGES, Change, spoiled, written
from tests.interop.records import Caseload, a_record
from tests.interop.telling import tell
from tests.running import owner, running

# For each order of events that is tried, four bodies are, unless somebody who has to wait asks for fewer.
PARTS, SIGNED_IN_FOR = 4, 200
EXAMPLES = int(os.environ.get("HEATSHIELD_EXAMPLES", "2000")) * 4 // PARTS
MOST = 9999
# What gets furthest is what is nearly right.
LIKELY = [*sorted(CHANGES), *["meant"] * 8, *["odd", "added"] * 2]
NUMBERS = some.integers(0, MOST)
# From where on a text is changed, is written in another encoding, and comes with other headers.
CHANGED, ENCODED, ODDLY_HEADED, LAST = 20, 28, 8500, 30


@dataclass(frozen=True)
class Spoiling:
    """Which letter, what is wrong with its document, with its text, and with its headers."""

    kind: int
    trees: list[Change] = field(default_factory=list)
    text: tuple[int, int, int] = (0, 0, 0)
    headers: int = 0


def at_random(dice: Random) -> Spoiling:
    """Anything is as likely as anything else; what hypothesis draws is small, and so it shrinks."""
    changes = dice.choices(LIKELY, k=dice.choice((0, 1, 1, 1, 2, 3)))
    trees = [(name, dice.randint(0, MOST), dice.randint(0, MOST)) for name in changes]
    text = (
        dice.randint(0, LAST) if trees else LAST - dice.randint(0, 10),
        dice.randint(0, MOST),
        dice.randint(0, MOST),
    )
    return Spoiling(dice.randrange(len(LETTERS)), trees, text, dice.randint(0, MOST))


SPOILINGS = some.randoms(use_true_random=True).map(at_random) | some.builds(
    Spoiling,
    some.integers(0, len(LETTERS) - 1),
    some.lists(some.tuples(some.sampled_from(sorted(CHANGES)), NUMBERS, NUMBERS), max_size=3),
    some.tuples(some.integers(0, LAST), NUMBERS, NUMBERS),
    NUMBERS,
)
HEADERS: list[dict[str, str]] = [
    {"Content-Type": "application/json"},
    {"Content-Type": "application/fhir+json; charset=utf-16"},
    {"Content-Type": "application/fhir+json; charset=UTF-8; fhirVersion=4.0"},
    {"Content-Type": "text/plain"},
    {"Content-Type": "application/xml"},
    {"Content-Type": "text/xml; charset=latin-1"},
    {"Content-Type": ""},
    {"Content-Type": "a" * 5000},
    {"Content-Type": "application/json-patch+json"},
    {"Content-Type": "application/merge-patch+json"},
    {"Accept": XML},
    {"Accept": "text/html;q=x, */*;q=0"},
    {"Prefer": "return=minimal"},
    {"Prefer": "return=OperationOutcome, handling=strict"},
    {"Idempotency-Key": "x"},
    {"Idempotency-Key": "x" * 300},
    {"X-Correlation-Id": "0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"},
    *({"If-Match": one} for one in ETAGS if one.isascii() and one != MARK),
    *({"If-None-Exist": one} for one in ("", "x", "identifier=", "_count=1", "identifier=a%00", "status=planned")),
]


@pytest.fixture
def door(stock: Stock) -> Iterator[tuple[asyncio.Runner, Door]]:
    root, overheard = logging.getLogger(), Overheard()
    was = root.level
    root.addHandler(overheard)
    root.setLevel(logging.INFO)
    with asyncio.Runner() as runner:
        name = runner.run(stock.take("interop"))
        stack = AsyncExitStack()
        try:
            yield runner, runner.run(_opened(stack, stock.postgres.url("interop", name), overheard))
        finally:
            root.removeHandler(overheard)
            root.setLevel(was)
            runner.run(stack.aclose())
            runner.run(stock.drop(name))


async def _opened(stack: AsyncExitStack, url: str, overheard: Overheard) -> Door:
    caseload = Caseload()

    async def databases(_: str) -> str:
        return url

    quiet = dataclasses.replace(SERVICE, background=())
    system = await stack.enter_async_context(running(databases, quiet, peers={"caseload": caseload.app()}))
    await system.join("interop")
    await serve_team(system)
    client_id = await tell(system, caseload, a_record())
    client = await system.client("interop", "trust-tie", "integrator", scope=SCOPES)
    connection = await stack.enter_async_context(owner(url))
    return Door(Sender(system, client, client_id), connection, overheard)


async def _try(door: Door, spoiling: Spoiling) -> Any:
    if sum(door.tally.values()) % SIGNED_IN_FOR == 0:
        door.sender.sign_in()
    write = pick(LETTERS, spoiling.kind)
    letter = await write(door.sender)
    document = spoiled(letter.document, spoiling.trees)
    change, place, value = spoiling.text
    is_xml = letter.may_be_xml and change % 3 == 0
    plain = texts.as_xml(document) if is_xml else written(document)
    headers = letter.headers | ({"Content-Type": XML} if is_xml else {})
    if change >= CHANGED:
        ways = texts.IN_XML if is_xml else texts.IN_JSON
        plain = pick([ways[name] for name in sorted(ways)], change)(plain, place, value)
    raw = texts.encoded(plain, pick(texts.CODECS, value) if change >= ENCODED else "utf-8")
    headers |= pick(HEADERS, spoiling.headers) if spoiling.headers >= ODDLY_HEADED else {}
    answer = await door.take(letter, raw, headers)
    door.tally[write.__name__, answer.status_code] += 1
    await door.tidy()
    return answer


def _many(opened: tuple[asyncio.Runner, Door], examples: int, *, the_same: bool) -> None:
    runner, door = opened
    kept = settings(max_examples=examples, deadline=None, database=None, derandomize=the_same)

    @settings(kept, suppress_health_check=list(HealthCheck))
    @given(SPOILINGS)
    def each(spoiling: Spoiling) -> None:
        note(repr(spoiling))
        runner.run(_try(door, spoiling))

    each()


def test_each_letter_is_taken_as_it_is(door: tuple[asyncio.Runner, Door]) -> None:
    runner, opened = door
    for kind, _ in enumerate(LETTERS):
        for usual in (1, 0):
            answer = runner.run(_try(opened, Spoiling(kind, text=(usual, 0, 0))))
            assert answer.status_code in {200, 201}, answer.text


def test_some_bodies_do_no_harm(door: tuple[asyncio.Runner, Door]) -> None:
    _many(door, 60, the_same=True)


@pytest.mark.slow
@pytest.mark.many
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("part", range(PARTS))
def test_no_body_does_any_harm(door: tuple[asyncio.Runner, Door], part: int) -> None:
    _many(door, EXAMPLES, the_same=False)
