"""An introduction is shown to the GP as social prescribing, and how far it has come (mission row 3.19)."""

from typing import Any

import fhirkit
import pytest
from uuid6 import uuid7

from tests.interop.answers import BASE
from tests.interop.records import Caseload, a_record
from tests.interop.telling import tell
from tests.running import NURSE, TEAM, Running


async def introduce(interop: Running, client_id: str, *, version: int = 1, **changes: Any) -> str:
    introduction = {
        "introduction_id": str(uuid7()),
        "client_id": client_id,
        "team_id": str(TEAM),
        "status": "accepted",
        "accepted_on": "2026-11-20",
        "introduced_by": str(NURSE),
    } | changes
    await interop.deliver("interop", "caseload.introduction.changed.v1", introduction, version=version)
    return str(introduction["introduction_id"])


async def test_the_gp_sees_that_a_client_was_referred_to_social_prescribing(
    interop: Running, caseload: Caseload, trust: Any
) -> None:
    client_id = await tell(interop, caseload, a_record())
    found = await introduce(interop, client_id)
    answer = await trust.get(f"{BASE}/ServiceRequest/{found}")
    assert fhirkit.validate(answer.text) == []
    shown = answer.json()
    assert shown["code"]["coding"] == [
        {
            "system": "http://snomed.info/sct",
            "code": "871731000000106",
            "display": "Referral to social prescribing service (procedure)",
        }
    ]
    assert (shown["status"], shown["authoredOn"]) == ("active", "2026-11-20")
    assert shown["subject"] == {"reference": f"Patient/{client_id}"}
    listed = (await trust.get(f"{BASE}/ServiceRequest?patient=Patient/{client_id}")).json()["entry"]
    assert found in {entry["resource"]["id"] for entry in listed}


@pytest.mark.parametrize(("status", "shown"), [("still_going", "completed"), ("stopped", "revoked")])
async def test_it_is_shown_how_far_it_has_come_in_whatever_order_that_is_heard(
    interop: Running, caseload: Caseload, trust: Any, status: str, shown: str
) -> None:
    client_id = await tell(interop, caseload, a_record())
    found = await introduce(interop, client_id, version=3, status=status)
    await introduce(interop, client_id, version=2, status="started", introduction_id=found)
    assert (await trust.get(f"{BASE}/ServiceRequest/{found}")).json()["status"] == shown
