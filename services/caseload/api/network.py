"""The client's network: people and their ties, and the ecomap."""

from datetime import date
from typing import Any
from uuid import UUID

from fastapi import Response

from services.caseload.api.callers import ByNurseReading
from services.caseload.api.rendered import tagged
from services.caseload.domain.network import NetworkPersonDetails, NewNetworkPerson, PersonConsent
from services.caseload.usecases import around
from services.common.http import ByNurse, IfMatch, api_router
from services.common.paging import Asked, Page
from services.common.types import Answer

router = api_router(tags=["network"])


class NetworkPersonShape(Answer):
    id: UUID
    team_id: UUID
    version: int
    client_id: UUID
    name: str
    tie: str
    strength: str
    flow: str
    does: str | None
    phone: str | None
    until_on: date | None
    consent_on: date | None
    consent_how: str | None
    withdrawn_on: date | None
    written_by: UUID | None


class EcomapTie(Answer):
    """One line of the ecomap, from the client in its middle to somebody or something around them."""

    kind: str
    id: UUID
    name: str
    tie: str
    strength: str | None = None
    flow: str | None = None
    is_carer: bool = False


class Ecomap(Answer):
    client_id: UUID
    ties: list[EcomapTie]


@router.post("/network-people", status_code=201, response_model=NetworkPersonShape)
async def record_network_person(tx: ByNurse, body: NewNetworkPerson, response: Response) -> object:
    """Write down somebody around the client; a number of theirs only with their own consent."""
    return tagged(await around.record_network_person(tx, body), response)


@router.get("/network-people", response_model=Page[NetworkPersonShape])
async def list_network_people(tx: ByNurse, page: Asked, client_id: UUID | None = None) -> object:
    """The people around the clients, also those who no longer do anything."""
    return await around.list_network_people(tx, page, client_id=client_id)


@router.get("/network-people/{network_person_id}", response_model=NetworkPersonShape)
async def read_network_person(tx: ByNurseReading, network_person_id: UUID, response: Response) -> object:
    """One person, with their consent."""
    return tagged(await around.read_network_person(tx, network_person_id), response)


@router.put("/network-people/{network_person_id}", response_model=NetworkPersonShape)
async def change_network_person(
    tx: ByNurse, network_person_id: UUID, body: NetworkPersonDetails, version: IfMatch, response: Response
) -> object:
    """Write anew who they are and what they do."""
    return tagged(await around.change_network_person(tx, network_person_id, body, version), response)


@router.post("/network-people/{network_person_id}/consent", response_model=NetworkPersonShape)
async def record_consent(
    tx: ByNurse, network_person_id: UUID, body: PersonConsent, version: IfMatch, response: Response
) -> object:
    """The person agrees to be written down with a number and to be asked for help."""
    return tagged(await around.record_consent(tx, network_person_id, body, version), response)


@router.post("/network-people/{network_person_id}/withdraw-consent", response_model=NetworkPersonShape)
async def withdraw_consent(tx: ByNurse, network_person_id: UUID, version: IfMatch, response: Response) -> object:
    """The person no longer agrees: the number goes, and what they took on is given back."""
    return tagged(await around.withdraw_consent(tx, network_person_id, version), response)


@router.get("/clients/{client_id}/network", response_model=Ecomap)
async def read_network(tx: ByNurseReading, client_id: UUID) -> object:
    """The data of the client's ecomap: people, agencies and places of the village, each with the tie."""
    found = await around.read_network(tx, client_id)
    carers = set(found["carer_ids"])
    people: list[dict[str, Any]] = [
        {
            "kind": "person",
            "id": person.id,
            "name": person.name,
            "tie": person.tie,
            "strength": person.strength,
            "flow": person.flow,
            "is_carer": person.id in carers,
        }
        for person in found["people"]
    ]
    agencies = [{"kind": "agency", "id": one.id, "name": one.agency, "tie": one.kind} for one in found["agencies"]]
    assets = [
        {"kind": "asset", "id": asset.id, "name": asset.name, "tie": introduction.status}
        for introduction, asset in found["assets"]
    ]
    return {"client_id": found["client_id"], "ties": [*people, *agencies, *assets]}
