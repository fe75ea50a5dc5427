"""What roster's capacity adds to the world of the tests that ask everybody: ids, bodies and secrets."""

from typing import Any

from uuid6 import uuid7

from services.roster.usecases.capacity import look_at_floors
from tests.access.world import World
from tests.roster.facts import EDITH
from tests.running import TEAM


def a_vacancy() -> dict[str, Any]:
    about = {"minutes_per_week": 1350, "role": "registered_nurse", "from_on": "2026-11-30"}
    return {"id": str(uuid7()), "team_id": str(TEAM), **about}


def a_floor() -> dict[str, Any]:
    about = {"skill": "catheter", "fewest": 2, "from_on": "2199-01-01"}
    return {"id": str(uuid7()), "team_id": str(TEAM), **about}


def a_share() -> dict[str, Any]:
    return {"id": str(uuid7()), "team_id": str(TEAM), "with_team_id": str(uuid7()), "from_on": "2026-01-01"}


def a_category(code: str) -> dict[str, Any]:
    about = {"multiplier_percent": 150, "source": "Our licence", "from_on": "2026-11-01"}
    return {"id": str(uuid7()), "team_id": str(TEAM), "code": code, **about}


def a_dependency() -> dict[str, Any]:
    about = {"client_id": str(EDITH), "category": "complex", "from_on": "2026-12-01"}
    return {"id": str(uuid7()), "team_id": str(TEAM), **about}


async def add(made: World) -> None:
    """A vacancy, a client in a category, and a question about two visits a week."""
    nurse, vacancy, share = await made.system.nurse("roster"), a_vacancy(), a_share()
    for path, body in (
        ("/v1/vacancies", vacancy),
        ("/v1/capacity-shares", share),
        ("/v1/dependency-categories", a_category("complex")),
        ("/v1/dependencies", a_dependency()),
    ):
        answer = await nurse.post(path, json=body)
        assert answer.status_code == 201, answer.text
    made.ids |= {"vacancy_id": vacancy["id"], "capacity_share_id": share["id"]}
    made.bodies |= {
        "POST /v1/vacancies": a_vacancy(),
        "POST /v1/capacity-shares": a_share(),
        "POST /v1/vacancies/{vacancy_id}/fill": {"filled_on": "2026-12-10"},
        "POST /v1/staffing-floors": a_floor(),
        "POST /v1/dependency-categories": a_category("usual"),
        "POST /v1/dependencies": a_dependency(),
        "POST /v1/capacity/what-if": {"team_id": str(TEAM), "visits": [{"times_a_week": 2, "minutes": 60}]},
    }
    # What the watch would find while everybody is asked is found now.
    await look_at_floors(made.system.databases["roster"], None)
