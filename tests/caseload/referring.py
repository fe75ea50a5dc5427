"""What is around a referral: criteria, questions, links to refer by, and transfers of whole caseloads."""

from datetime import UTC, datetime
from typing import Any

from tests.access.world import World
from tests.caseload.story import OnCaseload, adopted, an_acceptance, new_id
from tests.running import TEAM


def a_review(*client_ids: str) -> dict[str, Any]:
    scores = [{"client_id": one, "acuity": 4, "reason": "Compression twice a week; lives alone"} for one in client_ids]
    return {"id": new_id(), "team_id": str(TEAM), "scores": scores}


async def write_referring(made: World, client: OnCaseload) -> None:
    """Criteria, a question, a link, and a transfer with somebody on its list."""
    question, link, transfer, review = a_question(), a_link(), a_transfer(), a_review(client.client_id)
    await client.post("/v1/acuity-reviews", review)
    criteria, listed = some_criteria(), a_listed_client()
    await adopted(made.system, criteria["decision_id"], criteria["id"], "referral_criteria")
    await client.post("/v1/referral-criteria", criteria)
    await client.post(f"/v1/referrals/{made.ids['referral_id']}/ask", question)
    await client.post("/v1/referral-links", link)
    await client.post("/v1/caseload-transfers", transfer)
    await client.post(f"/v1/caseload-transfers/{transfer['id']}/clients", {"clients": [listed]})
    made.ids |= {
        "acuity_review_id": review["id"],
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


def bodies_of_referring(made: World, client: OnCaseload) -> dict[str, Any]:
    advice = {"safety_net": "Heat or redness", "ring": "The team", "come_back": "Ring us"}
    answered = {"words": "Her sister", "answered_by": "Dr Patel", "answered_at": "2026-11-04T11:00:00Z"}
    today = str(datetime.now(UTC).date())
    secret, person = "x" * 43, {"given_name": "Margaret", "family_name": "Alderton"}
    form = {"person_agrees": True, "reason": "Not eating", "health_need": True}
    return {
        "POST /refer/look": {"secret": secret},
        "POST /refer/referrals": {"secret": secret, "id": new_id(), "person": person, **form},
        "POST /refer/status": {"secret": secret, "receipt_id": new_id()},
        "POST /v1/acuity-reviews": a_review(client.client_id),
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
        "POST /v1/caseload-transfers/{caseload_transfer_id}/correct-count": {"expected": 8, "reason": "One was twice"},
        "POST /v1/caseload-transfers/{caseload_transfer_id}/abandon": {"reason": "They keep their clients"},
        "POST /v1/caseload-transfers/{caseload_transfer_id}/clients": {"clients": [a_listed_client()]},
        "POST /v1/transferred-clients/{transferred_client_id}/take-over": an_acceptance(),
        "POST /v1/transferred-clients/{transferred_client_id}/leave-out": {"reason": "moved_away"},
    }
