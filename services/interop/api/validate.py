"""`$validate`: what is wrong with a resource, asked before it is sent in earnest."""

from typing import Annotated

from fastapi import Path, Query, Request, Response

from services.common.outcome import Issue, operation_outcome
from services.interop import usecases
from services.interop.api.callers import ByReader
from services.interop.api.fhir_format import document
from services.interop.api.fhir_route import fhir, fhir_router

router = fhir_router(tags=["FHIR"])

ResourceType = Annotated[str, Path(max_length=64, pattern=r"^[A-Z][A-Za-z]+$")]
Profile = Annotated[str | None, Query(max_length=300, description="The canonical address of a profile of UK Core.")]
# How a write with these faults is refused; the asking itself is answered with 200.
REFUSED = 422


@router.post("/{resource_type}/$validate", response_class=Response)
async def validate_resource(
    tx: ByReader, request: Request, resource_type: ResourceType, profile: Profile = None
) -> Response:
    """Ask what is wrong with a resource by FHIR R4 and UK Core: an issue for each fault, and nothing is kept.

    It is stricter than `$process-message`, which asks for exact R4 and the rules of BaRS alone.
    """
    found = await usecases.validate_resource(resource_type, await document(request), profile)
    return fhir(operation_outcome(REFUSED, found) if _has_fault(found) else _well(found))


def _has_fault(found: list[Issue]) -> bool:
    return any(issue.severity == "error" for issue in found)


def _well(found: list[Issue]) -> dict[str, object]:
    """Words about what is sound: no code of a refusal belongs to them."""
    outcome = operation_outcome(REFUSED, found)
    for issue in outcome["issue"]:
        del issue["details"]["coding"]
    return outcome
