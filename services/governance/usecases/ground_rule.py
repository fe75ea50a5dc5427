"""Ground rules: agreeing one, and losing one for it."""

from typing import Any
from uuid import UUID

from services.common.db import Transaction
from services.common.paging import PageRequest, page
from services.common.rulebook import rule_in_force
from services.governance.domain.ground_rule import (
    GroundRule,
    NewGroundRule,
    free_place,
    require_decision,
    to_lose,
)
from services.governance.domain.rule import RuleCode
from services.governance.store import decisions, ground_rules


async def agree_ground_rule(tx: Transaction, new: NewGroundRule) -> GroundRule:
    """The team gives itself a rule. Beyond the most allowed it replaces one, always by an adopted decision about it.

    Raises `NotFound`, `RuleNeedsToReplaceOne`, `GroundRuleNotInForce`, `DecisionNotAdopted` or
    `DecisionAboutSomethingElse`.
    """
    await tx.require_team(new.team_id)
    await tx.take_turns(f"ground_rule/{new.team_id}")
    in_force = await ground_rules.in_force(tx, new.team_id)
    most = (await rule_in_force(tx, RuleCode.GROUND_RULES_IN_FORCE, tx.today)).amount
    lost = to_lose(new, in_force, most)
    require_decision(new, None if new.decision_id is None else await decisions.find(tx, new.decision_id))
    if lost is not None:
        lost.end(tx.today, tx.now)
        await tx.session.flush()
    place = free_place(in_force) if lost is None else lost.place
    rule = GroundRule.agreed(new, place, tx.actor.employee_id, tx.today, tx.now)
    tx.add(rule)
    return rule


async def list_ground_rules(
    tx: Transaction, request: PageRequest, *, team_id: UUID | None, in_force: bool
) -> dict[str, Any]:
    return await page(tx, await ground_rules.listed(tx, team_id=team_id, in_force=in_force), GroundRule, request)
