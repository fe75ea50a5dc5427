"""Caseload running, with a nurse in the team and one outside it."""

from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from uuid6 import uuid7

from services.caseload.main import SERVICE
from tests.caseload.surgeries import Huddle, in_a_huddle
from tests.running import DEPUTY, OTHER_TEAM, STRANGER, TEAM, Databases, Running, running


@pytest.fixture
async def caseload(databases: Databases) -> AsyncIterator[Running]:
    async with running(databases, SERVICE) as system:
        await system.join("caseload")
        await system.join("caseload", employee=DEPUTY)
        await system.join("caseload", team=OTHER_TEAM, employee=STRANGER)
        yield system


@pytest.fixture
async def huddle(caseload: Running) -> Huddle:
    return await in_a_huddle(caseload)


@pytest.fixture
async def caseload_with_interop(databases: Databases) -> AsyncIterator[Running]:
    """Caseload with a neighbour at interop's address that knows one inbound referral."""
    inbound = {
        "id": str(uuid7()),
        "team_id": str(TEAM),
        "source": "gp",
        "kind": "validation",
        "answer_due_at": "2026-11-04T11:00:00Z",
        "reason": "Referral received through BaRS",
        "urgency": "urgent",
        "received_at": "2026-11-04T09:00:00Z",
        "referrer": "Barrow Surgery",
        "referrer_ods_code": "Z99901",
        "given_name": "Maureen",
        "family_name": "Tabor",
        "birth_on": "1936-06-06",
        "sex": "female",
        "nhs_number": None,
        "nhs_number_status": "07",
        "address_line": None,
        "postcode": None,
        "phone": None,
    }

    async def answer(request: Request) -> Response:
        assert request.headers["authorization"].startswith("Bearer ")
        return JSONResponse(inbound)

    neighbour = Starlette(routes=[Route("/v1/inbound-referrals/{id}", answer)])
    async with running(databases, SERVICE, peers={"interop": neighbour}) as system:
        await system.join("caseload")
        await system.join("caseload", employee=DEPUTY)
        system.extra["inbound"] = inbound
        yield system
