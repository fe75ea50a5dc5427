"""Versions of a rota: drafted, edited, compared, proposed and withdrawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col

from services.common.db import Transaction, require_version
from services.common.errors import NotFound
from services.common.membership import NotInTheTeam
from services.common.paging import PageRequest, page
from services.roster.domain.rota_version.consent import Consent, RotaDecision, RotaResponse
from services.roster.domain.rota_version.duty import Cell, Changed, Clock, RotaDuty, by_cell, unchanged
from services.roster.domain.rota_version.rota import Rota
from services.roster.domain.rota_version.version import (
    NewVersion,
    Origin,
    RotaVersion,
    VersionOfAnotherRota,
    VersionState,
)
from services.roster.domain.rule import RuleCode
from services.roster.store import rota_versions
from services.roster.usecases.agreed import team_rule
from services.roster.usecases.rota.letters import letters_of, time_anew
from services.roster.usecases.rota.load import freeze
from services.roster.usecases.rota.telling import tell_of_proposed


@dataclass(frozen=True)
class WholeVersion:
    """A version with its duties and all that the team said of it."""

    rota_version: RotaVersion
    duties: Sequence[RotaDuty]
    responses: Sequence[RotaResponse]
    decision: RotaDecision | None
    consent: Consent


async def draft_rota(tx: Transaction, rota_id: UUID, new: NewVersion, if_match: int) -> WholeVersion:
    """A draft of the team's own, or an edit of another version, made on the days and needs last read.

    Raises `NotFound`, `PreconditionFailed`, `RotaClosed`, `VersionOfAnotherRota`, or what `set_duties` raises.
    """
    rota = await rota_versions.rota_in_turn(tx, rota_id)
    require_version(rota, if_match)
    rota.require_open()
    origin = Origin.MANUAL if new.from_version_id is None else Origin.EDIT
    version = await drafted(tx, rota, new.id, origin, from_version_id=new.from_version_id)
    await write_cells(tx, rota, version, new.duties)
    return await whole(tx, version)


async def drafted(
    tx: Transaction, rota: Rota, version_id: UUID, origin: Origin, *, from_version_id: UUID | None = None, **about: Any
) -> RotaVersion:
    """A new draft of a rota that is held, with the duties of the version it is made from."""
    parent = None if from_version_id is None else await parent_of(tx, rota, from_version_id)
    told = {"made_by": tx.actor.employee_id, "parent_id": from_version_id, **about}
    number = await rota_versions.next_number(tx, rota.id)
    version = RotaVersion.drafted(version_id, rota, number, origin, tx.now, **told)
    tx.add(version)
    await tx.session.flush()
    for duty in () if parent is None else await rota_versions.duties_of(tx, parent.id):
        same = duty.model_dump(exclude={"id", "version", "changed_at", "rota_version_id"})
        tx.add(RotaDuty(**same, rota_version_id=version.id, changed_at=tx.now))
    await tx.session.flush()
    return version


async def parent_of(tx: Transaction, rota: Rota, version_id: UUID) -> RotaVersion:
    """The version of this rota that another is made from. Raises `VersionOfAnotherRota`."""
    try:
        parent = await tx.get(RotaVersion, version_id)
    except NotFound as error:
        raise VersionOfAnotherRota from error
    if parent.rota_id != rota.id:
        raise VersionOfAnotherRota
    return parent


async def set_duties(tx: Transaction, version_id: UUID, cells: Sequence[Cell], if_match: int) -> WholeVersion:
    """These cells of a draft become this; the others stay.

    Raises `PreconditionFailed`, `VersionIsFixed`, `DayOutsideRota`, `UnknownDuty`, `AmbiguousClock` or `NotInTheTeam`.
    """
    version = await rota_versions.version_in_turn(tx, version_id)
    require_version(version, if_match)
    version.touch(tx.now)
    await write_cells(tx, await tx.get(Rota, version.rota_id), version, cells)
    return await whole(tx, version)


async def write_cells(tx: Transaction, rota: Rota, version: RotaVersion, cells: Sequence[Cell]) -> None:
    """Into a draft. Raises `DayOutsideRota`, `UnknownDuty`, `AmbiguousClock` or `NotInTheTeam`."""
    if not cells:
        return
    types = await letters_of(tx, rota)
    belonging = await rota_versions.memberships(tx, rota.team_id, rota.from_on, rota.to_on)
    clock = Clock(rota, types)
    made = []
    for cell in cells:
        rota.day(cell.day_on)
        _require_member(belonging, cell)
        made += [] if cell.code is None else [clock.duty(version.id, cell, cell.code, tx.now)]
    there = {(duty.employee_id, duty.day_on): duty for duty in await rota_versions.duties_of(tx, version.id)}
    gone = [there[key].id for cell in cells if (key := (cell.employee_id, cell.day_on)) in there]
    if gone:
        await tx.session.execute(delete(RotaDuty).where(col(RotaDuty.id).in_(gone)))
    tx.session.add_all(made)
    await tx.session.flush()


def _require_member(belonging: Mapping[UUID, list[rota_versions.Belonging]], cell: Cell) -> None:
    spans = belonging.get(cell.employee_id, [])
    if cell.code is not None and not rota_versions.belongs(spans, cell.day_on):
        raise NotInTheTeam("/body/duties")


async def read_version(tx: Transaction, version_id: UUID) -> WholeVersion:
    return await whole(tx, await tx.get(RotaVersion, version_id))


async def list_versions(tx: Transaction, request: PageRequest, rota_id: UUID) -> dict[str, Any]:
    """The versions of one rota, without their duties. Raises `NotFound`."""
    await tx.get(Rota, rota_id)
    return await page(tx, await rota_versions.versions_of(tx, rota_id), RotaVersion, request)


async def whole(tx: Transaction, version: RotaVersion) -> WholeVersion:
    """A fixed number of statements, however many versions there have been."""
    responses = await rota_versions.responses_to(tx, version.id)
    decision = await rota_versions.decision_on(tx, version.id)
    consent = await consent_of(tx, version, responses, tx.today if decision is None else decision.meeting_on)
    return WholeVersion(version, await rota_versions.duties_of(tx, version.id), responses, decision, consent)


async def consent_of(tx: Transaction, version: RotaVersion, responses: Sequence[RotaResponse], on: date) -> Consent:
    """Among the members of a meeting's day; those of today may object too."""
    belonging = await rota_versions.memberships(tx, version.team_id, min(on, tx.today), max(on, tx.today))
    there, today = (rota_versions.members_on(belonging, day) for day in (on, tx.today))
    return Consent.among(there, today, responses, await team_rule(tx, version.team_id, RuleCode.QUORUM, on))


async def propose_rota(tx: Transaction, version_id: UUID, if_match: int) -> WholeVersion:
    """The team is asked about this version; the one it was asked about before is superseded.

    Answers are carried over from that one for whom nothing changes, and what the version was judged by is kept with it.
    Raises `PreconditionFailed` or `VersionNotOpen`, and what `score` raises.
    """
    version = await rota_versions.version_in_turn(tx, version_id)
    require_version(version, if_match)
    rota = await tx.get(Rota, version.rota_id)
    version.propose(tx.now)
    await time_anew(tx, rota, version)
    await freeze(tx, rota, version)
    duties = by_cell(await rota_versions.duties_of(tx, version.id))
    for older in await rota_versions.in_state(tx, version.rota_id, VersionState.PROPOSED, VersionState.AGREED):
        if older.id != version.id:
            older.supersede(tx.now)
            before = by_cell(await rota_versions.duties_of(tx, older.id))
            said = [one for one in await rota_versions.responses_to(tx, older.id) if one.stands]
            same = unchanged(before, duties, [one.employee_id for one in said])
            tx.session.add_all([one.carried(version.id, tx.now) for one in said if one.employee_id in same])
    await tell_of_proposed(tx, rota, version)
    await tx.settle()
    return await whole(tx, version)


async def withdraw_rota(tx: Transaction, version_id: UUID, if_match: int) -> WholeVersion:
    """Nobody is asked about it any more. Raises `PreconditionFailed` or `VersionNotOpen`."""
    version = await rota_versions.version_in_turn(tx, version_id)
    require_version(version, if_match)
    version.withdraw(tx.now)
    await tx.session.flush()
    return await whole(tx, version)


async def difference_of(tx: Transaction, version_id: UUID, other_version_id: UUID) -> list[Changed]:
    """The cells that differ from the first version to the other. Raises `NotFound` or `VersionOfAnotherRota`."""
    first, other = await tx.get(RotaVersion, version_id), await tx.get(RotaVersion, other_version_id)
    if first.rota_id != other.rota_id:
        raise VersionOfAnotherRota
    before, after = [by_cell(await rota_versions.duties_of(tx, one.id)) for one in (first, other)]
    return Changed.between(before, after)
