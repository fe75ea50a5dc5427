"""Deciding: a proposal, the members' positions, and adoption by consent."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.common import membership
from services.common.db import Transaction, require_version
from services.common.errors import NotFound
from services.common.paging import PageRequest, page
from services.common.rulebook import rule_in_force
from services.governance.domain.decision import Adoption, Consent, Decision, NewDecision, NotAdopting
from services.governance.domain.position import (
    NewPosition,
    NotAMemberToday,
    Position,
    PositionIsOnesOwn,
    PositionTaken,
)
from services.governance.domain.rule import RuleCode
from services.governance.events import DecisionAdopted, Subject
from services.governance.store import decisions


@dataclass(frozen=True)
class WholeDecision:
    """A decision with the members' positions, those before them, and where the team stands."""

    decision: Decision
    positions: Sequence[Position]
    history: Sequence[PositionTaken]
    consent: Consent


async def raise_decision(tx: Transaction, new: NewDecision) -> WholeDecision:
    """Propose something to the team. Raises `NotFound` for a team that is not the caller's."""
    await tx.require_team(new.team_id)
    decision = Decision.raised(new, tx.actor.employee_id, tx.now)
    tx.add(decision)
    await tx.session.flush()
    return await _whole(tx, decision)


async def list_decisions(
    tx: Transaction, request: PageRequest, *, team_id: UUID | None, status: str | None, needs_me: bool
) -> dict[str, Any]:
    wanted = await decisions.listed(tx, team_id=team_id, status=status, needs_me=needs_me)
    return await page(tx, wanted, Decision, request)


async def read_decision(tx: Transaction, decision_id: UUID) -> WholeDecision:
    return await _whole(tx, await tx.get(Decision, decision_id))


async def take_position(tx: Transaction, decision_id: UUID, new: NewPosition) -> WholeDecision:
    """Say where one stands, or record at a meeting where another member stands; it replaces what was said before.

    Raises `DecisionAlreadySettled`, `ObjectionNeedsReason`, `PositionIsOnesOwn`, `NotAMemberToday`,
    `ObjectionIsTheirsToLift` or `PositionTakenInPerson`.
    """
    decision = await tx.get(Decision, decision_id, lock=True)
    decision.require_open()
    whose = await _whose(tx, decision, new)
    position = Position.taken(
        new,
        decision_id=decision.id,
        team_id=decision.team_id,
        employee_id=whose,
        by=tx.actor.employee_id,
        now=tx.now,
    )
    await tx.session.merge(position)
    tx.add(PositionTaken.of(position))
    decision.changed_at = tx.now
    await tx.session.flush()
    return await _whole(tx, decision)


async def _whose(tx: Transaction, decision: Decision, new: NewPosition) -> UUID:
    """The member whose position this is: the caller, unless a meeting records another's."""
    caller = tx.actor.employee_id
    whose = new.employee_id or caller
    if whose is None:
        raise NotFound("employee")
    if whose == caller:
        return whose
    if not new.recorded_at_meeting:
        raise PositionIsOnesOwn
    if whose not in await membership.members(tx, decision.team_id, tx.today):
        raise NotAMemberToday
    before = await decisions.position_of(tx, decision.id, whose)
    if before is not None:
        before.require_replaceable_by(caller)
    return whose


async def adopt_decision(tx: Transaction, decision_id: UUID, adoption: Adoption, if_match: int) -> WholeDecision:
    """The team adopts a decision by consent, and the others hear of it.

    Raises `DecisionAlreadySettled`, `ObjectionStands`, `QuorumNotMet`, `TooFewInPerson` or `ReviewInThePast`.
    """
    decision = await tx.get(Decision, decision_id, lock=True)
    require_version(decision, if_match)
    whole = await _whole(tx, decision)
    decision.adopt(adoption, whole.consent, by=tx.actor.employee_id, today=tx.today, now=tx.now)
    adopted = DecisionAdopted(
        decision_id=decision.id,
        team_id=decision.team_id,
        subjects=[Subject.model_validate(subject) for subject in decision.subjects],
        adopted_on=tx.today,
        agree=whole.consent.agree,
        can_live_with=whole.consent.can_live_with,
    )
    tx.publish(adopted, about=decision)
    await tx.session.flush()
    return whole


async def not_adopt_decision(tx: Transaction, decision_id: UUID, ending: NotAdopting, if_match: int) -> WholeDecision:
    """The team lets a proposal go, and says why. Raises `DecisionAlreadySettled`."""
    decision = await tx.get(Decision, decision_id, lock=True)
    require_version(decision, if_match)
    decision.not_adopt(ending, tx.actor.employee_id, tx.now)
    await tx.session.flush()
    return await _whole(tx, decision)


async def _whole(tx: Transaction, decision: Decision) -> WholeDecision:
    taken = await decisions.positions(tx, decision.id)
    members = await membership.members(tx, decision.team_id, tx.today)
    quorum = await rule_in_force(tx, RuleCode.DECISION_QUORUM, tx.today)
    in_person = await rule_in_force(tx, RuleCode.DECISION_IN_PERSON, tx.today)
    history = await decisions.history(tx, decision.id)
    return WholeDecision(decision, taken, history, Consent.among(members, taken, quorum, in_person))
