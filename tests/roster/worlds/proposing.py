"""What roster's proposing adds to the world of the tests that ask everybody: ids, bodies and secrets."""

from tests.access.world import World
from tests.roster.agreeing import made as rota
from tests.roster.facts import RUTH


async def add(made: World) -> None:
    """What is asked of a solver about the rota that is there already."""
    about = {"employee_id": str(RUTH), "seconds": 1}
    made.bodies |= {
        "POST /v1/rotas/{rota_id}/proposals": {"seconds": 1},
        "POST /v1/rotas/{rota_id}/repairs": about | {"from_on": rota.day(0), "to_on": rota.day(1)},
        "POST /v1/rota-versions/{rota_version_id}/why": about | {"day_on": rota.day(0), "code": "E"},
    }
