"""The anticipatory list: a practice names people at risk, the team offers contact, and some take it up."""

from datetime import date
from typing import Any
from uuid import UUID

from services.caseload.domain.anticipatory import (
    FUNNEL,
    FUNNEL_LAYOUT,
    AnticipatoryList,
    AnticipatoryPerson,
    NewAnticipatoryList,
    Offer,
    OfferAnswer,
    TakeUp,
    funnel_cells,
)
from services.caseload.domain.feedback import told_quarter
from services.caseload.store import around, reaching
from services.caseload.usecases.getting_in import receive_referral
from services.caseload.usecases.team.quarter import last_day
from services.common.db import Transaction
from services.common.figures import hidden
from services.common.paging import PageRequest, page
from services.common.rulebook import smallest_cell

WholeList = tuple[AnticipatoryList, list[AnticipatoryPerson]]


async def receive_anticipatory_list(tx: Transaction, new: NewAnticipatoryList) -> WholeList:
    """A practice or a network of them tells the team of people at risk. Raises `NotFound`."""
    await tx.require_team(new.team_id)
    made = AnticipatoryList.received(new, tx.actor.employee_id, tx.now)
    tx.add(made)
    await tx.session.flush()
    people = [AnticipatoryPerson.of(made, one) for one in new.people]
    tx.session.add_all(people)
    await tx.session.flush()
    return made, people


async def list_anticipatory_lists(tx: Transaction, request: PageRequest, *, team_id: UUID | None) -> dict[str, Any]:
    """The lists that the caller's teams were sent."""
    return await page(tx, await around.listed(tx, AnticipatoryList, team_id=team_id), AnticipatoryList, request)


async def read_anticipatory_list(tx: Transaction, anticipatory_list_id: UUID) -> WholeList:
    made = await tx.get(AnticipatoryList, anticipatory_list_id)
    return made, list(await reaching.listed_people(tx, made.id))


async def read_anticipatory_person(tx: Transaction, person_id: UUID) -> AnticipatoryPerson:
    return await tx.get(AnticipatoryPerson, person_id)


async def offer_contact(tx: Transaction, person_id: UUID, offer: Offer, if_match: int) -> AnticipatoryPerson:
    """The team offers somebody contact. Raises `StepOutOfTurn`."""
    person = await around.for_change(tx, AnticipatoryPerson, person_id, if_match)
    person.offer(offer, tx.now)
    await tx.session.flush()
    return person


async def answer_contact(tx: Transaction, person_id: UUID, told: OfferAnswer, if_match: int) -> AnticipatoryPerson:
    """They want it, do not, or did not answer. Raises `StepOutOfTurn` or `AnsweredBeforeTheOffer`."""
    person = await around.for_change(tx, AnticipatoryPerson, person_id, if_match)
    person.answer(told, tx.now)
    await tx.session.flush()
    return person


async def take_up_contact(tx: Transaction, person_id: UUID, taken: TakeUp, if_match: int) -> AnticipatoryPerson:
    """They take it up: a referral is received, and the team decides about it as about any. Raises `StepOutOfTurn`."""
    person = await around.for_change(tx, AnticipatoryPerson, person_id, if_match)
    await receive_referral(tx, person.take_up(taken, tx.now))
    await tx.session.flush()
    return person


async def anticipatory_figures(tx: Transaction, team_id: UUID, as_of: date | None) -> dict[str, Any]:
    """How many of a quarter's lists came how far. Outside the team few are hidden.

    Raises `NotFound` or `QuarterNotOver`.
    """
    await tx.require_team(team_id)
    quarter_on = told_quarter(as_of, tx.today, outside=not tx.actor.is_team_bound)
    cells = funnel_cells(await reaching.how_far(tx, team_id, quarter_on, last_day(quarter_on)))
    away = hidden(cells, FUNNEL_LAYOUT, await smallest_cell(tx))
    told = {name: None if name in away else cells[name].amount for name in FUNNEL}
    return {"team_id": team_id, "quarter_on": quarter_on, **told}
