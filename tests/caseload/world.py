"""Caseload with one client who has something of everything, for the tests that ask everybody for it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from services.common.service import Service
from tests.access.world import GUEST, World, started
from tests.caseload.story import (
    OnCaseload,
    a_contact,
    a_plan,
    a_problem,
    a_referral,
    an_acceptance,
    an_assessment,
    new_id,
    take_on,
)
from tests.running import DEPUTY, NURSE, TEAM, Databases

MEASURED = {"measured_at": "2026-11-04T10:20:00Z", "length_mm": 48, "width_mm": 30}
SHARED_FIELDS = ["given_name", "family_name", "care_act_view", "social_care_lines"]


def an_emergency(**changes: Any) -> dict[str, Any]:
    told = {"reason_code": "unplanned_visit", "reason_text": "Found on the stairs, confused; no answer from her team"}
    return {"id": new_id(), **told, **changes}


def a_guest_seat(client_id: str, **changes: Any) -> dict[str, Any]:
    seat = {
        "id": new_id(),
        "client_id": client_id,
        "guest": GUEST,
        "purpose": "One plan for help at home",
        "fields": SHARED_FIELDS,
    }
    return seat | changes


@asynccontextmanager
async def world(service: Service, databases: Databases) -> AsyncIterator[World]:
    async with started(service, databases) as made:
        await made.system.join("caseload", employee=DEPUTY)
        client = await take_on(made.system)
        await _write_record(made, client)
        waiting = a_referral()
        await client.post("/v1/referrals", waiting)
        made.ids |= {
            "client_id": client.client_id,
            "episode_of_care_id": client.episode_id,
            "referral_id": waiting["id"],
            "employee_id": str(NURSE),
        }
        made.bodies |= _bodies(made, client)
        made.secrets |= {
            "person": {"Maureen", "Tabor"},
            "number": {"9990000204"},
            "client": {client.client_id},
            "words": {
                "Leg ulcer; sees nobody",
                "she laughed about the fair",
                "Left lower leg",
                "Compression, two layers",
                "Found on the stairs",
            },
            "shared": {"Help to wash, mornings", "To walk to the village hall"},
        }
        yield made


async def _write_record(made: World, client: OnCaseload) -> None:
    contact, wound, plan = a_contact(client.episode_id), new_id(), a_plan(client.episode_id)
    done, begun = (
        an_assessment(client.episode_id),
        an_assessment(client.episode_id, problems=[a_problem("42", ("42.01",))]),
    )
    seat, emergency = a_guest_seat(client.client_id), an_emergency(client_id=client.client_id)
    await client.post("/v1/care-contacts", contact)
    await client.post("/v1/wounds", {"id": wound, "episode_of_care_id": client.episode_id, "site": "Left lower leg"})
    await client.post(f"/v1/wounds/{wound}/measurements", {"id": new_id(), **MEASURED})
    for assessment in (done, begun):
        await client.post("/v1/assessments", assessment)
    await client.post(f"/v1/assessments/{done['id']}/complete", None)
    await client.post("/v1/care-plans", plan)
    await client.post(f"/v1/care-plans/{plan['id']}/agree", {"agreed_how": "in_person", "agreed_on": "2026-11-04"})
    await client.post("/v1/guest-seats", seat)
    assert (await (await made.stranger()).post("/v1/break-glass", json=emergency)).status_code == 201
    made.ids |= {
        "care_contact_id": contact["id"],
        "wound_id": wound,
        "assessment_id": begun["id"],
        "problem_id": done["problems"][0]["id"],
        "care_plan_id": plan["id"],
        "line_id": plan["lines"][0]["id"],
        "guest_seat_id": seat["id"],
        "break_glass_id": emergency["id"],
    }


def _bodies(made: World, client: OnCaseload) -> dict[str, Any]:
    rating = {"id": new_id(), "occasion": "interim", "knowledge": 4, "behavior": 4, "status": 4}
    return {
        "POST /v1/clients/_search": {"nhs_number": "9990000204"},
        "POST /v1/caseload/_search": {"team_id": str(TEAM), "name": "Tabor"},
        "POST /v1/care-contacts": a_contact(client.episode_id),
        "POST /v1/care-contacts/{care_contact_id}/notes": {"id": new_id(), "words": "He slept well"},
        "POST /v1/wounds": {"id": new_id(), "episode_of_care_id": client.episode_id, "site": "Heel"},
        "POST /v1/wounds/{wound_id}/measurements": {"id": new_id(), **MEASURED},
        "POST /v1/referrals": a_referral(),
        "POST /v1/referrals/{referral_id}/accept": an_acceptance(),
        "POST /v1/referrals/{referral_id}/not-take": {"reason": "no_capacity", "signpost": "The surgery"},
        "POST /v1/assessments": an_assessment(client.episode_id, problems=[a_problem("28", ("28.01",))]),
        "POST /v1/problems/{problem_id}/ratings": rating,
        "POST /v1/care-plans": a_plan(client.episode_id),
        "POST /v1/care-plans/{care_plan_id}/agree": {"agreed_how": "in_person", "agreed_on": "2026-11-04"},
        "PUT /v1/care-plans/{care_plan_id}/lines/{line_id}": {"words": "Three layers"},
        "POST /v1/break-glass": an_emergency(client_id=client.client_id),
        "POST /v1/break-glass/{break_glass_id}/review": {"outcome": "justified", "note": "She rang us as well"},
        "POST /v1/guest-seats": a_guest_seat(client.client_id, guest="farah@council.example"),
    }
