"""The team's own figures: Omaha outcomes, and the King's Fund review's measures on call."""

from datetime import date
from uuid import UUID

from services.caseload import usecases
from services.caseload.api.callers import ByTeamOrBoard
from services.caseload.usecases import assessing
from services.common.http import ByNurse
from services.common.reports import report_router
from services.common.types import Answer, Day

router = report_router(tags=["team"])


class OutcomeShape(Answer):
    scale: str
    pairs: int
    at_admission: float
    later: float
    change: float
    improved: int | None
    same: int | None
    worse: int | None


class TeamOutcomes(Answer):
    """Knowledge, behaviour and status apart. Outside the team, problems of few clients are hidden."""

    as_of: date
    all: list[OutcomeShape]
    by_problem: dict[str, list[OutcomeShape]]
    hidden_problems: int


class CodeCount(Answer):
    code: str
    referrals: int


class NotTakenSummary(Answer):
    """An area is the outward half of a postcode. Outside the team, what stands on few is not named."""

    team_id: UUID
    from_on: date
    to_on: date
    not_taken: int | None
    by_reason: list[CodeCount]
    by_area: list[CodeCount]
    by_need: list[CodeCount]


class SourceAnswers(Answer):
    source: str
    received: int
    answered: int
    in_time: int
    longest_working_days: int | None


class AnswerTimes(Answer):
    """How long whoever referred waited; `in_time` is within the working days of referral.answer_working_days.

    What came on a day off has until the end of the working day.
    """

    items: list[SourceAnswers]


class PathwayShare(Answer):
    pathway: str
    open: int | None
    opened: int | None


class MonthOfPathways(Answer):
    """How it stood at the end of `to_on`, and what was opened since `from_on`."""

    from_on: date
    to_on: date
    open: int | None
    opened: int | None
    pathways: list[PathwayShare]


class PathwaySummary(Answer):
    """Outside the team, what stands on few is null."""

    team_id: UUID
    months: list[MonthOfPathways]


class SourceCount(Answer):
    source: str
    referrals: int


class ChannelCount(Answer):
    channel: str
    contacts: int
    minutes: int


class TypeMinutes(Answer):
    week: str
    client_id: UUID
    activity_type: str
    minutes: int


class SocialCareFigures(Answer):
    """Outside the team what stands on few clients is null."""

    minutes: int | None
    minutes_by_type: dict[str, int | None]
    network_tasks: int | None
    network_tasks_by_tie: dict[str, int | None]
    introductions: int | None
    introductions_by_kind: dict[str, int | None]


class ReviewFigures(Answer):
    referrals_by_source: list[SourceCount]
    contacts_by_channel: list[ChannelCount]
    minutes_by_type: list[TypeMinutes]


@router.get("/outcomes", response_model=TeamOutcomes)
async def outcomes_of_team(tx: ByTeamOrBoard, team_id: UUID, as_of: Day | None = None) -> object:
    """How knowledge, behaviour and status changed since admission; outside the team as it stood at a month's end."""
    return await usecases.outcomes_of_team(tx, team_id, as_of)


@router.get("/review-figures", response_model=ReviewFigures)
async def review_figures(tx: ByNurse, team_id: UUID, from_on: Day, to_on: Day) -> object:
    """Referral sources, contacts by type and minutes by type of activity, as the King's Fund review counted them."""
    return await usecases.review_figures(tx, team_id, from_on, to_on)


@router.get("/not-taken-referrals/summary", response_model=NotTakenSummary)
async def not_taken_summary(tx: ByTeamOrBoard, team_id: UUID, from_on: Day, to_on: Day) -> object:
    """Of the referrals received in these days those the team did not take on, by reason, area and need."""
    return await usecases.not_taken_summary(tx, team_id, from_on, to_on)


@router.get("/answer-times", response_model=AnswerTimes)
async def answer_times(tx: ByNurse, team_id: UUID, from_on: Day, to_on: Day) -> object:
    """Of the referrals received in these days: how many were answered, and how many in time, source by source."""
    return {"items": await usecases.answer_times(tx, team_id, from_on, to_on)}


@router.get("/pathways/summary", response_model=PathwaySummary)
async def pathway_summary(tx: ByTeamOrBoard, team_id: UUID, from_on: Day, to_on: Day) -> object:
    """How many are in care on which pathway, and how many began, month by month."""
    return await usecases.pathway_summary(tx, team_id, from_on, to_on)


@router.get("/social-care/summary", response_model=SocialCareFigures)
async def social_care_figures(tx: ByTeamOrBoard, team_id: UUID, from_on: Day, to_on: Day) -> object:
    """Minutes of social care by type, with what clients' networks took on and where clients were introduced."""
    return await assessing.social_care_figures(tx, team_id, from_on, to_on)
