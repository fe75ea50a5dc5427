"""The days that a team plans together, the duties that it knows, and how many people each needs."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import col

from services.common.db import Transaction, require_version
from services.common.paging import PageRequest, page
from services.roster.domain.rota.problem import Problem, Rules
from services.roster.domain.rota.slots import UnknownDuty, require_timed
from services.roster.domain.rota_version.duty_type import (
    MOST_TYPES,
    DutyType,
    DutyTypeAlreadySet,
    EndOfDutyType,
    NewDutyType,
    TooManyDutyTypes,
)
from services.roster.domain.rota_version.rota import Needs, NewRota, Rota, RotaIsWorkedBy, RotaOverlaps, Withdrawal
from services.roster.domain.rota_version.version import OPEN, WORKED_BY, VersionState
from services.roster.store import rota_versions
from services.roster.store.of_team import of_team
from services.roster.usecases.rota.letters import letters_of


async def make_rota(tx: Transaction, new: NewRota) -> Rota:
    """The team begins to plan these days. Raises `NotFound`, `RotaOverlaps`, `UnknownDuty` or `AmbiguousClock`."""
    await tx.require_team(new.team_id)
    await tx.take_turns(new.team_id)
    rota = Rota.made(new, tx.now)
    await _require_known_duties(tx, rota)
    async with tx.refusing({"one_rota_a_day": RotaOverlaps}):
        tx.add(rota)
    return rota


async def read_rota(tx: Transaction, rota_id: UUID) -> Rota:
    return await tx.get(Rota, rota_id)


async def list_rotas(tx: Transaction, request: PageRequest, *, team_id: UUID | None) -> dict[str, Any]:
    return await page(tx, await of_team(tx, Rota, team_id), Rota, request)


async def set_needs(tx: Transaction, rota_id: UUID, needs: Needs, if_match: int) -> Rota:
    """How many people each duty needs from now on; what was proposed keeps what it was proposed for.

    Raises `PreconditionFailed`, `RotaClosed`, `UnknownDuty` or `AmbiguousClock`.
    """
    rota = await rota_versions.rota_in_turn(tx, rota_id)
    require_version(rota, if_match)
    rota.needs_now(needs.needs, tx.now)
    await _require_known_duties(tx, rota)
    await tx.session.flush()
    return rota


async def _require_known_duties(tx: Transaction, rota: Rota) -> None:
    """Or whatever is judged by these needs afterwards could not be timed."""
    types = await letters_of(tx, rota)
    rules = Rules({}, {}, rota.from_on)
    asked = Problem(rota.from_on, rota.days, tuple(types.values()), (), rota.needed(), rules)
    require_timed(asked, "/body/needs")
    if not {need["code"] for need in rota.needs} <= types.keys():
        raise UnknownDuty("/body/needs")


async def close_rota(tx: Transaction, rota_id: UUID, if_match: int) -> Rota:
    """The days are over: the published version is the last word, and what was never published is withdrawn.

    Raises `PreconditionFailed`, `RotaClosed` or `RotaStillRuns`.
    """
    rota = await rota_versions.rota_in_turn(tx, rota_id)
    require_version(rota, if_match)
    rota.close(tx.today, tx.now)
    for version in await rota_versions.in_state(tx, rota_id, VersionState.PUBLISHED, *OPEN):
        version.close(tx.now)
    await tx.session.flush()
    return rota


async def abandon_rota(tx: Transaction, rota_id: UUID, withdrawal: Withdrawal, if_match: int) -> Rota:
    """These days are not planned in this way after all: nobody is asked about it any more, and they are free again.

    Raises `PreconditionFailed`, `RotaClosed` or `RotaIsWorkedBy`.
    """
    rota = await rota_versions.rota_in_turn(tx, rota_id)
    require_version(rota, if_match)
    rota.withdraw(withdrawal.reason, tx.now)
    if await rota_versions.in_state(tx, rota_id, *WORKED_BY):
        raise RotaIsWorkedBy
    for version in await rota_versions.in_state(tx, rota_id, *OPEN):
        version.withdraw(tx.now)
    await tx.session.flush()
    return rota


async def set_duty_type(tx: Transaction, new: NewDutyType) -> DutyType:
    """From a day on the team means this by the code. Raises `NotFound`, `TooManyDutyTypes` or `DutyTypeAlreadySet`."""
    await tx.require_team(new.team_id)
    await tx.take_turns(new.team_id)
    codes = await rota_versions.codes_in_use(tx, new.team_id, new.from_on)
    if len(codes) >= MOST_TYPES and new.code not in codes:
        raise TooManyDutyTypes
    made = DutyType.made(new, tx.now)
    async with tx.refusing({"one_duty_type_from_a_day": DutyTypeAlreadySet}):
        tx.add(made)
    return made


async def end_duty_type(tx: Transaction, duty_type_id: UUID, end: EndOfDutyType, if_match: int) -> DutyType:
    """The code is of no use after this day. Raises `PreconditionFailed`."""
    found = await tx.get(DutyType, duty_type_id, lock=True)
    require_version(found, if_match)
    found.end(end.until_on, tx.now)
    await tx.session.flush()
    return found


async def list_duty_types(
    tx: Transaction, request: PageRequest, *, team_id: UUID | None, as_of: date | None
) -> dict[str, Any]:
    """All of them, or those that have begun by a day and not ended."""
    wanted = await of_team(tx, DutyType, team_id)
    if as_of is not None:
        goes_on = col(DutyType.until_on).is_(None) | (col(DutyType.until_on) >= as_of)
        wanted = wanted.where(col(DutyType.from_on) <= as_of, goes_on)
    return await page(tx, wanted, DutyType, request)
