"""Roster with a shift, a visit and a visit plan, for the tests that ask everybody for them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.common.service import Service
from tests.access.world import World, started
from tests.roster.facts import (
    EDITH,
    NEXT,
    RUTH,
    TOM,
    a_need,
    a_plan,
    a_shift,
    a_visit,
    clearance,
    contact,
    contract,
    episode,
    hear,
)
from tests.roster.worlds import agreeing, capacity, jobs, proposing, swapping, visiting
from tests.running import Databases

PARTS = (visiting, agreeing, swapping, capacity, jobs, proposing)


@asynccontextmanager
async def world(service: Service, databases: Databases) -> AsyncIterator[World]:
    async with started(service, databases) as made:
        await made.system.join("roster", employee=TOM)
        for fact in (clearance(RUTH), episode(EDITH), contract(RUTH, 1800), contact(EDITH, RUTH, {"nursing": 30})):
            await hear(made.system, fact)
        need = a_need()
        await hear(made.system, need)
        nurse, visit = await made.system.nurse("roster"), a_visit()
        for path, body in (("/v1/shifts", a_shift()), ("/v1/visit-plans", a_plan()), ("/v1/visits", visit)):
            answer = await nurse.post(path, json=body)
            assert answer.status_code == 201, answer.text
        made.ids |= {
            "visit_id": visit["id"],
            "visit_need_id": need[1]["test_id"],
            "client_id": str(EDITH),
            "employee_id": str(RUTH),
        }
        made.bodies |= {
            "POST /v1/shifts": a_shift(starts_at="2026-11-25T09:00:00Z", ends_at="2026-11-25T16:30:00Z"),
            "POST /v1/visit-plans": a_plan(),
            "POST /v1/visits": a_visit(**NEXT),
            "POST /v1/visits/{visit_id}/move": {"starts_at": "2026-11-24T12:30:00Z"},
            "POST /v1/visits/{visit_id}/cancel": {"reason": "She is in hospital"},
        }
        made.secrets |= {"client": {str(EDITH)}, "words": {"Compression bandaging"}}
        for part in PARTS:
            await part.add(made)
        yield made
