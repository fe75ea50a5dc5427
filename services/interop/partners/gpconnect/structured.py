"""GP Connect Access Record Structured: one question to the surgery's system by way of the Spine's proxy (STU3).

Source: NHS England, GP Connect 1.2 to 1.6, Access Record Structured and Cross Organisation Audit and Provenance.
"""

import base64
import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import UUID

import httpx
import orjson

from services.interop.fhir import systems
from services.interop.settings import Surgery

OPERATION = "Patient/$gpc.getstructuredrecord"
INTERACTION = "urn:nhs:names:services:gpconnect:fhir:operation:gpc.getstructuredrecord-1"
MEDIA_TYPE = "application/fhir+json;charset=utf-8"
ANSWER_SECONDS, ANSWER_BYTES = 20.0, 8_000_000
# How long a statement of who asks is good for, in seconds, as the standard has it.
GOOD_FOR = 300
JOB_ROLE = "https://fhir.nhs.uk/Id/sds-role-profile-id"
USER = "https://fhir.nhs.uk/Id/sds-user-id"
NOT_KNOWN = "UNK"
Content = dict[str, Any]


class GpConnectAway(Exception):
    """No answer that can be used; `code` is for operations, and holds nothing that was said."""

    def __init__(self, code: str) -> None:
        super().__init__(f"the surgery's system gave no usable answer ({code})")
        self.code = code


class GpConnectRefused(Exception):
    """The surgery's system knows the question and says no."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Asker:
    """Who looks: the nurse by id and name, and the organisation that she works for."""

    employee_id: str
    given_name: str
    family_name: str
    ods_code: str
    organisation: str


@dataclass(frozen=True)
class GpConnect:
    """`proxy` stands before each surgery's own address; `asid` is the number by which the Spine knows us."""

    http: httpx.AsyncClient
    proxy: str
    asid: str

    async def ask(self, surgery: Surgery, nhs_number: str, asker: Asker, trace_id: UUID) -> Content:
        """The record as a Bundle of STU3. Raises `GpConnectRefused` or `GpConnectAway`."""
        url = f"{self.proxy.rstrip('/')}/{surgery.root}" if self.proxy else surgery.root
        headers = {
            "Accept": MEDIA_TYPE,
            "Content-Type": MEDIA_TYPE,
            "Authorization": f"Bearer {statement(surgery.root, asker)}",
            "Ssp-TraceID": str(trace_id),
            "Ssp-From": self.asid,
            "Ssp-To": surgery.asid,
            "Ssp-InteractionID": INTERACTION,
        }
        try:
            answer = await self.http.post(
                f"{url.rstrip('/')}/{OPERATION}",
                content=orjson.dumps(_question(nhs_number)),
                headers=headers,
                timeout=ANSWER_SECONDS,
                follow_redirects=False,
            )
        except httpx.HTTPError as error:
            raise GpConnectAway("unreachable") from error
        return _said(answer)


def statement(root: str, asker: Asker) -> str:
    """Who asks and why, as the Spine wants it: unsigned, with the empty signature's dot."""
    now = int(time.time())
    device = {"resourceType": "Device", "model": "Heatshield", "version": "1"}
    device["identifier"] = [{"system": "https://heatshield.uk/Id/device", "value": "heatshield"}]  # type: ignore[assignment]
    organisation = {"resourceType": "Organization", "name": asker.organisation or asker.ods_code}
    organisation["identifier"] = [{"system": systems.ODS_CODE, "value": asker.ods_code}]  # type: ignore[assignment]
    practitioner = {
        "resourceType": "Practitioner",
        "id": asker.employee_id,
        "identifier": [
            {"system": USER, "value": NOT_KNOWN},
            {"system": JOB_ROLE, "value": NOT_KNOWN},
            {"system": "https://heatshield.uk/Id/employee", "value": asker.employee_id},
        ],
        "name": [{"family": asker.family_name, "given": [asker.given_name]}],
    }
    claims = {
        "iss": "https://heatshield.uk",
        "sub": asker.employee_id,
        "aud": root,
        "iat": now,
        "exp": now + GOOD_FOR,
        "reason_for_request": "directcare",
        "requested_scope": "patient/*.read",
        "requesting_device": device,
        "requesting_organization": organisation,
        "requesting_practitioner": practitioner,
    }
    return f"{_part({'alg': 'none', 'typ': 'JWT'})}.{_part(claims)}."


def _part(content: Content) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(content)).rstrip(b"=").decode()


def _question(nhs_number: str) -> Content:
    """Allergies, those too that have ended, and medicines with what was issued: what is out of trial everywhere."""
    number = {"system": systems.NHS_NUMBER, "value": nhs_number}
    return {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "patientNHSNumber", "valueIdentifier": number},
            {"name": "includeAllergies", "part": [{"name": "includeResolvedAllergies", "valueBoolean": True}]},
            {"name": "includeMedication", "part": [{"name": "includePrescriptionIssues", "valueBoolean": False}]},
        ],
    }


def _said(answer: httpx.Response) -> Content:
    try:
        found = orjson.loads(answer.content) if len(answer.content) <= ANSWER_BYTES else None
    except ValueError:
        found = None
    found = found if isinstance(found, dict) else {}
    kind = found.get("resourceType")
    if answer.is_success and kind == "Bundle":
        return found
    if kind == "OperationOutcome" and answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
        raise GpConnectRefused(_code(found))
    raise GpConnectAway("unreadable" if answer.is_success else f"http_{answer.status_code}")


def _code(outcome: Any) -> str:
    """The NHS's code; its words may name the patient."""
    try:
        code = str(outcome["issue"][0]["details"]["coding"][0]["code"])
    except (KeyError, IndexError, TypeError):
        return "no code"
    return code if code.isascii() and code.replace("_", "").isupper() and len(code) <= 60 else "no code"
