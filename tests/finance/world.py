"""Finance with a costed contact, an episode of reablement and a budget, for the tests that ask everybody for them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.common.service import Service
from tests.access.world import World, started
from tests.finance.facts import (
    CONTACT,
    CONTRACT,
    REABLEMENT,
    a_budget,
    a_contact,
    a_contract,
    a_reablement,
    office,
)
from tests.running import Databases


@asynccontextmanager
async def world(service: Service, databases: Databases) -> AsyncIterator[World]:
    async with started(service, databases) as made:
        contact, budget = a_contact(started_at="2026-03-10T09:30:00Z"), a_budget(starts_on="2026-03-01")
        agreed = a_reablement(client_id=contact["client_id"])
        for name, fact in ((CONTRACT, a_contract()), (CONTACT, contact), (REABLEMENT, agreed)):
            await made.system.deliver("finance", name, fact)
        answer = await (await office(made.system)).post("/v1/budgets", json=budget)
        assert answer.status_code == 201, answer.text
        part = "/v1/budgets/{budget_id}/contributions/{contribution_id}"
        made.ids |= {"budget_id": budget["id"], "contribution_id": budget["contributions"][0]["id"]}
        made.bodies |= {
            "POST /v1/budgets": a_budget(starts_on="2030-01-01"),
            f"POST {part}/invoiced": {"invoiced_pence": 1_000_000},
            f"POST {part}/paid": {"paid_pence": 1_000_000},
        }
        made.secrets |= {"client": {contact["client_id"]}}
        yield made
