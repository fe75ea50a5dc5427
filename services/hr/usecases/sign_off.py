"""Competence: signed off by the registered nurse who saw it, withdrawn by anybody of the team, and told to caseload."""

from typing import Any
from uuid import UUID

from services.common.db import Transaction, require_version
from services.common.membership import require_members
from services.common.paging import PageRequest, page
from services.common.rulebook import amounts
from services.hr.domain.base import Role
from services.hr.domain.competency import AssessorNotRegistered, Competency, NewCompetency, SignedOffByAnother
from services.hr.domain.rule import RuleCode
from services.hr.events import CompetencySignedOff, CompetencyWithdrawn
from services.hr.store import competencies, people


async def sign_off_competency(tx: Transaction, new: NewCompetency) -> Competency:
    """Somebody may do a task from now on, where it is delegated to them.

    Raises `UnknownEmployee`, `NotInTheTeam`, `AssessorNotRegistered`, `SignedOffByAnother`,
    `CompetencyAssessedByOneself`, `CompetencyOver` or `CompetencyTooLong`.
    """
    await tx.require_team(new.team_id)
    await people.known(tx, new.employee_id)
    await require_members(tx, new.team_id, tx.today, {"/body/employee_id": new.employee_id})
    (days,) = await amounts(tx, tx.today, RuleCode.COMPETENCY_DAYS)
    competency = Competency.signed_off(new, days, tx.actor.subject, tx.now)
    assessor = (await people.by_id(tx, [new.assessed_by])).get(new.assessed_by)
    if assessor is None or assessor.role != Role.REGISTERED_NURSE:
        raise AssessorNotRegistered
    if tx.actor.is_team_bound and new.assessed_by != tx.actor.employee_id:
        raise SignedOffByAnother
    tx.add(competency)
    signed = CompetencySignedOff(
        competency_id=competency.id,
        team_id=competency.team_id,
        employee_id=competency.employee_id,
        task=competency.task,
        assessed_by=competency.assessed_by,
        assessed_on=competency.assessed_on,
        until_on=competency.until_on,
    )
    tx.publish(signed, about=competency)
    return competency


async def withdraw_competency(tx: Transaction, competency_id: UUID, if_match: int) -> Competency:
    """Nobody relies on it any more. Raises `PreconditionFailed` or `CompetencyAlreadyWithdrawn`."""
    competency = await tx.get(Competency, competency_id, lock=True)
    require_version(competency, if_match)
    competency.withdraw(tx.actor.subject, tx.now)
    withdrawn = CompetencyWithdrawn(
        competency_id=competency.id,
        team_id=competency.team_id,
        employee_id=competency.employee_id,
        task=competency.task,
        assessed_by=competency.assessed_by,
        assessed_on=competency.assessed_on,
        until_on=competency.until_on,
        withdrawn_at=tx.now,
    )
    tx.publish(withdrawn, about=competency)
    await tx.session.flush()
    return competency


async def read_competency(tx: Transaction, competency_id: UUID) -> Competency:
    competency: Competency = await tx.get(Competency, competency_id)
    return competency


async def list_competencies(
    tx: Transaction, request: PageRequest, *, team_id: UUID | None, employee_id: UUID | None
) -> dict[str, Any]:
    """Newest first, those that ended among them."""
    wanted = await competencies.listed(tx, team_id=team_id, employee_id=employee_id)
    return await page(tx, wanted, Competency, request, newest_first=True)
