"""Caseload with one client who has something of everything, for the tests that ask everybody for it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from services.common.service import Service
from tests.access.world import GUEST, World, started
from tests.caseload.story import (
    OnCaseload,
    a_contact,
    a_plan,
    a_problem,
    a_referral,
    adopted,
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
        await _write_of_referring(made, client)
        made.bodies |= _bodies(made, client) | _bodies_of_referring(made)
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
                "Who changes the dressing?",
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


async def _write_of_referring(made: World, client: OnCaseload) -> None:
    """Criteria, a question, a link, and a transfer with somebody on its list."""
    question, link, transfer = a_question(), a_link(), a_transfer()
    criteria, listed = some_criteria(), a_listed_client()
    await adopted(made.system, criteria["decision_id"], criteria["id"], "referral_criteria")
    await client.post("/v1/referral-criteria", criteria)
    await client.post(f"/v1/referrals/{made.ids['referral_id']}/ask", question)
    await client.post("/v1/referral-links", link)
    await client.post("/v1/caseload-transfers", transfer)
    await client.post(f"/v1/caseload-transfers/{transfer['id']}/clients", {"clients": [listed]})
    made.ids |= {
        "referral_criteria_id": criteria["id"],
        "question_id": question["id"],
        "referral_link_id": link["id"],
        "caseload_transfer_id": transfer["id"],
        "transferred_client_id": listed["id"],
    }


def a_question() -> dict[str, Any]:
    return {"id": new_id(), "words": "Who changes the dressing?"}


def a_link() -> dict[str, Any]:
    told = {"kind": "place", "given_to": "The library", "source": "community"}
    return {"id": new_id(), "team_id": str(TEAM), **told}


def a_transfer() -> dict[str, Any]:
    return {"id": new_id(), "team_id": str(TEAM), "from_service": "Community nursing", "expected": 9}


def a_listed_client() -> dict[str, Any]:
    person = {"given_name": "Maureen", "family_name": "Tabor", "nhs_number": "9990000204", "birth_on": "1936-06-06"}
    return {"id": new_id(), "reason": "Leg ulcer; sees nobody else", "person": person}


def some_criteria() -> dict[str, Any]:
    about = {"health_need_required": True, "areas": [], "words": "Whoever has a health need"}
    return {"id": new_id(), "team_id": str(TEAM), "decision_id": new_id(), **about}


def _bodies_of_referring(made: World) -> dict[str, Any]:
    advice = {"safety_net": "Heat or redness", "ring": "The team", "come_back": "Ring us"}
    answered = {"words": "Her sister", "answered_by": "Dr Patel", "answered_at": "2026-11-04T11:00:00Z"}
    today = str(datetime.now(UTC).date())
    secret, person = "x" * 43, {"given_name": "Margaret", "family_name": "Alderton"}
    form = {"person_agrees": True, "reason": "Not eating", "health_need": True}
    return {
        "POST /refer/look": {"secret": secret},
        "POST /refer/referrals": {"secret": secret, "id": new_id(), "person": person, **form},
        "POST /v1/referral-criteria": some_criteria(),
        "POST /v1/referrals/{referral_id}/ask": a_question(),
        "POST /v1/referrals/{referral_id}/reply": {"question_id": made.ids["question_id"], **answered},
        "POST /v1/episodes-of-care/{episode_of_care_id}/discharge": {
            "ended_on": today,
            "reason": "goals_met",
            **advice,
        },
        "POST /v1/episodes-of-care/{episode_of_care_id}/pause": {"reason": "in_hospital", "paused_on": today},
        "POST /v1/episodes-of-care/{episode_of_care_id}/resume": {"resumed_on": today},
        "POST /v1/referral-links": a_link(),
        "POST /v1/caseload-transfers": a_transfer(),
        "POST /v1/caseload-transfers/{caseload_transfer_id}/clients": {"clients": [a_listed_client()]},
        "POST /v1/transferred-clients/{transferred_client_id}/take-over": an_acceptance(),
        "POST /v1/transferred-clients/{transferred_client_id}/leave-out": {"reason": "moved_away"},
    }


def _bodies(made: World, client: OnCaseload) -> dict[str, Any]:
    rating = {"id": new_id(), "occasion": "interim", "knowledge": 4, "behavior": 4, "status": 4}
    return {
        "POST /v1/clients/_search": {"nhs_number": "9990000204"},
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
