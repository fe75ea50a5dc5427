"""`$export`: the record in bulk, asked for, followed, fetched file by file, and cancelled (Bulk Data Access 2)."""

from datetime import UTC
from email.utils import format_datetime
from typing import Annotated
from uuid import UUID

from fastapi import Path, Request, Response

from services.common.db import Transaction
from services.common.errors import NotFound
from services.common.scopes import InsufficientScope, require_scope
from services.interop import usecases
from services.interop.api import fhir_asked
from services.interop.api.callers import ByIntegrator
from services.interop.api.fhir_asked import Prefer
from services.interop.api.fhir_format import document
from services.interop.api.fhir_route import fhir, fhir_router, public_base
from services.interop.domain.export import ExportJob, ExportStatus, Wanted
from services.interop.fhir import criteria, exporting, registry, search

router = fhir_router(tags=["FHIR"])

ExportId = Annotated[str, Path(max_length=64)]
ASK_AGAIN_SECONDS = 2


@router.get("/$export", status_code=202, response_class=Response)
@router.post("/$export", status_code=202, response_class=Response, name="export_system_by_parameters")
async def export_system(tx: ByIntegrator, request: Request, prefer: Prefer = None) -> Response:
    """Everything that the caller may read."""
    return await _begin(tx, request, "$export", prefer)


@router.get("/Patient/$export", status_code=202, response_class=Response)
@router.post("/Patient/$export", status_code=202, response_class=Response, name="export_patients_by_parameters")
async def export_patients(tx: ByIntegrator, request: Request, prefer: Prefer = None) -> Response:
    """Everything that is about a patient."""
    return await _begin(tx, request, "Patient/$export", prefer, only_patients=True)


@router.get("/Group/{group_id}/$export", status_code=202, response_class=Response)
@router.post("/Group/{group_id}/$export", status_code=202, response_class=Response, name="export_group_by_parameters")
async def export_group(tx: ByIntegrator, request: Request, group_id: ExportId, prefer: Prefer = None) -> Response:
    """Everything that is about the patients of one team, whose id is that of its Group."""
    team_id = _id("Group", group_id)
    return await _begin(tx, request, f"Group/{team_id}/$export", prefer, only_patients=True, group_id=team_id)


@router.get("/$export-status/{export_job_id}", response_class=Response)
async def look_at_export(tx: ByIntegrator, request: Request, export_job_id: ExportId) -> Response:
    """202 while it is being made, and then which files there are."""
    job, files = await usecases.look_at_export(tx, _id("export", export_job_id))
    if job.status == ExportStatus.RUNNING:
        return Response(status_code=202, headers=_progress(job))
    at = f"{public_base(request)}/$export-file"
    told = exporting.manifest(job, [(kind, count, f"{at}/{file_id}") for file_id, kind, count in files])
    answer = fhir(told, headers={"Expires": format_datetime(job.expires_at.astimezone(UTC), usegmt=True)})
    answer.headers["content-type"] = "application/json"
    return answer


@router.delete("/$export-status/{export_job_id}", status_code=202, response_class=Response)
async def cancel_export(tx: ByIntegrator, export_job_id: ExportId) -> Response:
    """Stop it and remove its files, or remove those that were fetched."""
    await usecases.cancel_export(tx, _id("export", export_job_id))
    return Response(status_code=202)


@router.get("/$export-file/{export_file_id}", response_class=Response)
async def fetch_export_file(tx: ByIntegrator, export_file_id: ExportId) -> Response:
    """One file, for a token that may read its type."""
    found = await usecases.fetch_export_file(tx, _id("file", export_file_id))
    require_scope(tx.actor, _right(found.resource_type))
    return Response(found.body, media_type=exporting.NDJSON, headers={"Cache-Control": "no-store"})


async def _begin(
    tx: Transaction,
    request: Request,
    listed: str,
    prefer: str | None,
    *,
    only_patients: bool = False,
    group_id: UUID | None = None,
) -> Response:
    exporting.require_async(prefer)
    asked = exporting.asked(await _parameters(request), prefer)
    for one in asked.filters:
        fhir_asked.require_rights(tx, criteria.parsed(one)[1])
    wanted = Wanted(_allowed(tx, asked.types), asked.since, asked.filters, only_patients, group_id)
    root = public_base(request)
    said = f"{root}/{listed}?{asked.query}" if asked.query else f"{root}/{listed}"
    job = await usecases.ask_for_export(tx, wanted, said)
    return Response(status_code=202, headers={"Content-Location": f"{root}/$export-status/{job.id}"})


async def _parameters(request: Request) -> list[tuple[str, str]]:
    """In the address, or by POST in a Parameters resource. Raises `BadSearch` or `NotTaken`."""
    in_address = search.parameters(request.url.query)
    if request.method != "POST" or not await request.body():
        return in_address
    content, _ = await usecases.judged(await document(request))
    return in_address + exporting.parameters_of(content)


def _allowed(tx: Transaction, types: list[str] | None) -> list[str]:
    """Those that were named, or else all that the token reads. Raises `InsufficientScope`."""
    if types is not None:
        for name in types:
            require_scope(tx.actor, _right(name))
        return types
    found = [name for name in sorted(registry.SERVED) if _may_read(tx, name)]
    if not found:
        raise InsufficientScope
    return found


def _may_read(tx: Transaction, name: str) -> bool:
    try:
        require_scope(tx.actor, _right(name))
    except InsufficientScope:
        return False
    return True


def _right(name: str) -> str:
    """To take all of a type is to find it and to read it."""
    return f"system/{name}.rs"


def _progress(job: ExportJob) -> dict[str, str]:
    told = f"{job.exported} resources, {job.step} of {len(job.types)} types"
    return {"X-Progress": told, "Retry-After": str(ASK_AGAIN_SECONDS)}


def _id(what: str, text: str) -> UUID:
    """Raises `NotFound` for what is no id of ours."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(what) from None
