"""The team's caseload as a whole: its figures, its weekly review, and the search by name."""

from datetime import date
from uuid import UUID

from services.caseload import usecases
from services.caseload.api.shapes import ClientShape
from services.caseload.domain.caseload import NameSearch, ReviewReason
from services.common.http import ByNurse, api_router, written
from services.common.paging import Asked, Page
from services.common.types import Answer

router = api_router(tags=["caseload"])


class NurseLoadShape(Answer):
    employee_id: UUID
    named: int
    deputy: int
    is_over: bool


class SubTeamLoad(Answer):
    """Of how many clients a smaller group within the team takes care, and how heavy they are. Null is the rest."""

    sub_team: str | None
    clients: int
    acuity_total: int


class Caseload(Answer):
    """A team's caseload today. `acuity` counts clients from 1, light, to 5, heavy.

    It is what the newest acuity review says of a client, or 6 less the lowest Omaha status where there is none.
    `surgery_notes_unread` counts what surgeries wrote and nobody of the team has seen.
    """

    team_id: UUID
    as_of: date
    size: int
    size_from: int
    size_to: int
    on_hold: int
    members: int
    clients_per_member: float | None
    most_per_member: int
    load: list[NurseLoadShape]
    sub_teams: list[SubTeamLoad]
    led_outside: int
    acuity: list[int]
    acuity_total: int
    not_rated: int
    plans_overdue: int
    without_plan: int
    no_contact: int
    no_contact_days: int
    goals_met: int
    surgery_notes_unread: int
    warnings: list[str]


class CaseloadReview(Answer):
    """A client for the weekly review, with why: no contact, no agreed plan, a plan overdue, goals met."""

    client_id: UUID
    given_name: str
    family_name: str
    named_nurse_id: UUID
    deputy_id: UUID
    pathway: str
    status: str
    opened_on: date
    sub_team: str | None
    lead_role: str | None
    lead_organisation: str | None
    last_contact_on: date | None
    plan_ends_on: date | None
    acuity: int | None
    reasons: list[ReviewReason]


class FoundClients(Answer):
    items: list[ClientShape]


@router.get("/caseload", response_model=Caseload)
async def look_over_caseload(tx: ByNurse, team_id: UUID) -> object:
    """The team's caseload in figures: its size, who carries how much of it, its acuity, and what is overdue."""
    return await usecases.look_over_caseload(tx, team_id)


@router.get("/caseload-reviews", response_model=Page[CaseloadReview])
async def list_caseload_reviews(tx: ByNurse, page: Asked, team_id: UUID) -> object:
    """Whom the team should talk about this week: not seen for long, a plan overdue or not agreed, goals met."""
    return written(await usecases.list_caseload_reviews(tx, team_id, page, CaseloadReview))


@router.post("/caseload/_search", response_model=FoundClients)
async def search_caseload(tx: ByNurse, body: NameSearch) -> object:
    """The team's clients by name or a part of it, the likest first, at most 20; a slip of the pen does not matter."""
    return written(await usecases.search_caseload(tx, body, ClientShape))
