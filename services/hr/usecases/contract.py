"""Contracts: agreed, listed, and seen to end in good time."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from services.common.db import Transaction, require_version
from services.common.paging import PageRequest, page
from services.common.rulebook import amounts
from services.hr.domain.contract import Contract, NewContract, Recall
from services.hr.domain.rule import RuleCode
from services.hr.domain.waiting import days_between
from services.hr.events import ContractAgreed, SecondmentRecalled
from services.hr.store import contracts, people
from services.hr.usecases.belong import leave_by


async def agree_contract(tx: Transaction, new: NewContract) -> Contract:
    """A contract is agreed, and roster and finance hear of it.

    Raises `UnknownEmployee`, `EndsBeforeItStarts`, `EndRequired` or `HomeEmployerRequired`.
    """
    await tx.require_team(new.team_id)
    await people.known(tx, new.employee_id)
    contract = Contract.agreed(new, tx.now)
    tx.add(contract)
    _tell(tx, contract)
    return contract


def _tell(tx: Transaction, contract: Contract) -> None:
    agreed = ContractAgreed(
        contract_id=contract.id,
        employee_id=contract.employee_id,
        team_id=contract.team_id,
        kind=contract.kind,
        band=contract.band,
        role=contract.role,
        minutes_per_week=contract.minutes_per_week,
        from_on=contract.from_on,
        until_on=contract.until_on,
    )
    tx.publish(agreed, about=contract)


async def read_contract(tx: Transaction, contract_id: UUID) -> Contract:
    contract: Contract = await tx.get(Contract, contract_id)
    return contract


async def recall_secondee(tx: Transaction, contract_id: UUID, recall: Recall, if_match: int) -> Contract:
    """The home employer calls a secondee back: contract and place in the team end on the day, and all hear of it.

    Whoever has a contract with the team that goes on stays in it. Raises `PreconditionFailed`, `NotASecondment`,
    `AlreadyRecalled` or `RecallOutsideSecondment`.
    """
    contract: Contract = await tx.get(Contract, contract_id, lock=True)
    require_version(contract, if_match)
    contract.recall(recall, tx.today, tx.now)
    await tx.session.flush()
    leaves_team = not await contracts.goes_on(tx, contract, recall.last_on)
    if leaves_team:
        await leave_by(tx, contract.team_id, contract.employee_id, recall.last_on)
    _tell(tx, contract)
    recalled = SecondmentRecalled(
        contract_id=contract.id,
        employee_id=contract.employee_id,
        team_id=contract.team_id,
        last_on=recall.last_on,
        reason=recall.reason,
        recalled_on=tx.today,
        leaves_team=leaves_team,
    )
    tx.publish(recalled, about=contract)
    return contract


async def list_contracts(
    tx: Transaction, request: PageRequest, *, team_id: UUID | None, employee_id: UUID | None
) -> dict[str, Any]:
    wanted = await contracts.listed(tx, team_id=team_id, employee_id=employee_id)
    return await page(tx, wanted, Contract, request)


async def contracts_ending(
    tx: Transaction, request: PageRequest, team_id: UUID, *, as_of: date | None, within_days: int | None
) -> dict[str, Any]:
    """The team's contracts that end within so many days of a day, with the days left; nothing follows them yet.

    Without `within_days` the rule `contract.flagged_before` decides. Raises `NoRuleInForce`.
    """
    await tx.require_team(team_id)
    first = as_of or tx.today
    if within_days is None:
        (within_days,) = await amounts(tx, first, RuleCode.CONTRACT_FLAGGED)
    wanted = await contracts.ending(tx, team_id, first, first + timedelta(days=within_days))
    found = await page(tx, wanted, Contract, request)
    items = [(contract, days_between(first, contract.until_on)) for contract in found["items"]]
    return {"items": items, "next_cursor": found["next_cursor"]}
