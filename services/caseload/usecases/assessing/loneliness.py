"""Loneliness is asked at admission and later, and its change is told with that of social contact."""

from datetime import date
from typing import Any
from uuid import UUID

from services.caseload.domain.client import EpisodeOfCare
from services.caseload.domain.loneliness import (
    LIMITS,
    SOCIAL_CONTACT,
    AskedAtAdmission,
    LonelinessChange,
    LonelinessScale,
    LonelinessScore,
    NewLonelinessScore,
    ScoreOutsideTheScale,
    change_of,
    score_pairs,
)
from services.caseload.domain.outcome import SCALES, Outcome, clients_of, outcomes, paired
from services.caseload.store import around, loneliness, records
from services.common.db import Transaction
from services.common.figures import standing_day
from services.common.paging import PageRequest, page
from services.common.rulebook import amounts, rule_in_force, smallest_cell


async def score_loneliness(tx: Transaction, new: NewLonelinessScore) -> LonelinessScore:
    """Write down what a client answered. Raises `ScoreOutsideTheScale` or `AskedAtAdmission`."""
    episode = await tx.get(EpisodeOfCare, new.episode_of_care_id)
    least, most, _ = LIMITS[new.scale]
    field = "/body/asked_on"
    lowest = (await rule_in_force(tx, least, new.asked_on, field=field)).amount
    highest = (await rule_in_force(tx, most, new.asked_on, field=field)).amount
    if not lowest <= new.score <= highest:
        raise ScoreOutsideTheScale(lowest, highest)
    score = LonelinessScore.of(new, episode, tx.actor.employee_id, tx.now)
    async with tx.refusing({"one_loneliness_at_admission": AskedAtAdmission}):
        tx.add(score)
    return score


async def list_loneliness_scores(tx: Transaction, request: PageRequest, *, client_id: UUID | None) -> dict[str, Any]:
    """Newest first."""
    wanted = await around.listed(tx, LonelinessScore, client_id=client_id)
    return await page(tx, wanted, LonelinessScore, request, newest_first=True)


async def social_contact_figures(tx: Transaction, team_id: UUID, as_of: date | None) -> dict[str, Any]:
    """How the status of social contact, and loneliness, changed since admission.

    Outside the team what stands on few clients is hidden. Raises `NotAMonthsEnd`.
    """
    await tx.require_team(team_id)
    smallest, inside = await smallest_cell(tx), tx.actor.is_team_bound
    day = standing_day(as_of, tx.today, outside=not inside)
    return {
        "as_of": day,
        "social_contact": await _status(tx, team_id, day, smallest, inside=inside),
        "loneliness": {
            scale.value: await _loneliness(tx, team_id, scale, day, smallest, inside=inside)
            for scale in LonelinessScale
        },
    }


async def _status(tx: Transaction, team_id: UUID, day: date, smallest: int, *, inside: bool) -> Outcome | None:
    pairs = paired(await records.rated_problems(tx, team_id, until=day)).get(SOCIAL_CONTACT, [])
    if not pairs or clients_of(pairs) < smallest:
        return None
    return outcomes(pairs, with_directions=inside)[SCALES.index("status")]


async def _loneliness(
    tx: Transaction, team_id: UUID, scale: LonelinessScale, day: date, smallest: int, *, inside: bool
) -> LonelinessChange | None:
    pairs = score_pairs(await loneliness.asked(tx, team_id, scale, day))
    if not pairs or len({pair.client_id for pair in pairs}) < smallest:
        return None
    (limit,) = await amounts(tx, day, LIMITS[scale][2])
    return change_of(scale, pairs, limit, with_directions=inside)
