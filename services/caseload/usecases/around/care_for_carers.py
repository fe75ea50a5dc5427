"""Unpaid carers: found, asked how it is for them, and offered an assessment of their own (Care Act 2014, s 10)."""

from typing import Any
from uuid import UUID

from services.caseload.domain.carer import (
    AlreadyKnownAsCarer,
    Assessed,
    Carer,
    CarerStrain,
    Days,
    NewCarer,
    NewStrain,
    Offer,
    OfferAnswer,
)
from services.caseload.domain.due import Due
from services.caseload.domain.network import NetworkPerson
from services.caseload.domain.rule import RuleCode
from services.caseload.store import around, carers
from services.caseload.usecases.around.network import changed
from services.common.db import Transaction
from services.common.paging import PageRequest, page
from services.common.rulebook import amounts

Measured = tuple[Carer, list[CarerStrain]]


async def identify_carer(tx: Transaction, new: NewCarer) -> Carer:
    """Somebody of the network cares for the client. Raises `AlreadyKnownAsCarer`."""
    person = await tx.get(NetworkPerson, new.network_person_id)
    carer = Carer.identified(new, person, await _days(tx), tx.actor.employee_id, tx.now)
    async with tx.refusing({"carer_network_person_id_key": AlreadyKnownAsCarer}):
        tx.add(carer)
    tx.publish(changed(person), about=carer)
    return carer


async def list_carers(
    tx: Transaction, request: PageRequest, *, client_id: UUID | None, strained: bool | None, due: Due | None
) -> dict[str, Any]:
    """The team's carers: those under strain, and those whose assessment waits for its next step."""
    wanted = await around.listed(tx, Carer, client_id=client_id, strained=strained, due=due)
    return await page(tx, wanted, Carer, request)


async def read_carer(tx: Transaction, carer_id: UUID) -> Measured:
    carer = await tx.get(Carer, carer_id)
    return carer, list(await carers.strains(tx, carer.id))


async def measure_strain(tx: Transaction, carer_id: UUID, new: NewStrain, if_match: int) -> Measured:
    """How it is for the carer, by the sum of a scale; the rule of that scale says from where it is high."""
    carer = await around.for_change(tx, Carer, carer_id, if_match)
    (high_from,) = await amounts(tx, tx.today, RuleCode(f"carer_strain.{new.scale}"))
    carer.feel(new, high_from, await _days(tx), tx.now)
    tx.add(CarerStrain.of(carer, new, tx.actor.employee_id))
    await tx.session.flush()
    return carer, list(await carers.strains(tx, carer.id))


async def offer_assessment(tx: Transaction, carer_id: UUID, offer: Offer, if_match: int) -> Measured:
    """The carer is offered an assessment by the council. Raises `NotTheNextStep`."""
    carer = await around.for_change(tx, Carer, carer_id, if_match)
    carer.offer(offer, await _days(tx), tx.now)
    return await _written(tx, carer)


async def answer_offer(tx: Transaction, carer_id: UUID, answer: OfferAnswer, if_match: int) -> Measured:
    """The carer wants it, or does not. Raises `NotTheNextStep` or `StepBeforeTheLast`."""
    carer = await around.for_change(tx, Carer, carer_id, if_match)
    carer.answer(answer, await _days(tx), tx.now)
    return await _written(tx, carer)


async def note_carer_assessed(tx: Transaction, carer_id: UUID, assessed: Assessed, if_match: int) -> Measured:
    """The council assessed the carer. Raises `NotTheNextStep` or `StepBeforeTheLast`."""
    carer = await around.for_change(tx, Carer, carer_id, if_match)
    carer.assess(assessed, tx.now)
    return await _written(tx, carer)


async def _written(tx: Transaction, carer: Carer) -> Measured:
    await tx.session.flush()
    return carer, list(await carers.strains(tx, carer.id))


async def _days(tx: Transaction) -> Days:
    return Days(*await amounts(tx, tx.today, RuleCode.CARER_OFFER, RuleCode.CARER_ANSWER, RuleCode.CARER_COUNCIL))
