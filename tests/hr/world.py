"""Hr with the file of one member of a team, for the tests that ask everybody for it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from services.common.service import Service
from tests.access.world import World, started
from tests.hr.office import (
    a_check,
    a_competency,
    a_contract,
    a_membership,
    an_employee,
    an_opt_out,
    employed,
    office,
)
from tests.running import NURSE, Databases

PHONE = "07700 900101"


@asynccontextmanager
async def world(service: Service, databases: Databases) -> AsyncIterator[World]:
    async with started(service, databases) as made:
        hr_office, membership, check = await office(made.system), a_membership(NURSE), a_check(NURSE)
        for path, body in (
            ("/v1/employees", an_employee(id=str(NURSE))),
            ("/v1/team-memberships", membership),
            ("/v1/contracts", a_contract(NURSE)),
            ("/v1/dbs-checks", check),
        ):
            answer = await hr_office.post(path, json=body)
            assert answer.status_code == 201, answer.text
        made.ids |= {"employee_id": str(NURSE), "membership_id": membership["id"], "check_id": check["id"]}
        other = await employed(made.system)
        await made.system.join("hr", employee=UUID(other))
        competency = a_competency(other, NURSE)
        assert (await hr_office.post("/v1/competencies", json=competency)).status_code == 201
        made.ids["competency_id"] = competency["id"]
        opt_out = an_opt_out(NURSE)
        assert (await hr_office.post("/v1/opt-outs", json=opt_out)).status_code == 201
        made.ids["opt_out_id"] = opt_out["id"]
        contract = a_contract(NURSE, kind="secondment", home_employer="Westmere", until_on="2099-12-31")
        assert (await hr_office.post("/v1/contracts", json=contract)).status_code == 201
        made.ids["contract_id"] = contract["id"]
        made.bodies |= await _bodies(made) | {"POST /v1/competencies": a_competency(other, NURSE)}
        made.secrets |= {"staff": {"Adeyemi", PHONE}}
        yield made


async def _bodies(made: World) -> dict[str, Any]:
    other = await employed(made.system)
    return {
        "POST /v1/employees": an_employee(),
        "POST /v1/team-memberships": a_membership(other),
        "POST /v1/team-memberships/{membership_id}/end": {"until_on": "2027-03-31"},
        "POST /v1/team-memberships/{membership_id}/rejoin": {"from_on": "2027-06-01"},
        "POST /v1/contracts": a_contract(other),
        "POST /v1/opt-outs": an_opt_out(other),
        "POST /v1/opt-outs/{opt_out_id}/end": {"given_on": "2026-03-02"},
        "POST /v1/contracts/{contract_id}/recall": {"last_on": "2099-06-30", "reason": "emergency"},
        "POST /v1/dbs-checks": a_check(other),
        "POST /v1/dbs-checks/{check_id}/progress": {"status": "submitted", "on": "2026-09-20"},
    }
