"""What roster's jobs and skills add to the world of the tests that ask everybody: ids, bodies and secrets."""

from uuid6 import uuid7

from services.common.auth import Persona, Principal
from services.roster.domain.job import JobKind
from services.roster.usecases import jobs
from tests.access.world import World
from tests.roster.facts import RUTH
from tests.running import NURSE, TEAM


async def add(made: World) -> None:
    ruth = Principal(str(NURSE), Persona.NURSE, employee_id=NURSE)
    async with made.system.databases["roster"].transaction(ruth) as tx:
        question = {"members": [str(RUTH)]}
        job = await jobs.ask(tx, team_id=TEAM, kind=JobKind.ROTA, question=question, seconds=5)
    # Whoever follows it is told how it stands, and is not kept waiting for a worker that is not there.
    made.system.apps["roster"].state.is_stopping = lambda: True
    skill = {"id": str(uuid7()), "team_id": str(TEAM), "employee_id": str(RUTH), "skill": "compression"}
    nurse = await made.system.nurse("roster")
    answer = await nurse.post("/v1/member-skills", json=skill | {"from_on": "2026-11-02"})
    assert answer.status_code == 201, answer.text
    made.ids |= {"job_id": str(job.id), "member_skill_id": skill["id"]}
    made.bodies |= {
        "POST /v1/member-skills": skill | {"id": str(uuid7()), "from_on": "2026-12-01"},
        "POST /v1/member-skills/{member_skill_id}/end": {"until_on": "2026-12-31"},
    }
