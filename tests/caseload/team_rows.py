"""A team and whom it serves, as bodies to send and as something of everything for the tests that ask everybody."""

from typing import Any

from tests.access.world import World
from tests.caseload.around import ago
from tests.caseload.story import OnCaseload
from tests.running import DEPUTY, NURSE

LEAD = {"role": "Social worker", "organisation": "Westmere County Council", "contact": "01632 960200"}


def a_hand_on(**changes: Any) -> dict[str, Any]:
    return {"named_nurse_id": str(DEPUTY), "deputy_id": str(NURSE), "reason": "load"} | changes


def a_lead(**changes: Any) -> dict[str, Any]:
    return {"lead": {**LEAD, "since_on": ago(3), **changes}}


async def write_team_rows(made: World, client: OnCaseload) -> None:
    episode = "/v1/episodes-of-care/{episode_of_care_id}"
    made.bodies |= {
        f"POST {episode}/hand-on": a_hand_on(),
        f"PUT {episode}/sub-team": {"sub_team": "north-lanes"},
        f"PUT {episode}/lead": a_lead(),
    }
