"""A team and whom it serves, as bodies to send and as something of everything for the tests that ask everybody."""

from typing import Any

from tests.access.world import World
from tests.caseload.around import ago
from tests.caseload.story import OnCaseload, new_id
from tests.running import DEPUTY, NURSE, TEAM

LEAD = {"role": "Social worker", "organisation": "Westmere County Council", "contact": "01632 960200"}
PATCH_DETAILS = {
    "name": "North of the church",
    "streets": ["Colethorpe Lane"],
    "postcodes": ["IP29 9"],
    "lsoa_codes": ["E01030001"],
    "population": 1200,
    "imd_decile": 4,
    "need_mix": {"under_65": 800, "65_to_74": 200, "75_to_84": 150, "85_and_over": 50, "living_alone_65_and_over": 90},
    "source": "Census 2021, TS007",
    "counted_on": "2021-03-21",
}
CONSENT = {"given_on": "2026-11-05", "how": "in_person", "told_to": "The health and wellbeing board"}


def a_hand_on(**changes: Any) -> dict[str, Any]:
    return {"named_nurse_id": str(DEPUTY), "deputy_id": str(NURSE), "reason": "load"} | changes


def a_lead(**changes: Any) -> dict[str, Any]:
    return {"lead": {**LEAD, "since_on": ago(3), **changes}}


def a_discharge(client_id: str, **changes: Any) -> dict[str, Any]:
    return {"id": new_id(), "client_id": client_id, "discharged_on": ago(100), "hospital_ods_code": "RGR"} | changes


def a_patch(**changes: Any) -> dict[str, Any]:
    return {"id": new_id(), "team_id": str(TEAM), **PATCH_DETAILS} | changes


def a_listed(number: int = 0, **changes: Any) -> dict[str, Any]:
    person = {"given_name": f"Wilfred {number}", "family_name": "Quayle", "birth_on": "1939-04-01"}
    return {"id": new_id(), "person": person, "why": "frailty"} | changes


def a_list(*people: dict[str, Any], **changes: Any) -> dict[str, Any]:
    told = {"source": "gp", "organisation": "Barrow Surgery", "received_on": ago(0), "basis": "Sharing agreement 7"}
    return {"id": new_id(), "team_id": str(TEAM), "people": list(people) or [a_listed()], **told} | changes


def a_case_study(client_id: str, **changes: Any) -> dict[str, Any]:
    words = {"title": "Walking again", "alias": "Mrs A", "reflection": "She set the pace and we kept it"}
    return {"id": new_id(), "client_id": client_id, **words, "consent": CONSENT} | changes


async def write_team_rows(made: World, client: OnCaseload) -> None:
    discharge, patch, study = a_discharge(client.client_id), a_patch(), a_case_study(client.client_id)
    listed = a_list(a_listed())
    for path, body in (
        ("hospital-discharges", discharge),
        ("patches", patch),
        ("anticipatory-lists", listed),
        ("case-studies", study),
    ):
        await client.post(f"/v1/{path}", body)
    made.ids |= {
        "hospital_discharge_id": discharge["id"],
        "patch_id": patch["id"],
        "anticipatory_list_id": listed["id"],
        "anticipatory_person_id": listed["people"][0]["id"],
        "case_study_id": study["id"],
    }
    made.secrets["person"] |= {"Quayle"}
    made.secrets["words"] |= {study["reflection"]}
    episode, person = "/v1/episodes-of-care/{episode_of_care_id}", "/v1/anticipatory-people/{anticipatory_person_id}"
    made.bodies |= {
        f"POST {episode}/hand-on": a_hand_on(),
        f"PUT {episode}/sub-team": {"sub_team": "north-lanes"},
        f"PUT {episode}/lead": a_lead(),
        "POST /v1/hospital-discharges": a_discharge(client.client_id, discharged_on=ago(50)),
        "POST /v1/hospital-discharges/{hospital_discharge_id}/find": {"found_on": ago(1), "where": "home"},
        "POST /v1/patches": a_patch(),
        "PUT /v1/patches/{patch_id}": PATCH_DETAILS,
        "POST /v1/anticipatory-lists": a_list(a_listed(1)),
        f"POST {person}/offer": {"offered_on": ago(2), "how": "phone"},
        f"POST {person}/answer": {"answered_on": ago(1), "outcome": "wanted"},
        f"POST {person}/take-up": {"referral_id": new_id(), "reason": "Falls, and nobody near"},
        "POST /v1/case-studies": a_case_study(client.client_id),
        "POST /v1/case-studies/{case_study_id}/withdraw": {"withdrawn_on": ago(0)},
    }
