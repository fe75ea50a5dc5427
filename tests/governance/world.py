"""Governance with a decision, a complaint, an obstacle and a ground rule, for the tests that ask everybody for them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from uuid6 import uuid7

from services.common.service import Service
from tests.access.world import World, started
from tests.governance.deciding import a_decision, an_adoption
from tests.governance.meeting import a_win, meet
from tests.governance.telling import contact_recorded, referral_received
from tests.governance.test_complaints import a_complaint
from tests.governance.test_ground_rules import a_rule
from tests.governance.test_obstacles import an_obstacle
from tests.running import Databases


@asynccontextmanager
async def world(service: Service, databases: Databases) -> AsyncIterator[World]:
    async with started(service, databases) as made:
        client_id = uuid7()
        await referral_received(made.system)
        await contact_recorded(made.system, {"nursing": 30}, client_id)
        decision, complaint, obstacle, rule, win = a_decision(), a_complaint(), an_obstacle(), a_rule(), a_win()
        nurse = await made.system.nurse("governance")
        for path, body in (
            ("/v1/decisions", decision),
            ("/v1/complaints", complaint),
            ("/v1/obstacles", obstacle),
            ("/v1/ground-rules", rule),
            ("/v1/wins", win),
        ):
            answer = await nurse.post(path, json=body)
            assert answer.status_code == 201, answer.text
        made.ids |= {"decision_id": decision["id"], "complaint_id": complaint["id"], "obstacle_id": obstacle["id"]}
        made.ids |= {"ground_rule_id": rule["id"]}
        made.bodies |= {
            "POST /v1/decisions": a_decision(),
            "POST /v1/decisions/{decision_id}/positions": {"position": "agree"},
            "POST /v1/decisions/{decision_id}/adopt": an_adoption(),
            "POST /v1/decisions/{decision_id}/not-adopt": {"reason": "It rained"},
            "POST /v1/ground-rules": a_rule(replaces=rule["id"], decision_id=decision["id"]),
            "POST /v1/obstacles": an_obstacle(),
            "POST /v1/obstacles/{obstacle_id}/progress": {"status": "owned", "owner": "coach"},
            "POST /v1/complaints": a_complaint(),
            "POST /v1/complaints/{complaint_id}/acknowledge": {"on": "2026-02-06"},
            "POST /v1/complaints/{complaint_id}/answer": {"on": "2026-02-10", "answer": "We are sorry"},
            "POST /v1/complaints/{complaint_id}/learn": {"on": "2026-02-12", "learning": "We ring"},
        }
        await meet(made, str(client_id))
        words = {decision["proposal"], complaint["summary"], rule["words"], win["words"]}
        made.secrets |= {"client": {str(client_id)}, "words": words}
        yield made
