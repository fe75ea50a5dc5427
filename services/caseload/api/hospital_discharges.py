"""After hospital: discharges, and whether people are still at home 91 days later."""

from datetime import date
from uuid import UUID

from fastapi import Response

from services.caseload.api.callers import ByTeamOrBoard
from services.caseload.api.rendered import tagged
from services.caseload.domain.at_home import Found, NewHospitalDischarge
from services.caseload.domain.due import Due
from services.caseload.usecases import team
from services.common.http import ByNurse, IfMatch, api_router
from services.common.paging import Asked, Page
from services.common.types import Answer, Day

router = api_router(tags=["hospital discharges"])


class HospitalDischargeShape(Answer):
    """`due_on` is the day for which it is asked where the client is, until that is known."""

    id: UUID
    team_id: UUID
    version: int
    client_id: UUID
    discharged_on: date
    hospital_ods_code: str | None
    due_on: date | None
    found_on: date | None
    found: str | None
    written_by: UUID | None


class AtHomeFigures(Answer):
    """`rate` is of those whose days are over. Outside the team what stands on few is null."""

    team_id: UUID
    quarter_on: date
    days: int
    from_age: int
    discharged: int | None
    at_home: int | None
    elsewhere: int | None
    waiting: int | None
    rate: float | None


class PersonDischarged(Answer):
    id: UUID
    client_id: UUID
    given_name: str
    family_name: str
    discharged_on: date
    due_on: date | None
    found: str | None


class PeopleDischarged(Page[PersonDischarged]):
    quarter_on: date


@router.post("/hospital-discharges", status_code=201, response_model=HospitalDischargeShape)
async def record_hospital_discharge(tx: ByNurse, body: NewHospitalDischarge, response: Response) -> object:
    """Write down that a client came home from hospital."""
    return tagged(await team.record_hospital_discharge(tx, body), response)


@router.get("/hospital-discharges", response_model=Page[HospitalDischargeShape])
async def list_hospital_discharges(
    tx: ByNurse, page: Asked, client_id: UUID | None = None, due: Due | None = None
) -> object:
    """A client's discharges; with `due` those of whom it is to be asked where they are."""
    return await team.list_hospital_discharges(tx, page, client_id=client_id, due=due)


@router.get("/hospital-discharges/summary", response_model=AtHomeFigures)
async def at_home_figures(tx: ByTeamOrBoard, team_id: UUID, as_of: Day | None = None) -> object:
    """The share still at home after 91 days, of a quarter's discharges; outside the team of a closed one."""
    return await team.at_home_figures(tx, team_id, as_of)


@router.get("/hospital-discharges/people", response_model=PeopleDischarged)
async def people_discharged(tx: ByNurse, page: Asked, team_id: UUID, as_of: Day | None = None) -> object:
    """Whom a quarter's rate is made of, for the team itself."""
    return await team.people_discharged(tx, page, team_id, as_of)


@router.get("/hospital-discharges/{hospital_discharge_id}", response_model=HospitalDischargeShape)
async def read_hospital_discharge(tx: ByNurse, hospital_discharge_id: UUID, response: Response) -> object:
    """One discharge."""
    return tagged(await team.read_hospital_discharge(tx, hospital_discharge_id), response)


@router.post("/hospital-discharges/{hospital_discharge_id}/find", response_model=HospitalDischargeShape)
async def find_discharged(
    tx: ByNurse, hospital_discharge_id: UUID, body: Found, version: IfMatch, response: Response
) -> object:
    """Write down where the client is when the days are over."""
    return tagged(await team.find_discharged(tx, hospital_discharge_id, body, version), response)
