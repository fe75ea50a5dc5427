"""A day of care reaches the GP as one document over MESH, and nobody types it twice."""

import base64
import io
from typing import Any
from xml.etree import ElementTree

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from demo.partners.mesh import Mesh
from services.common.audit.tables import EVENT
from services.common.auth import SYSTEM
from tests.interop.gp import (
    a_shared_record,
    another_contact,
    beside_mesh,
    documents,
    messages,
    record_contact,
    send_now,
    standing,
)
from tests.interop.records import Caseload
from tests.running import STRANGER, Databases

FHIR = "{http://hl7.org/fhir}"


def values(root: ElementTree.Element, path: str) -> list[str]:
    steps = "/".join(FHIR + step for step in path.split("/"))
    return [one.attrib["value"] for one in root.iterfind(f".//{steps}")]


def pdf_text(raw: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(raw)).pages)


async def test_a_day_of_contacts_reaches_the_surgery_as_one_document_and_both_acknowledgements_are_kept(
    databases: Databases, caseload: Caseload, caplog: pytest.LogCaptureFixture
) -> None:
    mesh = Mesh()
    async with beside_mesh(databases, caseload, mesh) as system:
        nurse = await system.nurse("interop")
        record = a_shared_record()
        client_id = await record_contact(system, caseload, record)
        record = another_contact(record, "2026-11-10T17:00:00Z")
        await record_contact(system, caseload, record)
        (waiting,) = await documents(nurse, client_id=client_id)
        assert (waiting["state"], waiting["happened_on"], len(waiting["contacts"])) == ("waiting", "2026-11-10", 2)
        assert mesh.sent == {}, "the day is over, and tablets may still hold something of it"
        assert (await nurse.get(f"/v1/gp-documents/{waiting['id']}/letter")).status_code == 404

        assert (await send_now(nurse, waiting)).status_code == 200
        filed = await standing(nurse, waiting, "acknowledged")
        assert all(filed[name] for name in ("received_at", "answered_at"))
        (sent,) = mesh.sent.values()
        _is_addressed_and_says_no_more(sent.headers)
        _is_as_the_standard_says(ElementTree.fromstring(sent.raw), filed)
        await _reads_well(nurse, filed)

        kept = await messages(system)
        assert [(one["outcome"], one["gp_document_id"]) for one in kept] == [("understood", filed["id"])] * 2
        assert (mesh.inbox, mesh.handshakes, filed["sends"]) == ({}, 1, 1)
        assert await _told_surgery(system) == [filed["id"]]
        assert not any(text in caplog.text for text in ("GPPROVIDER", "9990000204", "Tabor"))


def _is_addressed_and_says_no_more(headers: dict[str, str]) -> None:
    assert headers["mex-to"] == "GPPROVIDER_9990000204_06061936_Tabor"
    assert headers["mex-workflowid"] == "GPCONNECT_SEND_DOCUMENT"
    others = {name: one for name, one in headers.items() if name.startswith("mex-") and name != "mex-to"}
    assert not any(text in str(others) for text in ("9990000204", "Tabor", "1936"))


async def _reads_well(nurse: Any, document: dict[str, Any]) -> None:
    letter = await nurse.get(f"/v1/gp-documents/{document['id']}/letter")
    assert letter.headers["content-type"] == "application/pdf"
    words = pdf_text(letter.content)
    for told in ("Maureen Tabor", "9990000204", "09:00 to 10:05", "Nursing, 45 minutes", "Left lower leg", "42 mm"):
        assert told in words, words
    assert "A private note" not in words


def _is_as_the_standard_says(message: ElementTree.Element, document: dict[str, Any]) -> None:
    assert values(message, "MessageHeader/event/code") == ["ITK007C"]
    assert values(message, "MessageHeader/extension/extension/valueBoolean") == ["true", "true"]
    assert [one.attrib["value"] for one in message.findall(f"{FHIR}type")] == ["message"]
    assert values(message, "Bundle/type") == ["document"]
    (inner,) = message.iterfind(f".//{FHIR}resource/{FHIR}Bundle")
    assert values(inner, "Composition/identifier/value") == [document["id"]]
    resources = [one.tag.removeprefix(FHIR) for each in inner.iter(f"{FHIR}resource") for one in each]
    assert resources == ["Composition", "Organization", "Practitioner", "Patient", "Binary"]
    known = {one.attrib["value"] for one in inner.iter(f"{FHIR}fullUrl")}
    named = values(inner, "section/entry/reference")
    assert set(named) <= known
    assert [named[0]] == [f"urn:uuid:{values(inner, 'Binary/id')[0]}"], "the letter is the primary attachment"
    assert base64.b64decode(values(inner, "Binary/content")[0]).startswith(b"%PDF")


async def _told_surgery(system: Any) -> list[str]:
    async with system.databases["interop"].transaction(SYSTEM) as tx:
        table = tx.metadata.tables[EVENT]
        told = select(table.c.entity_id).where(table.c.operation == "send a document to the GP")
        return [str(one) for one in await tx.all(told)]


async def test_only_what_is_shared_with_the_surgery_goes_there(databases: Databases, caseload: Caseload) -> None:
    mesh = Mesh()
    async with beside_mesh(databases, caseload, mesh) as system:
        nurse, stranger = await system.nurse("interop"), await system.client("interop", STRANGER)
        not_shared = a_shared_record() | {"surgery_share": []}
        told_later = a_shared_record(told_on="2026-11-11")
        stopped = a_shared_record()
        stopped["surgery_share"][0]["stopped_at"] = "2026-11-09T12:00:00Z"
        for record in (not_shared, told_later, stopped):
            await record_contact(system, caseload, record)
        assert await documents(nurse) == []

        record = a_shared_record()
        await record_contact(system, caseload, record)
        (waiting,) = await documents(nurse)
        assert await documents(stranger) == []
        assert (await send_now(stranger, waiting)).status_code == 404
        stop = {"surgery_share_id": record["surgery_share"][0]["id"], "client_id": record["client"]["id"]}
        await system.deliver("interop", "caseload.surgery_share.stopped.v1", stop)
        withdrawn = await standing(nurse, waiting, "withdrawn")
        assert withdrawn["reason"] == "share_stopped"
        refused = await send_now(nurse, waiting)
        assert (refused.status_code, refused.json()["code"]) == (409, "not_shared_with_the_surgery")
        assert mesh.sent == {}


async def test_what_is_recorded_after_a_document_has_left_takes_its_place(
    databases: Databases, caseload: Caseload
) -> None:
    mesh = Mesh()
    async with beside_mesh(databases, caseload, mesh) as system:
        nurse, record = await system.nurse("interop"), a_shared_record()
        await record_contact(system, caseload, record)
        (first,) = await documents(nurse)
        await send_now(nurse, first)
        await standing(nurse, first, "acknowledged")
        await record_contact(system, caseload, record)
        assert len(await documents(nurse)) == 1, "the same contact told again is no news"
        record = another_contact(record, "2026-11-10T17:00:00Z")
        await record_contact(system, caseload, record)
        _, second = await documents(nurse)
        assert (second["edition"], len(second["contacts"])) == (2, 2)
        await send_now(nurse, second)
        await standing(nurse, second, "acknowledged")
        later = ElementTree.fromstring(list(mesh.sent.values())[-1].raw)
        assert values(later, "Composition/relatesTo/targetIdentifier/value") == [first["id"]]
        assert "takes the place" in pdf_text((await nurse.get(f"/v1/gp-documents/{second['id']}/letter")).content)
