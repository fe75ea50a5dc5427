"""People at risk whom a practice names: the list, the offer of contact, and what came of it."""

from datetime import date, datetime
from uuid import UUID

from fastapi import Response

from services.caseload.api.callers import ByTeamOrBoard
from services.caseload.api.rendered import tagged, whole
from services.caseload.api.shapes import PersonShape
from services.caseload.domain.anticipatory import ContactAnswer, ContactOffer, NewAnticipatoryList, TakeUp
from services.caseload.usecases import team
from services.common.http import ByNurse, IfMatch, api_router
from services.common.paging import Asked, Page
from services.common.types import Answer, Day

router = api_router(tags=["anticipatory care"])
PERSON = "/anticipatory-people/{anticipatory_person_id}"


class AnticipatoryPersonShape(PersonShape):
    id: UUID
    team_id: UUID
    version: int
    anticipatory_list_id: UUID
    why: str
    status: str
    offered_on: date | None
    offered_how: str | None
    answered_on: date | None
    referral_id: UUID | None
    forgotten_at: datetime | None


class AnticipatoryListShape(Answer):
    id: UUID
    team_id: UUID
    version: int
    source: str
    organisation: str
    ods_code: str | None
    received_on: date
    basis: str
    written_by: UUID | None


class WholeAnticipatoryList(AnticipatoryListShape):
    """`next_cursor` leads to more of the people, where a page of them was asked for."""

    people: list[AnticipatoryPersonShape]
    next_cursor: str | None = None


class AnticipatoryFigures(Answer):
    """How many of a quarter's lists came how far. Outside the team what stands on few is null."""

    team_id: UUID
    quarter_on: date
    listed: int | None
    offered: int | None
    answered: int | None
    wanted: int | None
    taken_up: int | None


@router.post("/anticipatory-lists", status_code=201, response_model=WholeAnticipatoryList)
async def receive_anticipatory_list(tx: ByNurse, body: NewAnticipatoryList, response: Response) -> object:
    """Take in whom a practice, or a network of practices, knows to be at risk."""
    return whole(await team.receive_anticipatory_list(tx, body), "people", response)


@router.get("/anticipatory-lists", response_model=Page[AnticipatoryListShape])
async def list_anticipatory_lists(tx: ByNurse, page: Asked, team_id: UUID | None = None) -> object:
    """The lists so far."""
    return await team.list_anticipatory_lists(tx, page, team_id=team_id)


@router.get("/anticipatory-lists/summary", response_model=AnticipatoryFigures)
async def anticipatory_figures(tx: ByTeamOrBoard, team_id: UUID, as_of: Day | None = None) -> object:
    """The funnel of a quarter: listed, offered contact, answered, wanted it, took it up."""
    return await team.anticipatory_figures(tx, team_id, as_of)


@router.get("/anticipatory-lists/{anticipatory_list_id}", response_model=WholeAnticipatoryList)
async def read_anticipatory_list(tx: ByNurse, page: Asked, anticipatory_list_id: UUID, response: Response) -> object:
    """One list, with how far each person is, page by page."""
    made, people = await team.read_anticipatory_list(tx, page, anticipatory_list_id)
    return whole((made, people["items"]), "people", response) | {"next_cursor": people["next_cursor"]}


@router.get(PERSON, response_model=AnticipatoryPersonShape)
async def read_anticipatory_person(tx: ByNurse, anticipatory_person_id: UUID, response: Response) -> object:
    """One person of a list."""
    return tagged(await team.read_anticipatory_person(tx, anticipatory_person_id), response)


@router.post(f"{PERSON}/offer", response_model=AnticipatoryPersonShape)
async def offer_contact(
    tx: ByNurse, anticipatory_person_id: UUID, body: ContactOffer, version: IfMatch, response: Response
) -> object:
    """Write down that contact was offered, and how."""
    return tagged(await team.offer_contact(tx, anticipatory_person_id, body, version), response)


@router.post(f"{PERSON}/answer", response_model=AnticipatoryPersonShape)
async def answer_contact(
    tx: ByNurse, anticipatory_person_id: UUID, body: ContactAnswer, version: IfMatch, response: Response
) -> object:
    """Write down what they said to the offer, or that they declined and now ask for contact themselves."""
    return tagged(await team.answer_contact(tx, anticipatory_person_id, body, version), response)


@router.post(f"{PERSON}/take-up", response_model=AnticipatoryPersonShape)
async def take_up_contact(
    tx: ByNurse, anticipatory_person_id: UUID, body: TakeUp, version: IfMatch, response: Response
) -> object:
    """Make a referral of it, about which the team decides as about any."""
    return tagged(await team.take_up_contact(tx, anticipatory_person_id, body, version), response)
