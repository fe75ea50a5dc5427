"""The anticipatory list: a practice names people at risk, the team offers contact, and some take it up."""

from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from services.caseload.domain.anticipatory import (
    FUNNEL,
    FUNNEL_LAYOUT,
    AnticipatoryList,
    AnticipatoryPerson,
    AnticipatoryStep,
    ContactAnswer,
    ContactOffer,
    NewAnticipatoryList,
    TakeUp,
    funnel_cells,
)
from services.caseload.domain.rule import RuleCode
from services.caseload.store import anticipating, around
from services.caseload.usecases.getting_in import receive_referral
from services.caseload.usecases.settled import quarter_told
from services.common.auth import SYSTEM
from services.common.db import Database, Transaction
from services.common.figures import hidden
from services.common.paging import PageRequest, page
from services.common.rulebook import amounts, smallest_cell
from services.common.service import Runtime
from services.common.watching import drained, keep_on

POLL_SECONDS = 3600.0
MOST_AT_ONCE = 100
WholeList = tuple[AnticipatoryList, list[AnticipatoryPerson]]


async def receive_anticipatory_list(tx: Transaction, new: NewAnticipatoryList) -> WholeList:
    """A practice or a network of them tells the team of people at risk; who declined before is marked.

    Raises `NotFound`.
    """
    await tx.require_team(new.team_id)
    made = AnticipatoryList.received(new, tx.actor.employee_id, tx.now)
    tx.add(made)
    await tx.session.flush()
    numbers = [one.person.nhs_number for one in new.people if one.person.nhs_number]
    declined = await anticipating.declined_before(tx, made.team_id, numbers)
    people = [AnticipatoryPerson.of(made, one, declined.get(one.person.nhs_number or "")) for one in new.people]
    tx.session.add_all(people)
    await tx.session.flush()
    tx.session.add_all(AnticipatoryStep.of(person) for person in people)
    await tx.session.flush()
    return made, people


async def list_anticipatory_lists(tx: Transaction, request: PageRequest, *, team_id: UUID | None) -> dict[str, Any]:
    """The lists that the caller's teams were sent."""
    return await page(tx, await around.listed(tx, AnticipatoryList, team_id=team_id), AnticipatoryList, request)


async def read_anticipatory_list(
    tx: Transaction, request: PageRequest, anticipatory_list_id: UUID
) -> tuple[AnticipatoryList, dict[str, Any]]:
    """The list, with a page of its people."""
    made = await tx.get(AnticipatoryList, anticipatory_list_id)
    return made, await page(tx, anticipating.people_of(made.id), AnticipatoryPerson, request)


async def read_anticipatory_person(tx: Transaction, person_id: UUID) -> AnticipatoryPerson:
    return await tx.get(AnticipatoryPerson, person_id)


async def offer_contact(tx: Transaction, person_id: UUID, offer: ContactOffer, if_match: int) -> AnticipatoryPerson:
    """The team offers somebody contact. Raises `StepOutOfTurn`."""
    person = await around.for_change(tx, AnticipatoryPerson, person_id, if_match)
    person.offer(offer, tx.now)
    return await _stepped(tx, person)


async def answer_contact(tx: Transaction, person_id: UUID, told: ContactAnswer, if_match: int) -> AnticipatoryPerson:
    """They want it, do not, or did not answer; who declined may want it after all.

    Raises `StepOutOfTurn`, `DetailsForgotten` or `AnsweredBeforeTheOffer`.
    """
    person = await around.for_change(tx, AnticipatoryPerson, person_id, if_match)
    person.answer(told, tx.now)
    return await _stepped(tx, person)


async def take_up_contact(tx: Transaction, person_id: UUID, taken: TakeUp, if_match: int) -> AnticipatoryPerson:
    """They take it up: a referral is received, and the team decides about it as about any. Raises `StepOutOfTurn`."""
    person = await around.for_change(tx, AnticipatoryPerson, person_id, if_match)
    await receive_referral(tx, person.take_up(taken, tx.now))
    return await _stepped(tx, person)


async def anticipatory_figures(tx: Transaction, team_id: UUID, as_of: date | None) -> dict[str, Any]:
    """How many of a quarter's lists came how far. Outside the team few are hidden, and the quarter is closed.

    Raises `NotFound` or `QuarterNotOver`.
    """
    await tx.require_team(team_id)
    quarter = await quarter_told(tx, as_of)
    cells = funnel_cells(await anticipating.how_far(tx, team_id, quarter.first, quarter.last, quarter.until))
    away = hidden(cells, FUNNEL_LAYOUT, await smallest_cell(tx))
    told = {name: None if name in away else cells[name].amount for name in FUNNEL}
    return {"team_id": team_id, "quarter_on": quarter.first, **told}


async def forget_declined(runtime: Runtime) -> None:
    """Forget who declined long ago, for as long as the process lives; each replica takes what is free."""
    await keep_on("forgetting_declined", POLL_SECONDS, partial(drained, partial(forget_some, runtime.database)))


async def forget_some(database: Database) -> int:
    """Keep of some who declined before the rule's days no more than that they did. How many there were."""
    async with database.transaction(SYSTEM) as tx:
        (days,) = await amounts(tx, tx.today, RuleCode.DECLINED_DAYS)
        people = await anticipating.to_forget(tx, tx.now - timedelta(days=days), most=MOST_AT_ONCE)
        for person in people:
            person.forget(tx.now)
    return len(people)


async def _stepped(tx: Transaction, person: AnticipatoryPerson) -> AnticipatoryPerson:
    """Keep when this step was written."""
    tx.session.add(AnticipatoryStep.of(person))
    await tx.session.flush()
    return person
