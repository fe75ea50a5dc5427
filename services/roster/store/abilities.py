"""What people may do on a day, by what hr, their team and caseload say: four statements, however many they are."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from sqlalchemy import literal, or_, select, union_all
from sqlmodel import col

from services.common.db import Transaction
from services.roster.domain.ability import Ability, Skills, Word, ability_of, cleared_on, roles_on, skills_on, tasks_on
from services.roster.domain.known import Clearance, ClientDelegation, Competence, Contract
from services.roster.domain.member_skill import MemberSkill


async def abilities(tx: Transaction, team_id: UUID, people: Collection[UUID], on: date) -> dict[UUID, Ability]:
    """Of each of these people, whether much is known of them or nothing."""
    return (await abilities_on(tx, team_id, people, [on]))[on]


async def abilities_on(
    tx: Transaction, team_id: UUID, people: Collection[UUID], days: Collection[date]
) -> dict[date, dict[UUID, Ability]]:
    """The same for each of these days, by as many statements."""
    contracts = await _contracts(tx, team_id, people, min(days), max(days))
    told, said = await checks(tx, people, max(days)), await words(tx, team_id, min(days))
    delegations = await _for_clients(tx, team_id, people, min(days), max(days))
    found = {}
    for day in days:
        roles, clear, skills = roles_on(day, contracts), cleared_on(day, told), skills_on(day, said)
        tasks = tasks_on(day, delegations)
        found[day] = {
            one: replace(
                ability_of(roles.get(one, ()), skills.get(one, Skills())),
                for_clients=tasks.get(one, frozenset()),
                cleared=clear.get(one),
            )
            for one in people
        }
    return found


async def _for_clients(
    tx: Transaction, team_id: UUID, people: Collection[UUID], from_on: date, to_on: date
) -> Sequence[ClientDelegation]:
    """In force on some day of these."""
    wanted = select(ClientDelegation).where(
        col(ClientDelegation.team_id) == team_id,
        col(ClientDelegation.employee_id).in_(people),
        col(ClientDelegation.from_on) <= to_on,
        col(ClientDelegation.until_on) >= from_on,
        col(ClientDelegation.withdrawn_at).is_(None),
    )
    return await tx.all(wanted)


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


async def _contracts(
    tx: Transaction, team_id: UUID, people: Collection[UUID], from_on: date, to_on: date
) -> Sequence[Contract]:
    """With a role, in force on some day of these."""
    wanted = select(Contract).where(
        col(Contract.team_id) == team_id,
        col(Contract.employee_id).in_(people),
        col(Contract.from_on) <= to_on,
        or_(col(Contract.until_on).is_(None), col(Contract.until_on) >= from_on),
        col(Contract.role).is_not(None),
    )
    return await tx.all(wanted)


async def checks(tx: Transaction, people: Collection[UUID], until_on: date) -> Sequence[Clearance]:
    """Hr's words on each that count by a day, in the order in which they were said."""
    said = select(Clearance).where(col(Clearance.employee_id).in_(people), col(Clearance.since_on) <= until_on)
    return await tx.all(said.order_by(col(Clearance.version)))
