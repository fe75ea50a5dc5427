"""What people may do on a day, by what hr, their team and caseload say: four statements, however many they are."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from uuid import UUID

from sqlalchemy import literal, or_, select, union_all
from sqlmodel import col

from services.common.db import Transaction
from services.roster.domain.ability import Ability, Skills, Word, ability_of, skills_on
from services.roster.domain.known import Clearance, ClientDelegation, Competence, Contract
from services.roster.domain.member_skill import MemberSkill


async def abilities(tx: Transaction, team_id: UUID, people: Collection[UUID], on: date) -> dict[UUID, Ability]:
    """Of each of these people, whether much is known of them or nothing."""
    roles, checks = await _roles(tx, team_id, people, on), await cleared(tx, people, on)
    skills, tasks = skills_on(on, await words(tx, team_id, on)), await _for_clients(tx, team_id, people, on)
    return {
        one: replace(
            ability_of(roles.get(one, ()), skills.get(one, Skills())),
            for_clients=frozenset(tasks.get(one, ())),
            cleared=checks.get(one),
        )
        for one in people
    }


async def _for_clients(
    tx: Transaction, team_id: UUID, people: Collection[UUID], on: date
) -> Mapping[UUID, set[tuple[UUID, str]]]:
    """By person, each client with a task that is delegated for them on this day."""
    wanted = select(
        col(ClientDelegation.employee_id), col(ClientDelegation.client_id), col(ClientDelegation.task)
    ).where(
        col(ClientDelegation.team_id) == team_id,
        col(ClientDelegation.employee_id).in_(people),
        col(ClientDelegation.from_on) <= on,
        col(ClientDelegation.until_on) >= on,
        col(ClientDelegation.withdrawn_at).is_(None),
    )
    found: dict[UUID, set[tuple[UUID, str]]] = {}
    for employee_id, client_id, task in await tx.rows(wanted):
        found.setdefault(employee_id, set()).add((client_id, task))
    return found


async def skills(tx: Transaction, team_id: UUID, on: date) -> dict[UUID, frozenset[str]]:
    """What each member can do on a day."""
    return {who: frozenset(of.can) for who, of in skills_on(on, await words(tx, team_id, on)).items()}


async def words(tx: Transaction, team_id: UUID, since: date) -> list[Word]:
    """The team's own words that hold on this day or later, and all of hr's, since what is over counts as well."""
    said = select(
        col(MemberSkill.employee_id),
        col(MemberSkill.skill),
        col(MemberSkill.from_on),
        col(MemberSkill.until_on),
        literal(False),
        literal(False),
    ).where(
        col(MemberSkill.team_id) == team_id,
        or_(col(MemberSkill.until_on).is_(None), col(MemberSkill.until_on) >= since),
    )
    signed_off = select(
        col(Competence.employee_id),
        col(Competence.task),
        col(Competence.assessed_on),
        col(Competence.until_on),
        literal(True),
        col(Competence.withdrawn_at).is_not(None),
    ).where(col(Competence.team_id) == team_id)
    return [Word(*row) for row in await tx.rows(union_all(said, signed_off))]


async def _roles(tx: Transaction, team_id: UUID, people: Collection[UUID], on: date) -> Mapping[UUID, set[str]]:
    """Of the contracts that count on this day; none where hr told none."""
    wanted = select(col(Contract.employee_id), col(Contract.role)).where(
        col(Contract.team_id) == team_id,
        col(Contract.employee_id).in_(people),
        col(Contract.from_on) <= on,
        or_(col(Contract.until_on).is_(None), col(Contract.until_on) >= on),
        col(Contract.role).is_not(None),
    )
    found: dict[UUID, set[str]] = {}
    for employee_id, role in await tx.rows(wanted):
        found.setdefault(employee_id, set()).add(role)
    return found


async def cleared(tx: Transaction, people: Collection[UUID], on: date) -> dict[UUID, bool]:
    """Hr's newest word on each that counts on this day, so that one taken back from an earlier day is taken back."""
    said = select(col(Clearance.employee_id), col(Clearance.may_visit_alone)).where(
        col(Clearance.employee_id).in_(people), col(Clearance.since_on) <= on
    )
    return {row[0]: row[1] for row in await tx.rows(said.order_by(col(Clearance.version)))}
