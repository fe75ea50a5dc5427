"""A document that does not arrive ends in a state that a person sees, with its reason, and can mend."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from starlette.responses import Response

from demo.partners.mesh import ARRIVED, FILED, PRACTICE, Mesh, answer_to
from services.common.auth import SYSTEM
from services.interop.domain.mesh_message import MOST_BYTES, MeshMessage
from services.interop.domain.trace import Trace
from services.interop.usecases.reconcile import reconcile
from tests.interop.answers import stored
from tests.interop.gp import (
    a_shared_record,
    another_contact,
    beside_mesh,
    documents,
    messages,
    overdue,
    record_contact,
    send_now,
    standing,
)
from tests.interop.records import Caseload, a_record
from tests.running import TEAM, Databases, Running, until

DAY = date(2026, 11, 10)
ACK = "GPCONNECT_SEND_DOCUMENT_ACK"


async def sent(system: Running, caseload: Caseload, nurse: Any, **person: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """A record of a new client, and the document about their day, which leaves now."""
    record = a_shared_record(**person)
    client_id = await record_contact(system, caseload, record)
    (document,) = await documents(nurse, client_id=client_id)
    assert (await send_now(nurse, document)).status_code == 200
    return record, document


async def reconciled(system: Running) -> Any:
    async with system.databases["interop"].transaction(SYSTEM) as tx:
        (found,) = await reconcile(tx, DAY, "gp_documents")
    counts = (found.done, found.sent, found.acknowledged)
    return counts, [(one.about, one.kind, one.reason) for one in found.differences]


async def test_what_comes_back_is_shown_with_its_reason_put_right_and_sent_again(
    databases: Databases, caseload: Caseload
) -> None:
    mesh = Mesh(codes=(ARRIVED, "30002"))
    async with beside_mesh(databases, caseload, mesh) as system:
        nurse = await system.nurse("interop")
        record, document = await sent(system, caseload, nurse)
        refused = await standing(nurse, document, "refused")
        assert refused["reason"] == "itk3_30002", "the patient is not known there"
        assert await reconciled(system) == ((1, 1, 0), [(document["id"], "rejected", "itk3_30002")])
        mesh.codes = (ARRIVED, FILED)
        assert (await send_now(nurse, document)).status_code == 200
        await standing(nurse, document, "acknowledged")
        assert await reconciled(system) == ((1, 1, 1), [])
        again = await send_now(nurse, document)
        assert (again.status_code, again.json()["code"]) == (409, "already_at_the_surgery")

        _, nobody = await sent(system, caseload, nurse, nhs_number=None)
        held = await standing(nurse, nobody, "held")
        assert held["reason"] == "no_nhs_number"
        _, unsure = await sent(system, caseload, nurse, nhs_number_status="02")
        assert (await standing(nurse, unsure, "held"))["reason"] == "nhs_number_not_verified"
        _, elsewhere = await sent(system, caseload, nurse, family_name="Włodarczyk")
        assert (await standing(nurse, elsewhere, "held"))["reason"] == "name_not_addressable"
        assert len(mesh.sent) == 2, "what is held went nowhere"
        counts, differences = await reconciled(system)
        assert counts == (4, 1, 1)
        assert ("not_sent", "no_nhs_number") in [one[1:] for one in differences]


async def test_a_contact_that_never_became_a_document_is_found_by_what_was_recorded(
    databases: Databases, caseload: Caseload
) -> None:
    async with beside_mesh(databases, caseload, Mesh()) as system:
        nurse, lost, kept = await system.nurse("interop"), a_shared_record(), a_shared_record()
        await record_contact(system, caseload, kept)
        caseload.clients.clear()
        with_caseload_silent = Caseload()
        await record_contact(system, with_caseload_silent, lost)
        await record_contact(system, with_caseload_silent, a_record())
        counts, differences = await reconciled(system)
        assert counts == (2, 0, 0), "what is shared with no surgery is not counted"
        (missing,) = [one for one in differences if one[0] == lost["care_contact"][0]["id"]]
        assert missing[1] == "not_sent"
        assert "dead letters" in missing[2], missing

        stopped = a_shared_record()
        stopped["surgery_share"][0]["stopped_at"] = "2026-11-10T11:00:00Z"
        client_id = await record_contact(system, caseload, stopped)
        (document,) = await documents(nurse, client_id=client_id)
        assert (document["state"], document["reason"]) == ("withdrawn", "share_stopped")
        assert (await reconciled(system))[0] == (2, 0, 0), "what was withdrawn since is expected of nobody"


async def test_what_is_withdrawn_is_never_sent_whatever_is_answered_and_agreed_later(
    databases: Databases, caseload: Caseload
) -> None:
    mesh = Mesh(codes=())
    async with beside_mesh(databases, caseload, mesh) as system:
        nurse = await system.nurse("interop")
        record, document = await sent(system, caseload, nurse)
        await standing(nurse, document, "sent")
        await _stopped(system, record)
        (left,) = mesh.sent.values()
        mesh.put(answer_to(left.headers["mex-localid"], "30002"), WorkflowID=ACK)
        refused = await standing(nurse, document, lambda one: one["answered_at"] is not None)
        assert refused["state"] == "withdrawn"
        again = await send_now(nurse, document)
        assert (again.status_code, again.json()["code"]) == (409, "not_shared_with_the_surgery")

        waiting = a_shared_record()
        client_id = await record_contact(system, caseload, waiting)
        await _stopped(system, waiting)
        anew = another_contact(waiting, "2026-11-10T17:00:00Z")
        anew["surgery_share"] = [*a_shared_record()["surgery_share"]]
        anew["surgery_share"][0]["episode_of_care_id"] = waiting["episode_of_care"][0]["id"]
        await record_contact(system, caseload, anew)
        _, later = await documents(nurse, client_id=client_id)
        assert later["contacts"] == [anew["care_contact"][-1]["id"]], "what was recorded before is not told"


@pytest.mark.parametrize(("pds_url", "state"), [("https://pds.example/FHIR/R4", "held"), ("", "acknowledged")])
async def test_a_letter_goes_to_no_practice_but_the_one_that_the_client_shares_with(
    databases: Databases, caseload: Caseload, pds_url: str, state: str
) -> None:
    mesh = Mesh()
    async with beside_mesh(databases, caseload, mesh, pds_url=pds_url) as system:
        nurse, record = await system.nurse("interop"), a_shared_record()
        client_id = await record_contact(system, caseload, record)
        await _traced(system, "verified", "B86001", referral_id=UUID(record["referral"][0]["id"]))
        await _traced(system, "found", "A81001", client_id=UUID(client_id))
        (document,) = await documents(nurse, client_id=client_id)
        await send_now(nurse, document)
        shown = await standing(nurse, document, state)
        if state == "held":
            assert (shown["reason"], mesh.sent) == ("another_practice", {})
            await _traced(system, "verified", "a81001", client_id=UUID(client_id))
            await send_now(nurse, document)
            await standing(nurse, document, "acknowledged")


async def _traced(system: Running, outcome: str, practice: str, **whose: UUID) -> None:
    about = {"nhs_number_status": "01", "differs": [], "is_restricted": False, "has_died": False, "asked_by": None}
    async with system.databases["interop"].transaction(SYSTEM) as tx:
        row = Trace(team_id=TEAM, outcome=outcome, gp_ods_code=practice, asked_at=tx.now, changed_at=tx.now, **about)
        for name, value in whose.items():
            setattr(row, name, value)
        tx.add(row)


async def _stopped(system: Running, record: dict[str, Any]) -> None:
    stop = {"surgery_share_id": record["surgery_share"][0]["id"], "client_id": record["client"]["id"]}
    await system.deliver("interop", "caseload.surgery_share.stopped.v1", stop)


async def test_a_report_of_non_delivery_waits_for_a_person(databases: Databases, caseload: Caseload) -> None:
    mesh = Mesh(codes=())
    async with beside_mesh(databases, caseload, mesh) as system:
        nurse = await system.nurse("interop")
        _, document = await sent(system, caseload, nurse)
        await standing(nurse, document, "sent")
        busy = await send_now(nurse, document)
        assert (busy.status_code, busy.json()["code"]) == (409, "on_its_way_to_the_surgery")
        (mesh_id,) = mesh.sent
        mesh.report(mesh_id, "14", "Message not collected by recipient after 5 days")
        assert (await standing(nurse, document, "undelivered"))["reason"] == "mesh_14"
        mesh.codes = (ARRIVED, FILED)
        await send_now(nurse, document)
        await standing(nurse, document, "acknowledged")
        # The report of the first sending comes once more, when the second has arrived.
        mesh.report(mesh_id, "14", "Message not collected by recipient after 5 days")
        await until(lambda: not mesh.inbox)
        assert (await standing(nurse, document, "acknowledged"))["sends"] == 2
        assert [one["outcome"] for one in await messages(system)][-1] == "late"


async def test_what_nobody_answers_is_sent_again_and_at_last_waits_for_a_person(
    databases: Databases, caseload: Caseload
) -> None:
    mesh = Mesh(codes=())
    async with beside_mesh(databases, caseload, mesh) as system:
        nurse = await system.nurse("interop")
        _, document = await sent(system, caseload, nurse)
        for sends in (1, 2, 3):
            await standing(nurse, document, lambda one, sends=sends: one["sends"] == sends)
            await overdue(system, document)
        dead = await standing(nurse, document, "dead")
        assert (dead["reason"], len(mesh.sent)) == ("not_answered", 3)
        assert await reconciled(system) == ((1, 1, 0), [(document["id"], "not_acknowledged", "not_answered")])
        mesh.codes = ("20008",)
        await send_now(nurse, document)
        await standing(nurse, document, "acknowledged")


async def test_whatever_lies_in_the_mailbox_is_kept_and_what_nobody_knows_waits_for_ops(
    databases: Databases, caseload: Caseload
) -> None:
    mesh = Mesh()
    async with beside_mesh(databases, caseload, mesh) as system:
        unknown = answer_to("0f0f0f0f-0000-4000-8000-000000000000", FILED)
        put = {
            mesh.put(unknown, WorkflowID=ACK): "unknown",
            mesh.put(b"<html>Bad gateway</html>", WorkflowID=ACK): "unreadable",
            mesh.put(b"\xff\xfe\x00", WorkflowID=ACK): "unreadable",
            mesh.put(b'{"entry": [1]}', WorkflowID=ACK): "unreadable",
            mesh.put(b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", WorkflowID=ACK): "unreadable",
            mesh.put(b"x" * (3 * MOST_BYTES), WorkflowID=ACK): "unreadable",
            mesh.put(unknown, WorkflowID=ACK, To="SOMEBODY01"): "not_ours",
            mesh.put(b"a,b", WorkflowID="PATHOLOGY"): "not_ours",
            mesh.put(b"", WorkflowID=ACK[:-4], MessageType="REPORT", LocalID="17"): "unknown",
        }
        await until(lambda: not mesh.inbox)
        assert {one["mesh_id"]: one["outcome"] for one in await messages(system)} == put
        assert max(len(one.raw) for one in await stored(system, MeshMessage)) == MOST_BYTES + 1
        (first,) = await messages(system, outcome="unknown", limit=1)
        assert first["sender"] == PRACTICE
        ops = await system.client("interop", "ops-1", "ops")
        path = f"/v1/mesh-messages/{first['id']}"
        assert (await ops.post(f"{path}/settle")).json()["outcome"] == "settled"
        twice = await ops.post(f"{path}/settle")
        assert (twice.status_code, twice.json()["code"]) == (409, "nothing_to_settle")
        assert (await ops.get(path)).json()["outcome"] == "settled"


async def test_while_mesh_is_away_or_denies_us_nothing_is_lost_and_ops_see_why(
    databases: Databases, caseload: Caseload
) -> None:
    mesh = Mesh(password="another")
    async with beside_mesh(databases, caseload, mesh) as system:
        nurse, ops = await system.nurse("interop"), await system.client("interop", "ops-1", "ops")

        async def standing_of_mesh() -> Any:
            (partner,) = [one for one in (await ops.get("/v1/partners")).json()["items"] if one["name"] == "mesh"]
            return partner

        async def is_failing() -> Any:
            partner = await standing_of_mesh()
            return partner if partner["state"] == "failing" else None

        assert (await until(is_failing))["last_error"] == "denied"
        _, document = await sent(system, caseload, nurse)
        mesh.password = "password"
        filed = await standing(nurse, document, "acknowledged")
        assert (await standing_of_mesh())["state"] == "working"

        mesh.faults = [Response("<html>502</html>", 502)] * 1000
        assert (await until(is_failing))["last_error"] == "http_502"
        record, later = await sent(system, caseload, nurse)
        assert (await documents(nurse, client_id=record["client"]["id"]))[0]["state"] == "waiting"
        mesh.faults = []
        await standing(nurse, later, "acknowledged")
        assert (await standing_of_mesh())["state"] == "working"
        assert (await standing(nurse, filed, "acknowledged"))["sends"] == 1
