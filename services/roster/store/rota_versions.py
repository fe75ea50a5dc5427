"""Queries about rotas, their versions and what is said of them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, func, select, text
from sqlmodel import col

from services.common.db import Transaction
from services.common.errors import NotFound
from services.roster.domain.rota_version.consent import RotaDecision, RotaResponse
from services.roster.domain.rota_version.duty import RotaDuty
from services.roster.domain.rota_version.duty_type import DutyType
from services.roster.domain.rota_version.rota import Rota
from services.roster.domain.rota_version.version import WORKED_BY, RotaVersion, VersionState
from services.roster.domain.shift import Shift, ShiftStatus

Belonging = tuple[date, date | None]


async def rota_in_turn(tx: Transaction, rota_id: UUID) -> Rota:
    """The rota, held until the end: whoever changes it or a version of it does so in turn. Raises `NotFound`."""
    await tx.take_turns(rota_id)
    return await tx.get(Rota, rota_id, lock=True)


async def version_in_turn(tx: Transaction, version_id: UUID) -> RotaVersion:
    """One version, while its rota is held. Raises `NotFound`."""
    of_rota = select(col(RotaVersion.rota_id)).where(col(RotaVersion.id) == version_id, await tx.visible(RotaVersion))
    rota_id = await tx.session.scalar(of_rota)
    if rota_id is None:
        raise NotFound("rota_version")
    await tx.take_turns(rota_id)
    return await tx.get(RotaVersion, version_id, lock=True)


async def next_number(tx: Transaction, rota_id: UUID) -> int:
    highest = select(func.max(col(RotaVersion.number))).where(col(RotaVersion.rota_id) == rota_id)
    return (await tx.session.scalar(highest) or 0) + 1


async def in_state(tx: Transaction, rota_id: UUID, *states: VersionState) -> Sequence[RotaVersion]:
    """The versions of a rota that are in one of these states, by number."""
    wanted = select(RotaVersion).where(col(RotaVersion.rota_id) == rota_id, col(RotaVersion.state).in_(states))
    return await tx.all(wanted.order_by(col(RotaVersion.number)))


async def descends_from(tx: Transaction, version: RotaVersion, other_id: UUID) -> bool:
    """Whether a version was made from another, however many were made in between."""
    line = select(col(RotaVersion.parent_id)).where(col(RotaVersion.id) == version.id).cte(recursive=True)
    line = line.union(select(col(RotaVersion.parent_id)).where(col(RotaVersion.id) == line.c.parent_id))
    return bool(await tx.session.scalar(select(exists().where(line.c.parent_id == other_id))))


async def versions_of(tx: Transaction, rota_id: UUID) -> Select[Any]:
    return select(RotaVersion).where(col(RotaVersion.rota_id) == rota_id, await tx.visible(RotaVersion))


async def duties_of(tx: Transaction, version_id: UUID) -> Sequence[RotaDuty]:
    """In order of day and person."""
    wanted = select(RotaDuty).where(col(RotaDuty.rota_version_id) == version_id)
    return await tx.all(wanted.order_by(col(RotaDuty.day_on), col(RotaDuty.employee_id)))


async def responses_to(tx: Transaction, version_id: UUID) -> Sequence[RotaResponse]:
    wanted = select(RotaResponse).where(col(RotaResponse.rota_version_id) == version_id)
    return await tx.all(wanted.order_by(col(RotaResponse.answered_at), col(RotaResponse.id)))


async def decision_on(tx: Transaction, version_id: UUID) -> RotaDecision | None:
    found = await tx.all(select(RotaDecision).where(col(RotaDecision.rota_version_id) == version_id))
    return found[0] if found else None


async def duty_types(tx: Transaction, team_id: UUID, until_on: date) -> Sequence[DutyType]:
    """All rows that have begun by a day."""
    wanted = select(DutyType).where(col(DutyType.team_id) == team_id, col(DutyType.from_on) <= until_on)
    return await tx.all(wanted.order_by(col(DutyType.from_on)))


async def agreed_letters(tx: Transaction, rota_id: UUID) -> Any:
    """The duty types, as JSON, of the newest version that is published or was, or else of the one that is agreed."""
    wanted = select(col(RotaVersion.problem)["duties"]).where(
        col(RotaVersion.rota_id) == rota_id,
        col(RotaVersion.state).in_((*WORKED_BY, VersionState.AGREED)),
        col(RotaVersion.problem).is_not(None),
    )
    newest = wanted.order_by(col(RotaVersion.published_at).desc().nulls_last(), col(RotaVersion.number).desc())
    return await tx.session.scalar(newest.limit(1)) or []


async def codes_in_use(tx: Transaction, team_id: UUID, from_on: date) -> set[str]:
    """Those of duty types that may be used on some day from this one on."""
    wanted = select(col(DutyType.code)).where(
        col(DutyType.team_id) == team_id,
        col(DutyType.until_on).is_(None) | (col(DutyType.until_on) >= from_on),
    )
    return set(await tx.all(wanted))


async def memberships(tx: Transaction, team_id: UUID, from_on: date, to_on: date) -> dict[UUID, list[Belonging]]:
    """Who belongs to the team on some day of these, and from when to when."""
    member = tx.metadata.tables["team_member"]
    wanted = select(member.c.employee_id, member.c.from_on, member.c.until_on).where(
        member.c.team_id == team_id,
        member.c.from_on <= to_on,
        member.c.until_on.is_(None) | (member.c.until_on >= from_on),
    )
    found: dict[UUID, list[Belonging]] = {}
    for employee_id, since, until in await tx.rows(wanted.order_by(member.c.employee_id, member.c.from_on)):
        found.setdefault(employee_id, []).append((since, until))
    return found


def belongs(spans: Iterable[Belonging], on: date) -> bool:
    return any(since <= on and (until is None or on <= until) for since, until in spans)


def members_on(belonging: Mapping[UUID, Sequence[Belonging]], on: date) -> frozenset[UUID]:
    """Who of these belongs to the team on one day."""
    return frozenset(who for who, spans in belonging.items() if belongs(spans, on))


async def shifts_of(tx: Transaction, rota_id: UUID) -> Sequence[Shift]:
    """The planned shifts that were made of some version of this rota, as they are now."""
    versions = select(col(RotaVersion.id)).where(col(RotaVersion.rota_id) == rota_id)
    wanted = select(Shift).where(col(Shift.rota_version_id).in_(versions), col(Shift.status) == ShiftStatus.PLANNED)
    return await tx.all(wanted.order_by(col(Shift.starts_at), col(Shift.id)).execution_options(populate_existing=True))


async def look_when_all_have_moved(tx: Transaction) -> None:
    """Whether a person's shifts overlap is not asked until `look_now`."""
    await tx.session.execute(text("set constraints shift_one_at_a_time deferred"))


async def look_now(tx: Transaction) -> None:
    """Breaks the constraint `shift_one_at_a_time` if any overlap."""
    await tx.session.flush()
    await tx.session.execute(text("set constraints shift_one_at_a_time immediate"))
