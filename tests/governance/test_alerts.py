"""Alerts are counted by whether somebody answered in time, in whatever order it is heard."""

from datetime import timedelta
from typing import Any

from uuid6 import uuid7

from tests.governance.telling import MARCH, measures
from tests.running import TEAM, Running

LATER = (MARCH + timedelta(minutes=15)).isoformat()
TOLD: dict[str, dict[str, Any]] = {
    "raised": {"subject_id": str(uuid7())},
    "escalated": {"escalated_at": LATER, "escalations": 1},
    "acknowledged": {"acknowledged_at": LATER},
}


async def told(governance: Running, *facts: str, backwards: bool = False) -> None:
    """What happened to one alert, each as the next version."""
    about = {"alert_id": str(uuid7()), "client_id": str(uuid7()), "team_id": str(TEAM), "kind": "late_dose"}
    about["raised_at"] = MARCH.isoformat()
    heard = list(enumerate(facts, 1))
    for version, fact in reversed(heard) if backwards else heard:
        await governance.deliver("governance", f"caseload.alert.{fact}.v1", about | TOLD[fact], version=version)


async def test_alerts_that_nobody_answered_in_time_are_counted(governance: Running, nurse: Any, coach: Any) -> None:
    await told(governance, "raised", "acknowledged")
    await told(governance, "raised", "escalated", "acknowledged")
    await told(governance, "raised", "escalated", "acknowledged", backwards=True)
    found = (await measures(nurse))["alerts_escalated", None]
    assert (found["numerator"], found["denominator"]) == (2, 3)
    assert (await measures(coach))["alerts_escalated", None]["hidden"]
