"""Delegating: a registered nurse lets one person give one client's medicine, until it ends or is withdrawn."""

from typing import Any
from uuid import UUID

from services.caseload.domain.delegation import Competence, Delegation, MemberRole, NewDelegation, NotCompetent
from services.caseload.domain.medicine import Medicine
from services.caseload.domain.rule import RuleCode
from services.caseload.events import DelegationGiven, DelegationWithdrawn
from services.caseload.store import medicines as store
from services.caseload.usecases.prescribe import require_registered
from services.common.db import Transaction, require_version
from services.common.membership import MembershipFact, require_members
from services.common.paging import PageRequest, page
from services.common.projections import keep_newest
from services.common.rulebook import amounts
from services.common.types import day_in_england


async def delegate(tx: Transaction, new: NewDelegation) -> Delegation:
    """Raises `OnlyARegisteredNurse`, `NotInTheTeam`, `NotCompetent`, `DelegationOver` or `DelegationTooLong`."""
    medicine = await tx.get(Medicine, new.medicine_id)
    await require_registered(tx, medicine.team_id)
    await require_members(tx, medicine.team_id, tx.today, {"/body/employee_id": new.employee_id})
    (days,) = await amounts(tx, tx.today, RuleCode.DELEGATION_DAYS)
    rests_on = await store.competence_at(tx, medicine.team_id, new.employee_id, new.task, tx.now)
    if rests_on is None:
        raise NotCompetent
    delegation = Delegation.given(new, medicine, rests_on, days, tx.actor.employee_id, tx.now)
    tx.add(delegation)
    tx.publish(DelegationGiven(**_standing(delegation)), about=delegation)
    return delegation


async def withdraw_delegation(tx: Transaction, delegation_id: UUID, if_match: int) -> Delegation:
    """Anybody of the team may say stop. Raises `PreconditionFailed` or `DelegationAlreadyWithdrawn`."""
    delegation = await tx.get(Delegation, delegation_id, lock=True)
    require_version(delegation, if_match)
    delegation.withdraw(tx.actor.employee_id, tx.now)
    await tx.session.flush()
    tx.publish(DelegationWithdrawn(**_standing(delegation), withdrawn_at=tx.now), about=delegation)
    return delegation


def _standing(delegation: Delegation) -> dict[str, Any]:
    """What the others may know: neither which medicine, nor who delegated it."""
    about = {name: getattr(delegation, name) for name in ("team_id", "client_id", "employee_id", "task", "until_on")}
    return {**about, "delegation_id": delegation.id, "from_on": day_in_england(delegation.delegated_at)}


async def read_delegation(tx: Transaction, delegation_id: UUID) -> Delegation:
    return await tx.get(Delegation, delegation_id)


async def list_delegations(
    tx: Transaction, request: PageRequest, *, client_id: UUID | None, medicine_id: UUID | None
) -> dict[str, Any]:
    """Newest first, those that ended among them."""
    wanted = await store.listed(tx, Delegation, client_id=client_id, medicine_id=medicine_id)
    return await page(tx, wanted, Delegation, request, newest_first=True)


async def remember_member(tx: Transaction, membership: MembershipFact, role: str) -> None:
    """Who belongs to which team, and what they work as there."""
    await keep_newest(tx, "team_member", membership.model_dump(include=set(MembershipFact.model_fields)))
    known = {"team_id": membership.team_id, "employee_id": membership.employee_id}
    await keep_newest(tx, MemberRole, {**known, "role": role})


async def remember_competence(tx: Transaction, competency: dict[str, Any]) -> None:
    """What hr signed off, or what nobody relies on any more."""
    await keep_newest(tx, Competence, competency)
