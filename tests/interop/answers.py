"""Reading interop's answers: each is valid FHIR, and each refusal names the place and the way out."""

from typing import Any

import fhirkit
from sqlalchemy import select

from services.common.auth import SYSTEM
from services.interop.domain.inbound import InboundMessage
from tests.running import Running

PATH = "/fhir/R4/$process-message"


FHIR = "application/fhir+json"


BASE = "/fhir/R4"


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
    return [entry["resource"] for entry in answer.json().get("entry", [])]


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
