"""What roster's capacity adds to the world of the tests that ask everybody: ids, bodies and secrets."""

from typing import Any

from uuid6 import uuid7

from tests.access.world import World
from tests.running import TEAM


def a_vacancy() -> dict[str, Any]:
    about = {"minutes_per_week": 1350, "role": "registered_nurse", "from_on": "2026-11-30"}
    return {"id": str(uuid7()), "team_id": str(TEAM), **about}


def a_floor() -> dict[str, Any]:
    about = {"skill": "catheter", "fewest": 2, "from_on": "2026-11-30"}
    return {"id": str(uuid7()), "team_id": str(TEAM), **about}


async def add(made: World) -> None:
    """A vacancy, and a question about two visits a week."""
    nurse, vacancy = await made.system.nurse("roster"), a_vacancy()
    answer = await nurse.post("/v1/vacancies", json=vacancy)
    assert answer.status_code == 201, answer.text
    made.ids["vacancy_id"] = vacancy["id"]
    made.bodies |= {
        "POST /v1/vacancies": a_vacancy(),
        "POST /v1/vacancies/{vacancy_id}/fill": {"filled_on": "2026-12-10"},
        "POST /v1/staffing-floors": a_floor(),
        "POST /v1/capacity/what-if": {"team_id": str(TEAM), "visits": [{"times_a_week": 2, "minutes": 60}]},
    }
