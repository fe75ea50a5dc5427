"""Finance with a costed contact, an episode of reablement and a budget, for the tests that ask everybody for them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from uuid6 import uuid7

from services.common.service import Service
from tests.access.world import World, started
from tests.finance.facts import (
    CONTACT,
    CONTRACT,
    MONTH,
    REABLEMENT,
    a_budget,
    a_contact,
    a_contract,
    a_month,
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
        await made.system.deliver("finance", MONTH, a_month())
        answer = await (await office(made.system)).post("/v1/budgets", json=budget)
        assert answer.status_code == 201, answer.text
        reablement_id, assessment_id = await _asked(made)
        part = "/v1/budgets/{budget_id}/contributions/{contribution_id}"
        made.ids |= {"budget_id": budget["id"], "contribution_id": budget["contributions"][0]["id"]}
        made.ids |= {"reablement_id": reablement_id, "assessment_id": assessment_id}
        outcome = {"outcome": "self_funds", "from_on": "2026-12-21", "council_ref": "FA-7"}
        made.bodies |= {
            "POST /v1/budgets": a_budget(starts_on="2030-01-01"),
            "POST /v1/reablement-episodes/{reablement_id}/decide": {"decision": "end"},
            "POST /v1/financial-assessments": {"id": assessment_id, "reablement_id": reablement_id},
            "POST /v1/financial-assessments/{assessment_id}/outcome": outcome,
            f"POST {part}/invoiced": {"invoiced_pence": 1_000_000},
            f"POST {part}/paid": {"paid_pence": 1_000_000},
        }
        made.secrets |= {"client": {contact["client_id"]}}
        yield made


async def _asked(made: World) -> tuple[str, str]:
    """The team decided for a financial assessment, and asked for it."""
    nurse = await made.system.nurse("finance")
    (episode,) = (await nurse.get("/v1/reablement-episodes?as_of=2026-11-23")).json()["items"]
    path, decision = f"/v1/reablement-episodes/{episode['id']}/decide", {"decision": "financial_assessment"}
    assert (await nurse.post(path, json=decision)).status_code == 200
    asked = {"id": str(uuid7()), "reablement_id": episode["id"]}
    assert (await nurse.post("/v1/financial-assessments", json=asked)).status_code == 201
    return episode["id"], asked["id"]
