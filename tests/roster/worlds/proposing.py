"""What roster's proposing adds to the world of the tests that ask everybody: ids, bodies and secrets."""

from datetime import date
from uuid import UUID, uuid4

from services.common.auth import SYSTEM
from services.roster.domain.round_plan import RoundPlan
from tests.access.world import World
from tests.roster.agreeing import made as rota
from tests.roster.facts import RUTH
from tests.roster.proposing.facts import a_base, a_place, a_way, put
from tests.running import TEAM

DAY = "2026-11-24"


async def add(made: World) -> None:
    """A base, a client's place, the way between them as the team knows it, and rounds that were proposed."""
    nurse = await made.system.nurse("roster")
    base, place = await put(nurse, "places", a_base()), await put(nurse, "places", a_place())
    way = await put(nurse, "travel-overrides", a_way(base["id"], place["id"]))
    plan_id, about = await _rounds(made), {"employee_id": str(RUTH), "seconds": 1}
    made.ids |= {"place_id": place["id"], "travel_override_id": way["id"], "round_plan_id": str(plan_id), "day": DAY}
    made.bodies |= {
        "PUT /v1/places/{place_id}": a_place(),
        "PUT /v1/travel-overrides/{travel_override_id}": a_way(base["id"], place["id"]),
        "POST /v1/rounds/{day}/proposals": {"team_id": str(TEAM), "seconds": 1},
        "POST /v1/rotas/{rota_id}/proposals": {"seconds": 1},
        "POST /v1/rotas/{rota_id}/repairs": about | {"from_on": rota.day(0), "to_on": rota.day(1)},
        "POST /v1/rota-versions/{rota_version_id}/why": about | {"day_on": rota.day(0), "code": "E"},
    }
    made.secrets |= {"place": {str(place["latitude"]), str(place["longitude"])}}


async def _rounds(made: World) -> UUID:
    async with made.system.databases["roster"].transaction(SYSTEM) as tx:
        told = {"points": 0, "travel_minutes": 0, "no_break": 0, "known_face_percent": None}
        left = [{"visit_id": made.ids["visit_id"], "why": "Not served: nobody who is able is out in its window."}]
        about = {"stops": [], "unserved": left, "cost": told, "travel_source": "estimate", "job_id": uuid4()}
        plan = RoundPlan(team_id=TEAM, day_on=date.fromisoformat(DAY), changed_at=tx.now, **about)
        tx.add(plan)
    return plan.id
