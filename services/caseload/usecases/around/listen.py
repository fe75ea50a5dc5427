"""Feedback: a sample is drawn each quarter, and what people answer is kept and counted."""

import secrets
from datetime import date
from typing import Any
from uuid import UUID

from services.caseload.domain.feedback import (
    ANSWERS,
    Answered,
    FeedbackAsked,
    FeedbackRound,
    NewFeedbackRound,
    NotTheQuarterNow,
    RoundAlreadyDrawn,
    feedback_cells,
    quarter_of,
    told_quarter,
)
from services.caseload.domain.one_time_link import HandedOut
from services.caseload.domain.rule import RuleCode
from services.caseload.store import around, figures
from services.common.db import Transaction
from services.common.figures import hidden
from services.common.paging import PageRequest, page
from services.common.rulebook import amounts, smallest_cell

Round = tuple[FeedbackRound, list[FeedbackAsked]]
SEED_BYTES = 16


async def draw_feedback_round(tx: Transaction, new: NewFeedbackRound) -> Round:
    """Draw whom to ask this quarter, once, from everybody in the team's care and their carers.

    Nobody chooses the seed, so nobody can draw until they like the sample. Raises `NotTheQuarterNow`, `NobodyToAsk` or
    `RoundAlreadyDrawn`.
    """
    await tx.require_team(new.team_id)
    if new.quarter_on != quarter_of(tx.today):
        raise NotTheQuarterNow
    (size,) = await amounts(tx, tx.today, RuleCode.FEEDBACK_SAMPLE)
    frame = {candidate.id: candidate for candidate in await figures.candidates(tx, new.team_id)}
    seed = secrets.token_hex(SEED_BYTES)
    made = FeedbackRound.draw(new, seed, list(frame.values()), size, tx.actor.employee_id, tx.now)
    async with tx.refusing({"one_round_per_quarter": RoundAlreadyDrawn}):
        tx.add(made)
    tx.session.add_all(FeedbackAsked.of(made, frame[one], tx.now) for one in made.sample())
    await tx.session.flush()
    return made, list(await figures.asked_in(tx, made.id))


async def list_feedback_rounds(tx: Transaction, request: PageRequest, *, team_id: UUID | None) -> dict[str, Any]:
    """The rounds of the caller's teams."""
    return await page(tx, await around.listed(tx, FeedbackRound, team_id=team_id), FeedbackRound, request)


async def read_feedback_round(tx: Transaction, feedback_round_id: UUID) -> Round:
    made = await tx.get(FeedbackRound, feedback_round_id)
    return made, list(await figures.asked_in(tx, made.id))


async def read_feedback(tx: Transaction, asked_id: UUID) -> FeedbackAsked:
    return await tx.get(FeedbackAsked, asked_id)


async def answer_feedback(tx: Transaction, asked_id: UUID, answer: Answered, if_match: int) -> FeedbackAsked:
    """Somebody who was drawn answers. Raises `AlreadyAnswered`."""
    asked = await around.for_change(tx, FeedbackAsked, asked_id, if_match)
    asked.answer(answer, tx.actor.employee_id, tx.now)
    await tx.session.flush()
    return asked


async def send_feedback_link(tx: Transaction, asked_id: UUID, if_match: int) -> tuple[FeedbackAsked, HandedOut]:
    """A link by which somebody who was drawn answers by themselves, told this once. Raises `AlreadyAnswered`."""
    asked = await around.for_change(tx, FeedbackAsked, asked_id, if_match)
    (days,) = await amounts(tx, tx.today, RuleCode.FEEDBACK_LINK)
    handed_out = asked.send_link(days, tx.now)
    await tx.session.flush()
    return asked, handed_out


async def feedback_figures(tx: Transaction, team_id: UUID, as_of: date | None) -> dict[str, Any]:
    """How many of a quarter's sample answered, and what score they gave. Outside the team few are hidden.

    Raises `QuarterNotOver`.
    """
    await tx.require_team(team_id)
    quarter_on = told_quarter(as_of, tx.today, outside=not tx.actor.is_team_bound)
    cells = feedback_cells([tuple(row) for row in await figures.answers_of(tx, team_id, quarter_on)])
    away = hidden(cells, ANSWERS, await smallest_cell(tx))
    if "answered" in away:
        away |= {"score"}
    told = {name: None if name in away else cell.amount for name, cell in cells.items()}
    asked, answered = told["asked"], told["answered"]
    return {
        "quarter_on": quarter_on,
        "asked": asked,
        "answered": answered,
        "answered_by": {name.partition(".")[2]: count for name, count in told.items() if "." in name},
        "response_rate": round(answered / asked, 4) if asked and answered is not None else None,
        "score": told["score"],
    }
