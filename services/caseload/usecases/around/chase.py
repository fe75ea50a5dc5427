"""Tests are chased until somebody has acted on the result."""

from typing import Any
from uuid import UUID

from services.caseload.domain.client import Client
from services.caseload.domain.clinical_test import (
    ActedOn,
    Cancelling,
    Chasing,
    ClinicalTest,
    ClinicalTestStatus,
    NewClinicalTest,
    Result,
    Taking,
)
from services.caseload.domain.due import Due
from services.caseload.domain.rule import RuleCode
from services.caseload.events import ClinicalTestCancelled, ClinicalTestRequested, ClinicalTestTaken
from services.caseload.store import around
from services.common.db import Transaction
from services.common.membership import require_members
from services.common.paging import PageRequest, page
from services.common.rulebook import amounts


async def request_test(tx: Transaction, new: NewClinicalTest) -> ClinicalTest:
    """A test is wanted, and one of the team chases it. Raises `NotInTheTeam`."""
    client = await tx.get(Client, new.client_id)
    await require_members(tx, client.team_id, tx.today, {"/body/chaser_id": new.chaser_id})
    test = ClinicalTest.wanted(new, client, tx.now)
    tx.add(test)
    tx.publish(ClinicalTestRequested(**_told(test)), about=test)
    await tx.session.flush()
    return test


async def list_tests(
    tx: Transaction,
    request: PageRequest,
    *,
    client_id: UUID | None,
    chaser_id: UUID | None,
    status: ClinicalTestStatus | None,
    due: Due | None,
) -> dict[str, Any]:
    """The tests of a client, those that somebody chases, or those that are due or late."""
    wanted = await around.listed(tx, ClinicalTest, client_id=client_id, chaser_id=chaser_id, status=status, due=due)
    return await page(tx, wanted, ClinicalTest, request)


async def read_test(tx: Transaction, test_id: UUID) -> ClinicalTest:
    return await tx.get(ClinicalTest, test_id)


async def take_test(tx: Transaction, test_id: UUID, taking: Taking, if_match: int) -> ClinicalTest:
    """It was taken; the result is due. Raises `ClinicalTestOutOfStep` or `StepBeforeTheLast`."""
    test = await around.for_change(tx, ClinicalTest, test_id, if_match)
    (days,) = await amounts(tx, tx.today, RuleCode.TEST_RESULT)
    test.take(taking, days, tx.actor.employee_id, tx.now)
    tx.publish(ClinicalTestTaken(**_told(test), taken_on=taking.taken_on), about=test)
    await tx.session.flush()
    return test


async def receive_result(tx: Transaction, test_id: UUID, result: Result, if_match: int) -> ClinicalTest:
    """The result is in; somebody is to act on it. Raises `ClinicalTestOutOfStep` or `StepBeforeTheLast`."""
    test = await around.for_change(tx, ClinicalTest, test_id, if_match)
    (days,) = await amounts(tx, tx.today, RuleCode.TEST_ACT)
    test.come_in(result, days, tx.actor.employee_id, tx.now)
    await tx.session.flush()
    return test


async def act_on_result(tx: Transaction, test_id: UUID, acted: ActedOn, if_match: int) -> ClinicalTest:
    """Somebody acted on the result, and the chase is over. Raises `ClinicalTestOutOfStep` or `StepBeforeTheLast`."""
    test = await around.for_change(tx, ClinicalTest, test_id, if_match)
    test.act(acted, tx.actor.employee_id, tx.now)
    await tx.session.flush()
    return test


async def chase_test(tx: Transaction, test_id: UUID, chasing: Chasing, if_match: int) -> ClinicalTest:
    """Say why it has not come further, and when to look again. Raises `ClinicalTestOutOfStep`, `LooksAgainTooLate`."""
    test = await around.for_change(tx, ClinicalTest, test_id, if_match)
    (days,) = await amounts(tx, tx.today, RuleCode.TEST_CHASE)
    test.chase(chasing, days, tx.today, tx.now)
    await tx.session.flush()
    return test


async def cancel_test(tx: Transaction, test_id: UUID, cancelling: Cancelling, if_match: int) -> ClinicalTest:
    """It is not needed any more, and why. Raises `ClinicalTestOutOfStep`."""
    test = await around.for_change(tx, ClinicalTest, test_id, if_match)
    test.cancel(cancelling, tx.actor.employee_id, tx.now)
    tx.publish(ClinicalTestCancelled(**_told(test), cancelled_on=tx.today), about=test)
    await tx.session.flush()
    return test


def _told(test: ClinicalTest) -> dict[str, Any]:
    about: dict[str, Any] = {"test_id": test.id, "client_id": test.client_id, "team_id": test.team_id}
    return {**about, "kind": test.kind, "take_by": test.take_by}
