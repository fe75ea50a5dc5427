"""Availability: everybody says for themselves; what the team agrees with somebody is kept by every proposal."""

from typing import Any
from uuid import UUID

from services.common.db import Transaction, require_version
from services.common.membership import NotInTheTeam
from services.common.paging import PageRequest, page
from services.roster.domain.availability import Availability, EndOfAvailability, NewAvailability
from services.roster.store.of_team import of_team


async def say_availability(tx: Transaction, new: NewAvailability) -> Availability:
    """A member says what they can, would rather or cannot work. Raises `NotFound` or `NotInTheTeam`."""
    await tx.require_team(new.team_id)
    if tx.actor.employee_id is None:
        raise NotInTheTeam("/header/Authorization")
    said = Availability.said(new, tx.actor.employee_id, tx.now)
    tx.add(said)
    return said


async def list_availability(tx: Transaction, request: PageRequest, *, team_id: UUID | None) -> dict[str, Any]:
    return await page(tx, await of_team(tx, Availability, team_id), Availability, request)


async def end_availability(
    tx: Transaction, availability_id: UUID, end: EndOfAvailability, if_match: int
) -> Availability:
    """Its last day. Raises `PreconditionFailed` or `NotYourAvailability`."""
    said = await tx.get(Availability, availability_id, lock=True)
    require_version(said, if_match)
    said.end(end.until_on, tx.actor.employee_id, tx.now)
    await tx.session.flush()
    return said


async def agree_availability(tx: Transaction, availability_id: UUID, if_match: int) -> Availability:
    """A colleague records that the team agreed to it. Raises `PreconditionFailed` or `NotAgreedWithOneself`."""
    said = await tx.get(Availability, availability_id, lock=True)
    require_version(said, if_match)
    said.agree(tx.actor.employee_id, tx.now)
    await tx.session.flush()
    return said
