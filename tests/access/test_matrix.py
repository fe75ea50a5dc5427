"""Everybody asks for everything: each operation of each document, each persona, nobody, and another team's nurse.

A function that is not the caller's is 403, and nobody's is 401. What belongs to another team is 404, in the same bytes
as what does not exist. What one may ask for is answered, and tells nobody what is not for them.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from uuid6 import uuid7

from services.common.auth import Persona
from tests.access.operations import PUBLIC, SERVICES, Operation, operations
from tests.access.tally import Tally
from tests.access.world import World, world_of
from tests.running import OTHER_TEAM, Databases

# What of a world each persona may be told. Whoever is not named here is told nothing that is about one person.
EVERYTHING = frozenset({"person", "number", "client", "words", "shared", "practice", "staff", "place"})
MAY_KNOW: dict[Persona, frozenset[str]] = {
    Persona.NURSE: EVERYTHING,
    Persona.SERVICE: EVERYTHING,
    Persona.INTEGRATOR: frozenset({"person", "number", "client", "words", "shared"}),
    Persona.SOCIAL_WORKER: frozenset({"person", "client", "shared"}),
    Persona.PRACTICE: frozenset({"person", "number", "client", "practice"}),
    Persona.HR: frozenset({"staff"}),
}
# The objects that a world cannot have, by service and path parameter, each with the reason.
CANNOT_BE_MADE: dict[tuple[str, str], str] = {}
# What belongs to no team, each with the reason: nothing of it is hidden from another team's nurse.
OF_NO_TEAM = {
    "interop GET /v1/connections/{connection_id}": "a partner's system, which is the same for every team",
    "roster POST /v1/calendar-feeds": "whoever is signed in reads their own shifts in a calendar of their own",
    "caseload POST /v1/push-subscriptions": "whoever is signed in is woken on a device of their own",
    "caseload POST /v1/sync/push": "a device is nobody's; each operation is judged by itself (tests/caseload/sync)",
    "identity POST /v1/devices": "whoever is signed in goes on on a tablet of their own",
}
# What is there to reach another team's client, each with the test that says within which bounds.
INTO_ANOTHER_TEAM = {"caseload POST /v1/break-glass": "tests/caseload/test_break_glass.py"}
# What is made by PUT where nothing is, so that a stranger is told what is wrong with it and not that it is absent.
MADE_BY_PUT = {"roster PUT /v1/places/{place_id}"}
# What belongs to one person alone, each with the test that asks for it.
OF_ONE_PERSON = {
    "identity POST /v1/devices/{device_id}/sign-out": "tests/identity/test_endings.py",
}
CALLERS = len(Persona) + 2


def known_to(world: World, persona: Persona | None) -> Iterator[str]:
    """The secrets that must not be told to this persona; without one, to nobody outside the team."""
    allowed = frozenset() if persona is None else MAY_KNOW.get(persona, frozenset())
    for kind, secrets in world.secrets.items():
        yield from () if kind in allowed else secrets


def body_of(world: World, operation: Operation, ids: Mapping[str, str]) -> Any:
    """The operation's whole body, with these ids in the place of the team's own, and a new id of its own."""
    body = world.bodies.get(operation.name)
    text = json.dumps(body)
    for name, own in world.ids.items():
        text = text.replace(own, ids.get(name, own)) if name.endswith("_id") else text
    made = json.loads(text)
    return made | {"id": str(uuid7())} if isinstance(made, dict) and "id" in made else made


def said(answer: Any) -> Any:
    """Status and body, but for the id of this one answer, and for the moment from which a tablet goes on."""
    if "json" not in answer.headers.get("content-type", ""):
        return answer.status_code, answer.content
    body = json.loads(answer.text)
    return answer.status_code, {**body, "instance": None, "next": None} if isinstance(body, dict) else body


async def asked(client: Any, world: World, operation: Operation, ids: Mapping[str, str]) -> Any:
    return await client.request(**operation.request(ids, body_of(world, operation, ids)))


@pytest.mark.parametrize("name", SERVICES)
async def test_everybody_asks_for_everything(name: str, databases: Databases, record_property: Any) -> None:
    async with world_of(name, databases) as world:
        every = operations(name)
        tally = Tally(len(every), CALLERS)
        guarded = [operation for operation in every if operation.name not in PUBLIC]
        before = await world.state()
        for operation in guarded:
            await refuse_those_not_admitted(tally, world, operation)
            if Persona.NURSE in operation.personas and str(operation) not in OF_NO_TEAM | INTO_ANOTHER_TEAM:
                await hide_from_another_team(tally, world, operation)
        tally.expect(await world.state() == before, "something was changed by a caller who may not")
        # What is read first is not ended yet by who may end it.
        for operation in sorted(guarded, key=lambda one: one.method != "GET"):
            await answer_those_admitted(tally, world, operation)
        named = {(name, one) for operation in every for one in operation.object_ids if one not in world.ids}
        excused = {key for key in CANNOT_BE_MADE if key[0] == name}
        tally.expect(named == excused, "objects that the world has not, and those excused", named ^ excused)
        tally.settle(record_property)


async def refuse_those_not_admitted(tally: Tally, world: World, operation: Operation) -> None:
    wanted: dict[Persona | None, int] = {None: 401, **dict.fromkeys(set(Persona) - operation.personas, 403)}
    for persona, status in wanted.items():
        answer = await asked(await world.caller(persona), world, operation, world.ids)
        tally.expect(answer.status_code == status, f"{operation} answers {persona or 'nobody'}", answer.status_code)
        tally.expect_kept(answer, {secret for kind in world.secrets.values() for secret in kind}, operation, persona)


async def hide_from_another_team(tally: Tally, world: World, operation: Operation) -> None:
    """A nurse of another team is told of this one's things what she is told of none: in path, query and body."""
    stranger, named = await world.stranger(), f"{operation} to another team's nurse"
    for ids in ({}, {"team_id": str(OTHER_TEAM)}) if names_things(world, operation) else ({},):
        theirs = await asked(stranger, world, operation, {**world.ids, **ids})
        absent = await asked(stranger, world, operation, {**world.unknown(), **ids})
        tally.expect_kept(theirs, known_to(world, None), named)
        tally.expect(said(theirs) == said(absent), f"{named} tells a thing from none", theirs.text, absent.text)
        is_found = operation.object_ids and str(operation) not in MADE_BY_PUT
        refusals = {404} if is_found else set(range(200, 500)) - {401, 403}
        tally.expect(theirs.status_code in refusals, named, theirs.status_code, theirs.text)


def names_things(world: World, operation: Operation) -> bool:
    """Whether its body names something of the team's beside the team, so that a nurse may name it as her own team's."""
    body = json.dumps(world.bodies.get(operation.name))
    return any(own in body for name, own in world.ids.items() if name.endswith("_id") and name != "team_id")


async def answer_those_admitted(tally: Tally, world: World, operation: Operation) -> None:
    for persona in sorted(operation.personas, key=lambda one: one is not Persona.NURSE):
        answer = await asked(await world.caller(persona), world, operation, world.ids)
        status = answer.status_code
        tally.expect(status not in (401, 403) and status < 500, f"{operation} answers a {persona}", answer.text)
        is_made = (
            str(operation) not in OF_ONE_PERSON
            and operation.object_ids != []
            and set(operation.object_ids) <= set(world.ids)
        )
        tally.expect(not is_made or status != 404, f"{operation} hides its own from a {persona}", answer.text)
        tally.expect_kept(answer, known_to(world, persona), operation, f"to a {persona}")
