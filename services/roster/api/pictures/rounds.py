"""A day's rounds as a picture."""

from datetime import datetime
from string import ascii_uppercase
from typing import Any
from uuid import UUID

from fastapi import Request, Response

from services.common.http import ByNurse, api_router
from services.common.types import ENGLAND
from services.roster.api.pictures.page import PRODUCES, shown
from services.roster.api.pictures.round_sketch import RoundSketch, RoundsPicture, StopSketch, drawn
from services.roster.domain.round_plan import RoundPlan, RoundPlanState
from services.roster.usecases import proposing
from services.roster.usecases.proposing import PlacedRound

router = api_router(tags=["pictures"])


@router.get("/pictures/round/{round_plan_id}", response_class=Response, responses=PRODUCES)
async def draw_round(tx: ByNurse, round_plan_id: UUID, request: Request) -> Response:
    """Rounds as a sketch of how places lie to each other: SVG, PNG, or a page with both, as Accept asks."""
    plan = await proposing.read_round_plan(tx, round_plan_id)
    return await shown(request, drawn(_picture(plan, await proposing.placed_rounds(tx, plan))))


def _picture(plan: RoundPlan, placed: list[PlacedRound]) -> RoundsPicture:
    """Roster knows no names: people are letters, and what is said of them is said by their letters."""
    letters = {str(one.employee_id): letter(number) for number, one in enumerate(placed)}
    rounds = tuple(
        RoundSketch(
            letter=letters[str(one.employee_id)],
            name=f"Nurse {letters[str(one.employee_id)]}",
            begins=one.begins,
            stops=tuple(StopSketch(at, _time(stop), _words(stop, letters)) for stop, at in one.stops),
        )
        for one in placed
    )
    day = f"{plan.day_on:%A} {plan.day_on.day} {plan.day_on:%B %Y}"
    unserved = tuple(one["why"] for one in plan.unserved)
    return RoundsPicture(f"Rounds of {day}", rounds, unserved, plan.state == RoundPlanState.PROPOSED)


def letter(number: int) -> str:
    """What somebody without a name is called: A to Z, then AA."""
    return ascii_uppercase[number % 26] * (number // 26 + 1)


def _time(stop: dict[str, Any]) -> str:
    return f"{datetime.fromisoformat(stop['starts_at']).astimezone(ENGLAND):%H:%M}"


def _words(stop: dict[str, Any], letters: dict[str, str]) -> str:
    words = str(stop["why"])
    for number, person in enumerate(stop["people"]):
        words = words.replace(f"{{{number}}}", letters.get(person, "somebody"))
    return words
