"""What is around a client, as bodies to send and as something of everything for the tests that ask everybody."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from services.caseload.domain.feedback import quarter_of
from services.common.types import day_in_england
from tests.access.world import World
from tests.caseload.story import OnCaseload, new_id
from tests.running import NURSE, TEAM

IN_PERSON = {"given_on": "2026-11-03", "how": "in_person"}
ASSET_DETAILS = {"name": "Barrow Befrienders", "kind": "befriending", "place": "Village hall, Thursdays at two"}


def today() -> date:
    return day_in_england(datetime.now(UTC))


def ago(days: int) -> str:
    return str(today() - timedelta(days=days))


def ahead(days: int) -> str:
    return ago(-days)


def a_neighbour(client_id: str, **changes: Any) -> dict[str, Any]:
    person = {
        "id": new_id(),
        "client_id": client_id,
        "name": "Jean Catchpole",
        "tie": "neighbour",
        "flow": "to_client",
        "does": "Waters the geraniums on Mondays",
        "phone": "01284 000000",
        "consent": IN_PERSON,
    }
    return person | changes


def an_action(client_id: str, **changes: Any) -> dict[str, Any]:
    return {"id": new_id(), "client_id": client_id, "words": "Ring the optician about the lenses"} | (
        changes or {"employee_id": str(NURSE), "due_on": ahead(3)}
    )


def a_discussion(client_id: str, **changes: Any) -> dict[str, Any]:
    discussion = {
        "id": new_id(),
        "client_id": client_id,
        "held_on": "2026-11-05",
        "lead": "Social worker, county council",
        "present": ["Matron, community hospital"],
        "outcome": "Stays at home with equipment for the stairs",
        "actions": [{"id": new_id(), "words": "Order the second rail", "employee_id": str(NURSE)}],
    }
    return discussion | changes


def a_carer(network_person_id: str, **changes: Any) -> dict[str, Any]:
    carer = {
        "id": new_id(),
        "network_person_id": network_person_id,
        "identified_on": "2026-11-03",
        "needs": "Has not slept through since August",
        "hours_per_week": 60,
    }
    return carer | changes


def a_strain(**changes: Any) -> dict[str, Any]:
    return {"id": new_id(), "measured_on": "2026-11-04", "scale": "zbi_12", "score": 20, **changes}


def an_asset(**changes: Any) -> dict[str, Any]:
    return {"id": new_id(), "team_id": str(TEAM), "confirmed_on": "2026-11-01", **ASSET_DETAILS, **changes}


def an_introduction(client_id: str, asset_id: str, **changes: Any) -> dict[str, Any]:
    introduction = {
        "id": new_id(),
        "client_id": client_id,
        "asset_id": asset_id,
        "offered_on": "2026-11-02",
        "hoped_for": "Somebody to play cribbage with",
    }
    return introduction | changes


def an_agency(client_id: str, **changes: Any) -> dict[str, Any]:
    care = {
        "id": new_id(),
        "client_id": client_id,
        "agency": "Suffolk Home Care",
        "phone": "01284 000001",
        "kind": "personal_care",
        "times": [{"days": [1, 2, 3, 4, 5], "at": "09:00", "minutes": 30}],
        "from_on": "2026-01-01",
    }
    return care | changes


def a_test(client_id: str, **changes: Any) -> dict[str, Any]:
    test = {
        "id": new_id(),
        "client_id": client_id,
        "kind": "blood",
        "what": "INR",
        "why": "Warfarin since her clot in May",
        "requested_by": "GP, Barrow Surgery",
        "requested_on": ago(10),
        "take_by": ahead(1),
        "chaser_id": str(NURSE),
    }
    return test | changes


def a_skill(client_id: str, **changes: Any) -> dict[str, Any]:
    return {"id": new_id(), "client_id": client_id, "skill": "Her own eye drops", "wanted_on": "2026-11-01", **changes}


async def write_around(made: World, client: OnCaseload) -> None:
    person, asset = a_neighbour(client.client_id), an_asset()
    await client.post("/v1/network-people", person)
    await client.post("/v1/assets", asset)
    kept = {
        "action_id": ("actions", an_action(client.client_id)),
        "mdt_discussion_id": ("mdt-discussions", a_discussion(client.client_id)),
        "carer_id": ("carers", a_carer(person["id"])),
        "introduction_id": ("introductions", an_introduction(client.client_id, asset["id"])),
        "other_care_id": ("other-care", an_agency(client.client_id)),
        "test_id": ("tests", a_test(client.client_id)),
        "skill_id": ("self-care-skills", a_skill(client.client_id)),
    }
    for path, body in kept.values():
        await client.post(f"/v1/{path}", body)
    drawn = await client.post("/v1/feedback-rounds", a_round())
    made.ids |= {name: body["id"] for name, (_, body) in kept.items()}
    made.ids |= {
        "network_person_id": person["id"],
        "asset_id": asset["id"],
        "feedback_round_id": drawn["id"],
        "asked_id": drawn["asked"][0]["id"],
    }
    made.bodies |= _bodies(client, person["id"], asset["id"])
    made.secrets["person"] |= {"Catchpole"}
    made.secrets["words"] |= {
        "Waters the geraniums",
        "Ring the optician",
        "Stays at home with equipment",
        "Has not slept through",
        "cribbage",
        "Suffolk Home Care",
        "clot in May",
        "eye drops",
    }


def a_round(**changes: Any) -> dict[str, Any]:
    return {"id": new_id(), "team_id": str(TEAM), "quarter_on": str(quarter_of(today()))} | changes


def _bodies(client: OnCaseload, person_id: str, asset_id: str) -> dict[str, Any]:
    of, person, skill = client.client_id, "/v1/network-people/{network_person_id}", "/v1/self-care-skills/{skill_id}"
    carer, asset, introduction = "/v1/carers/{carer_id}", "/v1/assets/{asset_id}", "/v1/introductions/{introduction_id}"
    test = "/v1/tests/{test_id}"
    return {
        "POST /v1/network-people": a_neighbour(of),
        f"PUT {person}": {"name": "Jean Catchpole", "tie": "friend"},
        f"POST {person}/consent": IN_PERSON,
        "POST /v1/actions": an_action(of, network_person_id=person_id, agreed_on="2026-11-04"),
        "POST /v1/actions/{action_id}/finish": {"done_on": "2026-11-05"},
        "POST /v1/actions/{action_id}/give-back": {"reason": "The optician rang first"},
        "POST /v1/mdt-discussions": a_discussion(of),
        "POST /v1/carers": a_carer(person_id),
        f"POST {carer}/strain": a_strain(),
        f"POST {carer}/offer-assessment": {"offered_on": "2026-11-05"},
        f"POST {carer}/answer-offer": {"answered_on": "2026-11-06", "wanted": True},
        f"POST {carer}/assessed": {"assessed_on": "2026-11-07"},
        "POST /v1/assets": an_asset(),
        f"PUT {asset}": ASSET_DETAILS,
        f"POST {asset}/confirm": {"confirmed_on": "2026-11-05"},
        f"POST {asset}/close": {"closed_on": "2026-11-05"},
        "POST /v1/introductions": an_introduction(of, asset_id),
        f"POST {introduction}/accept": {"accepted_on": "2026-11-03"},
        f"POST {introduction}/start": {"started_on": "2026-11-05"},
        f"POST {introduction}/follow-up": {
            "followed_up_on": "2026-11-20",
            "still_going": False,
            "why_not": "transport",
        },
        "POST /v1/feedback-rounds": a_round(),
        "POST /v1/feedback/{asked_id}/answer": {"given_on": "2026-11-20", "channel": "phone", "score": 4},
        "POST /v1/other-care": an_agency(of),
        "POST /v1/other-care/{other_care_id}/end": {"until_on": "2026-12-31"},
        "POST /v1/tests": a_test(of),
        f"POST {test}/take": {"taken_on": ago(1)},
        f"POST {test}/result": {"result_on": ago(0), "result": "2.4", "abnormal": False},
        f"POST {test}/act": {"acted_on": ago(0), "acted": "Told her: same dose"},
        f"POST {test}/chase": {"reason": "The van was late", "again_on": ahead(2)},
        f"POST {test}/cancel": {"reason": "Done in hospital"},
        "POST /v1/self-care-skills": a_skill(of),
        f"POST {skill}/step": {"id": new_id(), "kind": "taught", "done_on": "2026-11-05"},
        f"POST {skill}/sign-off": {"signed_off_on": "2026-11-06", "client_words": "I can do it"},
        f"POST {skill}/not-possible": {"because": "not_able", "reason": "Her hands shake", "said_on": "2026-11-06"},
    }
