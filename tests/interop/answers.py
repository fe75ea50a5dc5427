"""A team at the door, and what comes out of it: valid FHIR, and in each refusal the place and the way out."""

from typing import Any

import fhirkit
from sqlalchemy import select
from uuid6 import uuid7

from services.common.auth import SYSTEM
from services.interop.domain.inbound import InboundMessage
from tests.interop.bars_message import OURS
from tests.running import TEAM, Running

PATH = "/fhir/R4/$process-message"


FHIR = "application/fhir+json"


BASE = "/fhir/R4"


async def serve_team(system: Running) -> None:
    """Ops registers the team's service, so that partners can refer to it."""
    ops = await system.client("interop", "ops-1", "ops")
    endpoint = {"id": str(uuid7()), "dos_service_id": OURS, "team_id": str(TEAM)}
    made = await ops.post("/v1/service-endpoints", json=endpoint)
    assert made.status_code == 201, made.text


async def stored(system: Running, model: type[Any] = InboundMessage) -> list[Any]:
    async with system.databases["interop"].transaction(SYSTEM) as tx:
        return list(await tx.all(select(model).order_by(model.id)))


def the(answer: Any, resource_type: str) -> list[dict[str, Any]]:
    """The resources of one type in a Bundle."""
    resources = [entry["resource"] for entry in answer.json()["entry"]]
    return [resource for resource in resources if resource["resourceType"] == resource_type]


def refused(answer: Any, status: int, code: str) -> list[dict[str, Any]]:
    """The issues of a refusal, each with a place, the NHS code and a way out."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == FHIR
    assert fhirkit.validate(answer.text) == []
    issues: list[dict[str, Any]] = answer.json()["issue"]
    for issue in issues:
        coding = {"system": "https://fhir.nhs.uk/CodeSystem/http-error-codes", "code": code}
        assert issue["details"]["coding"] == [coding]
        assert issue["expression"][0]
        assert issue["details"]["text"].endswith(".")
    return issues


def resources(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/fhir+json"
    assert fhirkit.validate(answer.text) == []
    entries = answer.json().get("entry", [])
    return [entry["resource"] for entry in entries if entry.get("search", {}).get("mode") != "outcome"]


def refused_once(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/fhir+json"
    assert fhirkit.validate(answer.text) == []
    (issue,) = answer.json()["issue"]
    assert issue["code"] == code
    assert issue["expression"][0]
    assert issue["details"]["text"]
    found: dict[str, Any] = issue
    return found
