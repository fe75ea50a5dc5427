"""Interop with a client's record, a partner's message and a share, for the tests that ask everybody for them."""

import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlmodel import col

from demo.partners.pds import Demographics, a_patient
from services.common.auth import SYSTEM, Persona
from services.common.service import Service
from services.common.tokens import unproven_claims
from services.interop.domain.adt import AdtMessage
from services.interop.domain.agency_care import AgencyCare, ToldAgencyCare
from services.interop.domain.bars_exchange import BarsResponse, ResponseStatus, Stage
from services.interop.domain.delivery import CouncilDelivery, DeliveryStatus
from services.interop.domain.gp_document import GpMessage
from services.interop.domain.inbound import Arrival, InboundMessage, InboundReferral
from services.interop.domain.mesh_message import Letter, MeshMessage, MeshOutcome
from services.interop.domain.resource import Resource
from services.interop.domain.share import Share
from services.interop.domain.systmone_extract import Entry, Refusal, SystmoneContact
from services.interop.domain.unit_entry import UnitEntry, UnitTake
from services.interop.settings import InteropSettings
from services.interop.store import systmone as store
from services.interop.usecases import answer_adt, export_next
from tests.access.world import GUEST, World, started
from tests.interop.adt import an_adt
from tests.interop.answers import BASE, PATH, serve_team, stored
from tests.interop.bars_message import a_message, ids
from tests.interop.council import MINUTES, SECRET, a_share, agree, change_plan, connect, support, take_on
from tests.interop.gp import a_shared_record, documents, record_contact
from tests.interop.hook import a_subscription
from tests.interop.plain import a_plain_referral
from tests.interop.records import Caseload, a_record
from tests.interop.returning import PROVIDER, a_return
from tests.interop.returning import made as returned
from tests.interop.tracing import CONNECTED, HELD, MAUREEN, NEWER, around, ask
from tests.interop.unit import LAYOUT, a_file, held
from tests.running import TEAM, Databases, Running, until

A_MESSAGE = b"""<Bundle xmlns="http://hl7.org/fhir"><entry/><entry><resource><Bundle><entry/><entry><resource><Binary>
<content value="JVBERg=="/></Binary></resource></entry></Bundle></resource></entry></Bundle>"""

CONTACT = select(col(Resource.resource_id)).where(col(Resource.resource_type) == "Encounter").limit(1)
CALLS = {
    "council_ref": "LAS-40021",
    "care_ref": "PKG-7",
    "agency": "Larkfield",
    "kind": "personal_care",
    "times": [{"days": [1], "at": "08:45", "minutes": 45}],
    "from_on": "2026-11-02",
}


@asynccontextmanager
async def world(service: Service, databases: Databases) -> AsyncIterator[World]:
    caseload = Caseload()
    # Nothing is delivered meanwhile, so that what changes is what was asked for.
    async with started(
        dataclasses.replace(service, background=()),
        databases,
        _around(caseload),
        **PROVIDER,
        **CONNECTED,
        systmone_layout=LAYOUT,
    ) as made:
        system = made.system
        client_id, connection_id = await take_on(system, caseload), await connect(system)
        share = await agree(system, client_id, connection_id, fields=["council_ref", "intervention", *MINUTES])
        await support(system, client_id)
        submission_id = await _reviewed(system, caseload, client_id)
        await serve_team(system)
        trust = await system.client("interop", "trust-tie", "integrator")
        assert (await trust.post(PATH, json=a_message(), headers=ids())).status_code == 200
        (inbound,) = await stored(system, InboundReferral)
        response_id, adt_message_id = await _told_of(system, inbound)
        plain = a_plain_referral()
        assert (await (await made.caller(Persona.INTEGRATOR)).post("/v1/referrals", json=plain)).status_code == 201
        job_id, file_id = await _exported(made)
        told = await returned(system, trust, period="2026-11")
        made.ids |= {
            "group_id": str(TEAM),
            "subscription_id": await _subscribed(made),
            "export_job_id": job_id,
            "export_file_id": file_id,
            "return_id": told["id"],
            "file_name": "CYP001MPI.csv",
            "resource_type": "Patient",
            "resource_id": client_id,
            "vid": "1",
            "inbound_referral_id": str(inbound.id),
            "receipt_id": plain["id"],
            "response_id": response_id,
            "adt_message_id": adt_message_id,
            "connection_id": connection_id,
            "share_id": share["id"],
            "submission_id": submission_id,
            "delivery_id": await _given_up(system),
            "client_id": client_id,
            **await _told_by_others(system, UUID(share["id"])),
            **await _written_to_gp(system, caseload),
            **await _traced(system, caseload),
            **await _held_in_systmone(system),
            **await _to_be_written(made, client_id),
        }
        endpoint = {"id": share["id"], "dos_service_id": "333333333", "team_id": str(TEAM)}
        council = {"name": "Cumbria", "url": "https://council.example/events", "secret": SECRET}
        made.bodies |= {
            "POST /v1/traces": {"id": share["id"], "client_id": made.ids["traced_client_id"]},
            "POST /v1/service-endpoints": endpoint,
            "POST /fhir/R4/Subscription": a_subscription(),
            "POST /v1/referrals": a_plain_referral(),
            "POST /v1/returns": a_return(period="2026-11"),
            "POST /v1/social-care/agency-care": CALLS,
            "POST /v1/social-care/days/{day}/acknowledgements": {"sha256": "0" * 64, "rows": 0, "control_totals": {}},
            "POST /v1/systmone-entries/take": {"device": "PC-1"},
            "POST /v1/systmone-entries/{unit_entry_id}/outcome": {"take_id": made.ids["take_id"], "outcome": "written"},
            "POST /v1/systmone-entries/{unit_entry_id}/settle": {"found": "there"},
            "PUT /v1/connections/{connection_id}": council,
            "POST /v1/shares": a_share(client_id, connection_id),
            "POST /v1/social-care/submissions/{submission_id}/correct": {"case_id": "LAS-40093"},
            "POST /v1/care-plan-changes/{submission_id}/keyed": {"council_reference": "LAS-N-1"},
        }
        made.secrets |= {
            "person": {"Maureen", "Tabor"},
            "number": {HELD, NEWER},
            "client": {client_id},
            "shared": {"Help to wash, evenings"},
            "words": {"Leg ulcer", "Walk to chapel", "Help with a bath"},
        }
        yield made


def _around(caseload: Caseload) -> dict[str, Any]:
    nhs = Demographics(instead={HELD: NEWER})
    nhs.knows(a_patient(NEWER, **MAUREEN))
    return {"caseload": caseload.app(), **around(nhs)}


async def _traced(system: Running, caseload: Caseload) -> dict[str, str]:
    """A number that was superseded, which waits for a nurse's word."""
    record = a_record()
    caseload.clients[record["client"]["id"]] = record
    answer = await ask(await system.nurse("interop"), client_id=record["client"]["id"])
    assert answer.status_code == 201, answer.text
    return {"trace_id": answer.json()["trace"]["id"], "traced_client_id": record["client"]["id"]}


async def _held_in_systmone(system: Running) -> dict[str, str]:
    """An extract that was refused before its layout was put right, and a contact from an earlier one."""
    raw = a_file(held("1", HELD, "09:00"))
    async with system.databases["interop"].transaction(SYSTEM) as tx:
        for name, entries in (("earlier", [Entry(TEAM, "0", HELD, tx.today)]), ("refused", [])):
            await store.keep(tx, name, name, raw, None)
            kept = await store.locked(tx, name)
            assert kept is not None
            kept.was_refused(Refusal.ENCODING, None, tx.now)
            await tx.session.flush()
            await store.put(tx, kept.id, entries)
    (contact,) = await stored(system, SystmoneContact)
    return {"systmone_extract_id": str(kept.id), "systmone_contact_id": str(contact.id)}


async def _to_be_written(made: World, client_id: str) -> dict[str, str]:
    """An entry for the unit that its agent had and did not answer for, and another that waits."""
    tie, app = await made.caller(Persona.INTEGRATOR), made.system.apps["interop"]
    agent = unproven_claims(tie.headers["authorization"].split()[1])["sub"]
    told = InteropSettings(systmone_writes={"NORTH": {"team_id": TEAM, "agent": agent}})
    app.state.settings = app.state.settings.model_copy(update={"systmone_writes": told.systmone_writes})
    about: dict[str, Any] = {"team_id": TEAM, "client_id": UUID(client_id)}
    async with made.system.databases["interop"].transaction(SYSTEM) as tx:
        (contact,) = await tx.all(CONTACT.where(col(Resource.client_id) == UUID(client_id)))
        asked = [
            UnitEntry.of(**about, care_contact_id=one, started_at=tx.now, now=tx.now) for one in (contact, uuid4())
        ]
        tx.session.add_all(asked)
        await tx.session.flush()
        entry = asked[1]
        take = UnitTake(unit_entry_id=entry.id, subject=agent, device="PC-1", taken_at=tx.now, until_at=tx.now)
        tx.add(take)
        entry.lend(take, tx.now)
        entry.lease_is_over(tx.now)
        return {"unit_entry_id": str(entry.id), "take_id": str(take.id)}


async def _told_of(system: Running, inbound: InboundReferral) -> tuple[str, str]:
    """A response that its receiver refused, and a hospital's message about somebody whom nobody knows."""
    database = system.databases["interop"]
    async with database.transaction(SYSTEM) as tx:
        to = ("https://fhir.nhs.uk/Id/dos-service-id|2222222222", "a5t1|referral|servicerequest-response|new")
        made = BarsResponse.queued(inbound, Stage.INTERIM, uuid4(), "{}", to=to, now=tx.now)
        made.settled(ResponseStatus.REFUSED, 422, tx.now)
        tx.add(made)
        response_id = str(made.id)
    assert await answer_adt(database, InteropSettings(), an_adt(number="9990000018").encode())
    (waiting,) = await stored(system, AdtMessage)
    return response_id, str(waiting.id)


async def _told_by_others(system: Running, share_id: UUID) -> dict[str, str]:
    """A council's agency, and a message of a partner's that we failed over."""
    async with system.databases["interop"].transaction(SYSTEM) as tx:
        failed = InboundMessage.received(Arrival(b"{}", "application/fhir+json", None, None), "trust-tie", tx.now)
        tx.add(failed)
        await tx.session.flush()
        care = AgencyCare.first_told(ToldAgencyCare.model_validate(CALLS), await tx.get(Share, share_id), tx.now)
        tx.add(care)
        return {"inbound_message_id": str(failed.id), "agency_care_id": str(care.id)}


async def _given_up(system: Running) -> str:
    """A fact that could not be delivered."""
    async with system.databases["interop"].transaction(SYSTEM) as tx:
        delivery: CouncilDelivery = (await tx.all(select(CouncilDelivery).limit(1)))[0]
        delivery.status = DeliveryStatus.DEAD
        return str(delivery.id)


async def _written_to_gp(system: Running, caseload: Caseload) -> dict[str, str]:
    """A document to a GP that has left once, and a message of our mailbox that nobody knows."""
    await record_contact(system, caseload, a_shared_record())
    (document,) = await documents(await system.nurse("interop"))
    letter = Letter("A1", "US", "THEM", "OTHER", "DATA", None, None, None, "text/plain", b"")
    async with system.databases["interop"].transaction(SYSTEM) as tx:
        message = GpMessage(gp_document_id=UUID(document["id"]), number=1, made_at=tx.now, raw=A_MESSAGE)
        kept = MeshMessage.kept(letter, tx.now)
        kept.judged(MeshOutcome.NOT_OURS, None, tx.now)
        tx.session.add_all([message, kept])
    return {"gp_document_id": document["id"], "mesh_message_id": str(kept.id)}


async def _subscribed(made: World) -> str:
    tie = await made.caller(Persona.INTEGRATOR)
    answer = await tie.post(f"{BASE}/Subscription", json=a_subscription())
    assert answer.status_code == 201, answer.text
    subscription_id: str = answer.json()["id"]
    return subscription_id


async def _exported(made: World) -> tuple[str, str]:
    """An export of one type, with its file."""
    tie = await made.caller(Persona.INTEGRATOR)
    begun = await tie.get(f"{BASE}/$export?_type=Patient", headers={"Prefer": "respond-async"})
    where = begun.headers["content-location"]
    await until(lambda: export_next(made.system.databases["interop"], timedelta(0)))
    (one,) = (await tie.get(where)).json()["output"]
    return where.rpartition("/")[2], one["url"].rpartition("/")[2]


async def _reviewed(system: Running, caseload: Caseload, client_id: str) -> str:
    """A change of the plan that the guest has reviewed."""
    change = await change_plan(system, client_id)
    words = {"id": change["line_id"], "words": "Help to wash, evenings"}
    caseload.seat(client_id, social_care_lines=[words])
    guest = await system.client("interop", GUEST, Persona.SOCIAL_WORKER)
    (shown,) = (await guest.get("/v1/care-plan-changes")).json()["items"]
    submission_id: str = shown["submission"]["id"]
    assert (await guest.post(f"/v1/care-plan-changes/{submission_id}/review")).status_code == 200
    return submission_id
