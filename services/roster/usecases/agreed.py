"""What a team agreed in the place of a rule, and what therefore holds for it."""

from datetime import date
from typing import Any
from uuid import UUID

from services.common.db import Transaction
from services.common.paging import PageRequest, page
from services.common.rulebook import rule_in_force, rules_in_force
from services.common.rules import Rule
from services.roster.domain.rota.problem import Rules
from services.roster.domain.rota_version.people import rules_of
from services.roster.domain.team_agreement import AgreedAlready, NewTeamAgreement, TeamAgreement
from services.roster.store import leave
from services.roster.store.of_team import of_team


async def agree_rule(tx: Transaction, new: NewTeamAgreement) -> TeamAgreement:
    """The team keeps another limit or price from a day on.

    Raises `NotForTheTeamToAgree`, `AgreementOutOfBounds` or `AgreedAlready`.
    """
    await tx.require_team(new.team_id)
    made = TeamAgreement.made(new, tx.actor.employee_id, tx.now)
    async with tx.refusing({"one_agreement_from_a_day": AgreedAlready}):
        tx.add(made)
    return made


async def list_agreements(tx: Transaction, request: PageRequest, *, team_id: UUID | None) -> dict[str, Any]:
    return await page(tx, await of_team(tx, TeamAgreement, team_id), TeamAgreement, request)


async def team_rules(tx: Transaction, team_id: UUID, on: date) -> Rules:
    """All that holds for a team's rota on a day."""
    return rules_of(await rules_in_force(tx, on), await leave.agreements(tx, team_id, on), on)


async def team_rule(tx: Transaction, team_id: UUID, code: str, on: date) -> Rule:
    """One rule as it holds for a team on a day. Raises `NoRuleInForce`."""
    rule = await rule_in_force(tx, code, on)
    amount, per = (await leave.agreements(tx, team_id, on)).get(code, (rule.amount, rule.per))
    return Rule(code, rule.from_on, amount, per, rule.unit, rule.source, rule.status)
