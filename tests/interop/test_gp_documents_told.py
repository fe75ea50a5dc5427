"""Of a client who was in care before, a letter tells what was found in the episode that is shared, and nothing less."""

from typing import Any
from uuid import UUID

from sqlalchemy import event
from uuid6 import uuid7

from demo.partners.mesh import Mesh
from services.common.auth import SYSTEM
from services.interop.domain.resource import Resource
from services.interop.fhir import omaha
from services.interop.store import gp_documents
from tests.interop.answers import stored
from tests.interop.gp import a_shared_record, beside_mesh, documents, record_contact, send_now, standing
from tests.interop.records import Caseload, a_rated_problem, an_assessment
from tests.interop.test_gp_documents import pdf_text
from tests.running import Databases, Running

FOUND = "resource_type in ('Condition', 'Observation')"
SHARED, EARLIER = "26", "27"


def in_care_twice(rated_in: str = "2026-11", ended_on: str = "2026-11-03") -> dict[str, Any]:
    """A record with an earlier episode: another problem, rated in this month, and another wound, measured in it."""
    record = a_shared_record()
    shared = record["episode_of_care"][0]["id"]
    about = {"id": str(uuid7()), "status": "finished", "opened_on": "2026-09-01", "ended_on": ended_on}
    earlier = record["episode_of_care"][0] | about
    before = an_assessment() | {"episode_of_care_id": earlier["id"]}
    problem, ratings = a_rated_problem(before["id"], EARLIER)
    elsewhere = {"id": str(uuid7()), "version": 1, "site": "Right heel", "episode_of_care_id": earlier["id"]}
    measured = record["measurements"][0] | {"id": str(uuid7()), "wound_id": elsewhere["id"]}
    record["assessment"][0]["episode_of_care_id"] = record["wound"][0]["episode_of_care_id"] = shared
    record["measurements"].append(measured | {"measured_at": f"{rated_in}-10T09:20:00Z"})
    record["episode_of_care"].append(earlier)
    record["assessment"].append(before)
    record["client_problem"].append(problem)
    record["ratings"] += [one | {"rated_at": rated_in + one["rated_at"][7:]} for one in ratings]
    record["wound"].append(elsewhere)
    return record


async def letter(nurse: Any, document: dict[str, Any]) -> str:
    await send_now(nurse, document)
    await standing(nurse, document, "acknowledged")
    return pdf_text((await nurse.get(f"/v1/gp-documents/{document['id']}/letter")).content)


async def test_a_letter_tells_what_was_found_in_the_shared_episode_alone(
    databases: Databases, caseload: Caseload
) -> None:
    async with beside_mesh(databases, caseload, Mesh()) as system:
        nurse = await system.nurse("interop")
        client_id = await record_contact(system, caseload, in_care_twice())
        (document,) = await documents(nurse, client_id=client_id)
        words = await letter(nurse, document)
        assert "Left lower leg" in words
        assert "Right heel" not in words
        assert words.count("of 5") == 3, words


async def test_what_was_shown_before_it_said_in_which_episode_is_told_by_its_days_and_learns_it(
    databases: Databases, caseload: Caseload
) -> None:
    async with beside_mesh(databases, caseload, Mesh()) as system:
        nurse, record = await system.nurse("interop"), in_care_twice("2026-10", "2026-10-20")
        client_id = await record_contact(system, caseload, record)
        before = await shown(system)
        assert len(before) == 8
        await system.alter("interop", f"update resource set facts = null where {FOUND}")
        (document,) = await documents(nurse, client_id=client_id)
        words = await letter(nurse, document)
        assert omaha.problem(SHARED)["display"] in words
        assert omaha.problem(EARLIER)["display"] not in words
        assert "Left lower leg" in words
        assert words.count("of 5") == 3, words

        # What a trust reads stays as it is, its version and what it is found by among it.
        await system.alter("interop", f"update resource set facts = 'null', tokens = '{{kept}}' where {FOUND}")
        await system.deliver("interop", "caseload.assessment.completed.v1", {"client_id": client_id})
        assert await shown(system) == before
        assert all(one.tokens == ["kept"] for one in await stored(system, Resource) if one.id in before)


async def shown(system: Running) -> dict[UUID, Any]:
    """The problems and what was observed: in which episode each was found, and its version."""
    found = [one for one in await stored(system, Resource) if one.resource_type in ("Condition", "Observation")]
    return {one.id: (one.facts["episode_of_care_id"], one.version, one.changed_at, one.content) for one in found}


async def test_the_practice_that_pds_named_is_found_by_indexes_alone(interop: Running) -> None:
    asked: list[tuple[str, Any]] = []

    def hear_of(_: Any, __: Any, statement: str, sent: Any, *___: Any) -> None:
        asked.extend([(statement, sent)] if "FROM trace" in statement else [])

    async with interop.databases["interop"].transaction(SYSTEM) as tx:
        event.listen(tx.engine.sync_engine, "before_cursor_execute", hear_of)
        assert await gp_documents.practice_by_pds(tx, uuid7()) is None
        event.remove(tx.engine.sync_engine, "before_cursor_execute", hear_of)
        ((statement, sent),) = asked
        connection = await tx.session.connection()
        await connection.exec_driver_sql("set local enable_seqscan = off")
        plan = "\n".join(row[0] for row in await connection.exec_driver_sql(f"explain {statement}", sent))
    for index in ("ix_trace_client_id", "ix_trace_referral_id"):
        assert index in plan, plan
    assert "Seq Scan" not in plan, plan
