"""Caseload as a neighbour, and one client's record as it answers it, made up, with something of every kind in it."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from fastapi import FastAPI, Request, Response
from uuid6 import uuid7

from services.common.tokens import unproven_claims
from tests.running import DEPUTY, NURSE, TEAM

Record = dict[str, Any]


@dataclass
class Caseload:
    """The neighbour: records and referrals by id, at the address where interop asks for them."""

    clients: dict[str, Any] = field(default_factory=dict)
    referrals: dict[str, Any] = field(default_factory=dict)
    # What each client shares with the guest who asks; and the token that was asked with last.
    seats: dict[str, Any] = field(default_factory=dict)
    asked_by: list[str] = field(default_factory=list)
    read: list[str] = field(default_factory=list)
    is_away: bool = False

    def app(self) -> FastAPI:
        app = FastAPI()
        app.add_api_route("/v1/clients/{wanted}", lambda wanted: _answer(self.clients, wanted))
        app.add_api_route("/v1/referrals/{wanted}", lambda wanted: _answer(self.referrals, wanted))
        app.add_api_route("/v1/shared-clients", self._shared_clients)
        app.add_api_route("/v1/shared-clients/{wanted}", self._shared_client)
        return app

    def seat(self, client_id: str, **shared: Any) -> None:
        about = {"client_id": client_id, "until_at": "2199-12-31T00:00:00Z", "fields": ["social_care_lines"]}
        self.seats[client_id] = {**about, **shared}

    def _shared_clients(self, request: Request) -> Any:
        if self.is_away:
            return Response(status_code=503)
        self.asked_by.append(unproven_claims(request.headers["authorization"].split()[1])["sub"])
        return {
            "items": [{name: one[name] for name in ("client_id", "until_at", "fields")} for one in self.seats.values()]
        }

    def _shared_client(self, wanted: str) -> Any:
        self.read.append(wanted)
        return _answer(self.seats, wanted)


def _answer(held: dict[str, Any], wanted: str) -> Any:
    return held[wanted] if wanted in held else Response(status_code=404)


PERSON: Record = {
    "given_name": "Maureen",
    "family_name": "Tabor",
    "birth_on": "1936-06-06",
    "sex": "female",
    "nhs_number": "9990000204",
    "nhs_number_status": "01",
    "address_line": "7 Chapel Row",
    "postcode": "LA14 1AA",
    "phone": "01229 870001",
}


def a_referral(**changes: Any) -> Record:
    referral = {
        "id": str(uuid7()),
        "team_id": str(TEAM),
        "version": 1,
        "source": "gp",
        "reason": "Leg ulcer",
        "urgency": "routine",
        "received_at": "2026-11-02T09:00:00Z",
        "health_need": True,
        "referrer": "Sana Iqbal, Duke Street Surgery",
        "referrer_ods_code": "A81001",
        "inbound_referral_id": None,
        "status": "received",
        "decided_at": None,
        "decided_by": None,
        "decision_id": None,
        "urgent_reason": None,
        "not_taken_reason": None,
        "signpost": None,
        "client_id": None,
    }
    return PERSON | referral | changes


def a_record(client_id: str | None = None, team_id: UUID = TEAM, **person: Any) -> Record:
    """A client with one episode, one problem rated twice, an agreed plan, a contact, and a wound measured once."""
    client_id = client_id or str(uuid7())
    client = PERSON | {"id": client_id, "team_id": str(team_id), "version": 1} | person
    referral = a_referral(team_id=str(team_id), version=2, status="accepted", client_id=client_id)
    episode = _an_episode(client_id, str(team_id), referral["id"])
    assessment = an_assessment()
    problem, ratings = a_rated_problem(assessment["id"])
    plan, lines = _a_plan(client_id)
    contact, activities = _a_contact(client_id, episode["id"], referral["id"])
    wound = {"id": str(uuid7()), "client_id": client_id, "version": 2, "site": "Left lower leg"}
    return {
        "client": client,
        "referral": [referral],
        "episode_of_care": [episode],
        "assessment": [assessment],
        "client_problem": [problem],
        "ratings": ratings,
        "care_plan": [plan],
        "lines": lines,
        "goal": [a_goal(client_id, plan["id"])],
        "care_contact": [contact],
        "activities": activities,
        "notes": [{"id": str(uuid7()), "words": "A private note"}],
        "wound": [wound],
        "measurements": [_a_measurement(wound["id"])],
        "network_person": [],
        "carer": [],
        "photo": [_a_photo(client_id, wound["id"])],
    }


def _an_episode(client_id: str, team_id: str, referral_id: str) -> Record:
    return {
        "id": str(uuid7()),
        "client_id": client_id,
        "team_id": team_id,
        "version": 1,
        "referral_id": referral_id,
        "named_nurse_id": str(NURSE),
        "deputy_id": str(DEPUTY),
        "pathway": "recovery",
        "status": "active",
        "opened_on": "2026-11-03",
    }


def an_assessment(status: str = "complete", assessed_on: str = "2026-11-03") -> Record:
    findings = [
        {"outcome": "hygiene", "ability": "only_with_help", "words": "A private finding"},
        {"outcome": "clothing", "ability": "able", "words": None},
    ]
    return {
        "id": str(uuid7()),
        "version": 2,
        "status": status,
        "assessed_on": assessed_on,
        "assessed_by": str(NURSE),
        "what_matters": "To walk to chapel",
        "care_act": {"needs_from_impairment": True, "findings": findings, "significant_impact": True},
        "eligible": False,
        "carer": "A private word about the carer",
        "home": None,
        "money": "A private word about money",
        "capacity": None,
    }


def a_rated_problem(assessment_id: str, code: str = "26") -> tuple[Record, list[Record]]:
    problem = {
        "id": str(uuid7()),
        "version": 2,
        "assessment_id": assessment_id,
        "code": code,
        "ownership": "individual",
        "type": "actual",
        "signs": [f"{code}.01"],
        "words": "Ulcer over the ankle",
    }
    ratings = [
        {
            "id": str(uuid7()),
            "problem_id": problem["id"],
            "occasion": occasion,
            "knowledge": 2 + later,
            "behavior": 3,
            "status": 2 + later,
            "edition": "2005",
            "rated_by": str(NURSE),
            "rated_at": f"2026-11-{3 + 7 * later:02d}T10:00:00Z",
        }
        for later, occasion in enumerate(("admission", "interim"))
    ]
    return problem, ratings


def _a_plan(client_id: str) -> tuple[Record, list[Record]]:
    plan = {
        "id": str(uuid7()),
        "client_id": client_id,
        "version": 2,
        "client_words": "Walk to chapel by Christmas",
        "expected_visits": 12,
        "ends_on": "2026-12-24",
        "reablement_from": None,
        "status": "agreed",
        "agreed_how": "in_person",
        "agreed_on": "2026-11-04",
        "written_by": str(NURSE),
    }
    lines = [
        _a_line(plan["id"], "nursing", "02.14", "Compression bandage twice a week"),
        _a_line(plan["id"], "social_care", None, "Help with a bath on Fridays"),
    ]
    return plan, lines


def a_goal(client_id: str, plan_id: str, **changes: Any) -> Record:
    goal = {
        "id": str(uuid7()),
        "client_id": client_id,
        "care_plan_id": plan_id,
        "version": 1,
        "words": "Put my own stockings on",
        "status": "working",
        "set_on": "2026-11-04",
        "settled_on": None,
        "reason": None,
    }
    return goal | changes


def _a_photo(client_id: str, wound_id: str) -> Record:
    return {
        "id": str(uuid7()),
        "client_id": client_id,
        "version": 1,
        "wound_id": wound_id,
        "taken_at": "2026-11-10T09:25:00Z",
        "agreed_how": "in_person",
        "sha256": "a" * 64,
        "size_bytes": 204800,
        "width": 1600,
        "height": 1200,
        "added_by": str(NURSE),
    }


def _a_line(plan_id: str, domain: str, intervention: str | None, words: str) -> Record:
    return {
        "id": str(uuid7()),
        "care_plan_id": plan_id,
        "domain": domain,
        "intervention": intervention,
        "words": words,
        "written_by": str(NURSE),
    }


def _a_contact(client_id: str, episode_id: str, referral_id: str) -> tuple[Record, list[Record]]:
    contact = {
        "id": str(uuid7()),
        "client_id": client_id,
        "version": 1,
        "episode_of_care_id": episode_id,
        "referral_id": referral_id,
        "visit_id": str(uuid7()),
        "employee_id": str(NURSE),
        "recorded_by": str(NURSE),
        "channel": "in_person",
        "started_at": "2026-11-10T09:00:00Z",
        "minutes": 65,
        "interventions": ["02.14"],
    }
    minutes = (("nursing", 30), ("personal_care", 20), ("nursing", 15))
    activities = [
        {"id": str(uuid7()), "care_contact_id": contact["id"], "activity_type": kind, "minutes": spent}
        for kind, spent in minutes
    ]
    return contact, activities


def _a_measurement(wound_id: str) -> Record:
    return {
        "id": str(uuid7()),
        "wound_id": wound_id,
        "measured_at": "2026-11-10T09:20:00Z",
        "measured_by": str(NURSE),
        "length_mm": 42,
        "width_mm": 18,
        "area_mm2": 756,
    }
