"""The people of `benchmarks.fhir` as the store of interop holds them: ten resources each, put in by COPY.

They are made by the service's own mapping, and found by what its own index finds. Their history is left out: no search
and no read asks it.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from uuid6 import uuid7

from benchmarks.seed import without_indexes
from benchmarks.seed_rows import CLIENTS_OF_TEAM, NULL, Person, id_of, nhs_number, people
from services.interop.domain.record import ClientRecord
from services.interop.domain.resource import Projected
from services.interop.fhir import mapping
from services.interop.fhir.indexing import found_by

OF_PERSON = 10
TABLES = ("resource", "search_time", "search_amount")
WHOSE = ("id", "team_id", "resource_type", "resource_id")
RESOURCE = (*WHOSE, "client_id", "version", "changed_at", "owner_version", "content", "tokens")
CHUNK = 5000


def everybody(resources: int) -> list[Person]:
    """As many people as have this many resources together, or a few more."""
    number = -(-resources // OF_PERSON)
    return people(-(-number // CLIENTS_OF_TEAM), datetime.now(UTC).date())[:number]


def resources_of(one: Person) -> list[Projected]:
    """All that is shown of one person."""
    return mapping.of_record(_record(one), {}, {})


async def fill(connection: asyncpg.Connection, resources: int) -> None:
    """Put so many resources into a migrated, empty store, as a superuser."""
    people = everybody(resources)
    made = (found for one in people for found in resources_of(one))
    await _reached({one.team_id for one in people}, connection)
    await connection.execute("set session_replication_role = replica")
    async with without_indexes(connection, TABLES):
        while chunk := list(islice(made, CHUNK)):
            await _copy(connection, chunk)
    await connection.execute("vacuum (analyze)")
    await connection.execute("checkpoint")


async def _reached(teams: set[str], connection: asyncpg.Connection) -> None:
    """Each team is reached as a service, so that referrals are written to it."""
    rows = [(uuid7(), 1, datetime.now(UTC), team_id, f"bench-{team_id}") for team_id in sorted(teams)]
    columns = ("id", "version", "changed_at", "team_id", "dos_service_id")
    await connection.copy_records_to_table("service_endpoint", columns=columns, records=rows)


async def _copy(connection: asyncpg.Connection, chunk: Sequence[Projected]) -> None:
    now, found = datetime.now(UTC), [(one, found_by(one.content)) for one in chunk]
    rows = [
        (*_whose(one), one.client_id, 1, now, 1, orjson.dumps(one.content).decode(), by.tokens) for one, by in found
    ]
    times = [(*_whose(one), *time) for one, by in found for time in by.times]
    amounts = [(*_whose(one), *amount) for one, by in found for amount in by.amounts]
    await connection.copy_records_to_table("resource", columns=RESOURCE, records=rows)
    columns = (*WHOSE, "name", "starts_at", "ends_at")
    await connection.copy_records_to_table("search_time", columns=columns, records=times)
    columns = (*WHOSE, "name", "amount", "unit")
    await connection.copy_records_to_table("search_amount", columns=columns, records=amounts)


def _whose(one: Projected) -> tuple[UUID, UUID, str, UUID]:
    return (uuid7(), one.team_id, one.resource_type, one.resource_id)


def _record(one: Person) -> ClientRecord:
    number = nhs_number(one.number)
    person = {
        "given_name": one.given,
        "family_name": one.family,
        "birth_on": one.born,
        "sex": "female",
        "nhs_number": None if number == NULL else number,
        "nhs_number_status": "07" if number == NULL else "01",
        "address_line": f"{one.turn + 1} Chapel Row",
        "postcode": "LA14 1AA",
        "phone": None,
    }
    whose = person | {"team_id": one.team_id, "version": 1}
    return ClientRecord.model_validate(
        {
            "client": whose | {"id": one.client_id},
            "referral": [whose | _referral(one)],
            "episode_of_care": [_episode(one)],
            "assessment": [_assessment(one)],
            **_problem(one),
            "care_plan": [_plan(one)],
            "lines": [{"care_plan_id": one.of("care_plan"), "intervention": None, "words": "Dress the wound"}],
            "care_contact": list(_contacts(one)),
            "activities": [],
            **_wound(one),
        }
    )


def _referral(one: Person) -> dict[str, Any]:
    told = {"reason": "Leg ulcer", "urgency": "routine", "received_at": one.came, "status": "accepted"}
    nobody = dict.fromkeys(
        ("referrer", "referrer_ods_code", "inbound_referral_id", "not_taken_reason", "signpost"), None
    )
    return {"id": one.of("referral"), "client_id": one.client_id, **told, **nobody}


def _episode(one: Person) -> dict[str, Any]:
    found = {"id": one.of("episode_of_care"), "version": 1, "referral_id": one.of("referral")}
    told = {"pathway": "recovery", "status": "active", "opened_on": one.came.date()}
    return {**found, "named_nurse_id": one.nurse_id, **told}


def _assessment(one: Person) -> dict[str, Any]:
    found = {"needs_from_impairment": True, "findings": [], "significant_impact": False}
    told = {"assessed_on": one.came.date(), "assessed_by": one.nurse_id, "what_matters": "To walk", "eligible": False}
    return {"id": one.of("assessment"), "version": 1, "status": "complete", **told, "care_act": found}


def _problem(one: Person) -> dict[str, Any]:
    problem = {"id": one.of("client_problem"), "version": 1, "assessment_id": one.of("assessment")}
    told = {"code": "26", "ownership": "individual", "type": "actual", "signs": ["26.01"], "words": None}
    rated = {"problem_id": problem["id"], "knowledge": 3, "behavior": 3, "status": 2, "edition": "2005"}
    ratings = [
        {"id": id_of("omaha_rating", one.number * 2 + turn, one.came), "occasion": occasion, **rated}
        | {"rated_by": one.nurse_id, "rated_at": one.came + timedelta(days=30 * turn)}
        for turn, occasion in enumerate(("admission", "interim"))
    ]
    return {"client_problem": [problem | told], "ratings": ratings}


def _plan(one: Person) -> dict[str, Any]:
    agreed = {"status": "agreed", "agreed_on": one.came.date(), "ends_on": one.came.date() + timedelta(days=90)}
    return {"id": one.of("care_plan"), "version": 1, "client_words": "Walk", **agreed, "written_by": one.nurse_id}


def _contacts(one: Person) -> Iterator[dict[str, Any]]:
    within = {"episode_of_care_id": one.of("episode_of_care"), "referral_id": one.of("referral"), "visit_id": None}
    for turn in range(2):
        at = one.came + timedelta(days=7 * turn)
        told = {"employee_id": one.nurse_id, "channel": "in_person", "started_at": at, "minutes": 40}
        yield {"id": id_of("care_contact", one.number * 2 + turn, at), "version": 1, **within, **told}


def _wound(one: Person) -> dict[str, Any]:
    wound = {"id": one.of("wound"), "site": "Left lower leg"}
    size = {"length_mm": 42, "width_mm": 30, "area_mm2": 1260}
    measured = {"measured_at": one.came, "measured_by": one.nurse_id}
    return {
        "wound": [wound],
        "measurements": [{"id": one.of("wound_measurement"), "wound_id": wound["id"]} | measured | size],
    }
