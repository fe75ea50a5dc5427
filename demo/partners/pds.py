"""A made-up Personal Demographics Service at an address of its own: it reads by number, traces, and answers as told."""

import asyncio
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from demo.barrow import DATA
from demo.partners.bars import FHIR, TOKEN

HOST = "pds.example"
CODES = "https://fhir.nhs.uk/R4/CodeSystem/Spine-ErrorOrWarningCode"
CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"


def a_patient(number: str, *, family: str, given: str, born: str, restricted: bool = False, **more: Any) -> Any:
    """A person as PDS tells of them; of a restricted one it leaves out where they are."""
    where = {
        "address": [{"use": "home", "line": ["7 Chapel Row", ""], "postalCode": "LA14 1AA"}],
        "telecom": [{"system": "phone", "use": "mobile", "value": "01229 870001"}],
        "generalPractitioner": [
            {"identifier": {"system": "https://fhir.nhs.uk/Id/ods-organization-code", "value": "A81001"}}
        ],
    }
    return {
        "resourceType": "Patient",
        "id": number,
        "meta": {"security": [{"system": CONFIDENTIALITY, "code": "R" if restricted else "U"}]},
        "name": [{"use": "usual", "given": [given], "family": family}],
        "gender": "female",
        "birthDate": born,
        **({} if restricted else where),
        **more,
    }


@dataclass
class Demographics:
    """`patients` by number; `instead` names the number that took another's place; `answers` are used up one by one."""

    patients: dict[str, Any] = field(default_factory=dict)
    instead: dict[str, str] = field(default_factory=dict)
    answers: list[Response] = field(default_factory=list)
    # Each request: its id, its path, and what it looked for.
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    # While this is set to an event, nothing is answered until that happens.
    silent: asyncio.Event | None = None

    def knows(self, *patients: Any) -> None:
        self.patients |= {one["id"]: one for one in patients}

    def app(self) -> FastAPI:
        app = FastAPI()
        app.add_api_route("/personal-demographics/FHIR/R4/Patient", self.search)
        app.add_api_route("/personal-demographics/FHIR/R4/Patient/{number}", self.read)
        return app

    async def read(self, request: Request, number: str) -> Response:
        refused = await self._refused(request)
        if refused is not None:
            return refused
        found = self.patients.get(self.instead.get(number, number))
        return JSONResponse(found, media_type=FHIR) if found else refusal(404, "RESOURCE_NOT_FOUND")

    async def search(self, request: Request) -> Response:
        """As for an application: one person or none, and of several only that they are too many."""
        refused = await self._refused(request)
        if refused is not None:
            return refused
        wanted = dict(request.query_params)
        found = [one for one in self.patients.values() if _is_like(one, wanted)]
        if len(found) > 1:
            return refusal(200, "TOO_MANY_MATCHES")
        entries = [{"resource": one, "search": {"score": 1}} for one in found]
        bundle = {"resourceType": "Bundle", "type": "searchset", "total": len(found), "entry": entries}
        return JSONResponse(bundle, media_type=FHIR)

    async def _refused(self, request: Request) -> Response | None:
        request_id = request.headers.get("x-request-id", "")
        self.asked.append((request_id, request.url.path.rpartition("/R4")[2], dict(request.query_params)))
        if self.silent is not None:
            await self.silent.wait()
        if self.answers:
            return self.answers.pop(0)
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return refusal(401, "ACCESS_DENIED")
        try:
            UUID(request_id)
        except ValueError:
            return refusal(400, "MISSING_VALUE")
        return None


def _is_like(patient: Any, wanted: dict[str, str]) -> bool:
    (name,) = patient["name"]
    has_name = name["family"].casefold() == wanted["family"].casefold()
    is_given = wanted.get("given", name["given"][0]).casefold() == name["given"][0].casefold()
    return has_name and is_given and wanted["birthdate"] == f"eq{patient['birthDate']}"


def refusal(status: int, code: str, **headers: str) -> Response:
    """An OperationOutcome with the NHS's code."""
    details = {"coding": [{"system": CODES, "code": code, "display": code.capitalize()}]}
    issue = {"severity": "error", "code": "processing", "details": details}
    outcome = {"resourceType": "OperationOutcome", "issue": [issue]}
    return JSONResponse(outcome, status, headers=headers, media_type=FHIR)


def barrow() -> Demographics:
    """It knows the clients of the Barrow team as the team does, but one, who has moved."""
    made = Demographics()
    for one in DATA["clients"]:
        known = a_patient(
            one["nhs_number"],
            family=one["family_name"],
            given=one["given_name"],
            born=one["birth_on"],
            gender=one["sex"],
            address=[{"use": "home", "line": [one["address_line"]], "postalCode": one["postcode"]}],
            telecom=[{"system": "phone", "value": one["phone"]}],
        )
        made.knows(known)
    moved = made.patients[DATA["clients"][-1]["nhs_number"]]
    moved["address"] = [{"use": "home", "line": ["Demo House 90, Barrow (demo)"], "postalCode": "IP29 9ZZ"}]
    return made


def connected(at: str = f"https://{HOST}") -> dict[str, str]:
    """Interop's setting for this address; tokens are of the NHS's platform (`demo.partners.bars`)."""
    return {"pds_url": f"{at}/personal-demographics/FHIR/R4"}
