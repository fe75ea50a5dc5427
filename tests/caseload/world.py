"""Caseload with one client who has something of everything, for the tests that ask everybody for it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from services.common.service import Service
from tests.access.world import GUEST, World, started
from tests.caseload.around import write_around
from tests.caseload.copies import write_copies
from tests.caseload.forms import write_forms
from tests.caseload.medicating import ROLES, a_delegation, a_medicine, an_administration, signed_off, told_of_role
from tests.caseload.night import (
    a_check,
    a_driver,
    a_handover,
    a_summary_share,
    an_end_of_life,
    handed_over,
    later,
)
from tests.caseload.photographs import a_jpeg, send_photo
from tests.caseload.referring import bodies_of_referring, write_referring
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
from tests.caseload.surgeries import write_surgery
from tests.caseload.sync.everything import write_sync
from tests.caseload.sync.rounds import write_round
from tests.caseload.team_rows import write_team_rows
from tests.caseload.told import write_told
from tests.caseload.uploading import Sender, told_of
from tests.running import DEPUTY, NURSE, TEAM, Databases

MEASURED = {"measured_at": "2026-11-04T10:20:00Z", "length_mm": 48, "width_mm": 30}
STOCKED = {"drug": "Morphine 10 mg tablets", "controlled": {"unit": "tablet", "per_dose": 1}}
SOMEBODY_ELSE = {"given_name": "Bernard", "family_name": "Pask", "nhs_number": "9990000212", "birth_on": "1941-02-03"}
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
    with TemporaryDirectory() as photos:
        async with started(service, databases, photo_store=Path(photos).as_uri()) as made:
            yield await _filled(made)


async def _filled(made: World) -> World:
    await made.system.join("caseload", employee=DEPUTY)
    client = await take_on(made.system)
    await _write_record(made, client)
    await _hand_over(made, client)
    waiting = a_referral(person=SOMEBODY_ELSE)
    await client.post("/v1/referrals", waiting)
    made.ids |= {
        "client_id": client.client_id,
        "episode_of_care_id": client.episode_id,
        "referral_id": waiting["id"],
        "employee_id": str(NURSE),
    }
    await write_referring(made, client)
    made.bodies |= _bodies(made, client) | _bodies_of_the_night(made, client) | bodies_of_referring(made, client)
    made.secrets |= {
        "person": {"Maureen", "Tabor", "Bernard", "Pask"},
        "number": {"9990000204", "9990000212"},
        "client": {client.client_id},
        "words": {
            "Leg ulcer; sees nobody",
            "she laughed about the fair",
            "Left lower leg",
            "Compression, two layers",
            "Found on the stairs",
            "Morphine 10 mg tablets",
            "Rattling breath",
            "Top of the wardrobe",
            "Settled at two",
            "Who changes the dressing?",
            "Compression twice a week",
        },
        "shared": {"Help to wash, mornings", "To walk to the village hall"},
    }
    await write_around(made, client)
    await write_team_rows(made, client)
    await write_forms(made, client)
    await write_copies(made, client)
    await write_surgery(made, client)
    await write_told(made, client, made.ids["medicine_id"])
    await write_sync(made, client)
    await write_round(made, client)
    return made


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
    photo = await send_photo(client.nurse, wound, a_jpeg())
    assert photo.status_code == 201, photo.text
    upload = await Sender(client.nurse).begin(told_of(wound, a_jpeg()), len(a_jpeg()))
    for assessment in (done, begun):
        await client.post("/v1/assessments", assessment)
    await client.post(f"/v1/assessments/{done['id']}/complete", None)
    await client.post("/v1/care-plans", plan)
    await client.post(f"/v1/care-plans/{plan['id']}/agree", {"agreed_how": "in_person", "agreed_on": "2026-11-04"})
    await client.post("/v1/guest-seats", seat)
    await _write_medicines(made, client)
    assert (await (await made.stranger()).post("/v1/break-glass", json=emergency)).status_code == 201
    made.ids |= {
        "care_contact_id": contact["id"],
        "wound_id": wound,
        "photo_id": photo.json()["id"],
        "upload_id": upload.headers["location"].removeprefix("uploads/"),
        "assessment_id": begun["id"],
        "problem_id": done["problems"][0]["id"],
        "care_plan_id": plan["id"],
        "line_id": plan["lines"][0]["id"],
        "guest_seat_id": seat["id"],
        "break_glass_id": emergency["id"],
    }


async def _write_medicines(made: World, client: OnCaseload) -> None:
    for employee, role in ROLES.items():
        await told_of_role(made.system, employee, role)
    await signed_off(made.system)
    medicine, count = a_medicine(client.client_id, **STOCKED), new_id()
    given, delegation = an_administration(medicine["id"]), a_delegation(medicine["id"])
    await client.post("/v1/medicines", medicine)
    await client.post("/v1/stock-entries", _delivery(medicine["id"]))
    await client.post("/v1/administrations", given)
    await client.post("/v1/delegations", delegation)
    deputy = await made.system.client("caseload", DEPUTY)
    counted = {"id": count, "medicine_id": medicine["id"], "counted": 27}
    assert (await deputy.post("/v1/stock-counts", json=counted)).status_code == 201
    made.ids |= {
        "medicine_id": medicine["id"],
        "administration_id": given["id"],
        "delegation_id": delegation["id"],
        "stock_count_id": count,
    }
    evening = {"happened_at": "2026-11-04T20:05:00Z"}
    made.bodies |= {
        "POST /v1/medicines": a_medicine(client.client_id),
        "POST /v1/medicines/{medicine_id}/stop": {"reason": "Swallows them no more"},
        "POST /v1/administrations": an_administration(medicine["id"], **evening),
        "POST /v1/stock-entries": _delivery(medicine["id"]),
        "POST /v1/stock-counts": {**counted, "id": new_id()},
        "POST /v1/delegations": a_delegation(medicine["id"]),
    }


def _delivery(medicine_id: str) -> dict[str, Any]:
    came = {"movement": "delivered", "quantity": 28, "happened_at": "2026-11-03T09:00:00Z"}
    return {"id": new_id(), "medicine_id": medicine_id, **came}


async def _hand_over(made: World, client: OnCaseload) -> None:
    plan, driver = {"id": new_id(), "client_id": client.client_id, **an_end_of_life()}, a_driver(client.client_id)
    share = a_summary_share(client.client_id)
    await client.post("/v1/end-of-life-plans", plan)
    await client.post("/v1/syringe-drivers", driver)
    await client.post("/v1/summary-shares", share)
    night = await handed_over(made.system, client)
    assert (await night.accept()).status_code == 200
    assert (await night.write_back()).status_code == 201
    made.ids |= {
        "handover_id": night.id,
        "link": night.link,
        "end_of_life_plan_id": plan["id"],
        "syringe_driver_id": driver["id"],
        "summary_share_id": share["id"],
    }


def _bodies_of_the_night(made: World, client: OnCaseload) -> dict[str, Any]:
    opening, shown = {"code": "12345678", "name": "Agnes", "role": "Nurse"}, {"pass_key": "x" * 43}
    return {
        "POST /v1/handovers": a_handover(client.client_id),
        "POST /v1/handovers/{handover_id}/send": {"accept_by": later(hours=1)},
        "POST /v1/end-of-life-plans": {"id": new_id(), "client_id": client.client_id, **an_end_of_life()},
        "POST /v1/end-of-life-plans/{end_of_life_plan_id}/amend": an_end_of_life(),
        "POST /v1/syringe-drivers": a_driver(client.client_id),
        "POST /v1/syringe-drivers/{syringe_driver_id}/checks": a_check(),
        "POST /v1/syringe-drivers/{syringe_driver_id}/stop": {"stopped_at": later(), "reason": "Taken down"},
        "POST /v1/summary-shares": a_summary_share(client.client_id),
        "POST /open/handovers/{link}/accept": opening,
        "POST /open/handovers/{link}/look": shown,
        "POST /open/plan-copies/{link}/open": opening,
        "POST /open/plan-copies/{link}/look": shown,
        "POST /open/plan-copies/{link}/print": shown,
        "POST /open/handovers/{link}/notes": {"id": new_id(), "words": "Slept", "name": "A", "role": "N", **shown},
        "POST /open/handovers/{link}/done": shown,
        "POST /open/summaries/{link}/open": opening,
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
