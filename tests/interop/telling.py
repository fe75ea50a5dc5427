"""The owners of the record, telling interop that something changed."""

from typing import Any

from uuid6 import uuid7

from tests.interop.records import Caseload
from tests.running import NURSE, TEAM, Running


async def tell(system: Running, caseload: Caseload, record: dict[str, Any]) -> str:
    """Caseload holds this record now, and says that something in it changed."""
    client_id: str = record["client"]["id"]
    caseload.clients[client_id] = record
    await system.deliver("interop", "caseload.assessment.completed.v1", {"client_id": client_id})
    return client_id


async def plan_visit(system: Running, *, version: int = 1, **changes: Any) -> dict[str, Any]:
    visit = {
        "visit_id": str(uuid7()),
        "client_id": str(uuid7()),
        "team_id": str(TEAM),
        "employee_id": str(NURSE),
        "starts_at": "2026-11-24T09:00:00Z",
        "ends_at": "2026-11-24T09:45:00Z",
        "channel": "in_person",
        "status": "planned",
    } | changes
    await system.deliver("interop", "roster.visit.planned.v1", visit, version=version)
    return visit


async def be_late(system: Running, client_id: str, became: str = "raised", version: int = 1, **changes: Any) -> str:
    """Something is late, or what was late is known."""
    alert = {
        "alert_id": str(uuid7()),
        "client_id": client_id,
        "team_id": str(TEAM),
        "kind": "late_dose",
        "raised_at": "2026-11-24T09:40:00Z",
    } | changes
    await system.deliver("interop", f"caseload.alert.{became}.v1", alert, version=version)
    return str(alert["alert_id"])


async def hand_over(system: Running, client_id: str, became: str = "sent", version: int = 1, **changes: Any) -> str:
    """A client goes to a service outside for a night, or comes back from it."""
    handover = {
        "handover_id": str(uuid7()),
        "client_id": client_id,
        "team_id": str(TEAM),
        "sent_at": "2026-11-24T16:00:00Z",
    } | changes
    await system.deliver("interop", f"caseload.handover.{became}.v1", handover, version=version)
    return str(handover["handover_id"])
