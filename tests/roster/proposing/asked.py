"""Questions about a rota, with their answers."""

from typing import Any
from uuid import UUID

from services.roster.usecases.proposing import HANDLERS
from tests.roster.agreeing.made import Planning, day, id_of
from tests.roster.facts import RUTH
from tests.roster.jobs.asked import over, working
from tests.running import Running


async def answered(roster: Running, asked: Any) -> Any:
    """What came of a job that was asked for."""
    assert asked.status_code == 202, asked.text
    async with working(roster, HANDLERS):
        job = await over(roster, UUID(asked.json()["id"]), 60)
    assert job.state == "done", job.failure_code
    return job.result


async def ask_proposals(planning: Planning, **changes: Any) -> Any:
    return await planning.nurse.post(f"/v1/rotas/{planning.rota['id']}/proposals", json={"seconds": 2} | changes)


async def ask_repair(planning: Planning, who: UUID = RUTH, first: int = 2, last: int = 3, **changes: Any) -> Any:
    away = {"employee_id": str(who), "from_on": day(first), "to_on": day(last), "seconds": 2}
    return await planning.nurse.post(f"/v1/rotas/{planning.rota['id']}/repairs", json=away | changes)


async def ask_why(planning: Planning, version: Any, who: UUID, number: int, code: str | None, **changes: Any) -> Any:
    cell = {"employee_id": str(who), "day_on": day(number), "code": code, "seconds": 2}
    return await planning.nurse.post(f"/v1/rota-versions/{id_of(version)}/why", json=cell | changes)
