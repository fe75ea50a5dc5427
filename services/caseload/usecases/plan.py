"""The care plan: drafted, agreed with the client, and changed line by line."""

from collections.abc import Sequence
from uuid import UUID

from services.caseload.domain.care_plan import (
    Agreement,
    CarePlan,
    CarePlanLine,
    LineChange,
    NewCarePlan,
    WhoToCall,
)
from services.caseload.domain.client import EpisodeOfCare
from services.caseload.events import CarePlanAgreed, ReablementAgreed
from services.caseload.store import records
from services.caseload.usecases import plan_words
from services.common.db import Transaction, require_version

Plan = tuple[CarePlan, Sequence[CarePlanLine]]


async def draft_care_plan(tx: Transaction, new: NewCarePlan) -> Plan:
    """Write a plan down. Until the client agrees, it is a draft. Raises `NotInCareThen` or `ReablementLongAgo`."""
    episode = await tx.get(EpisodeOfCare, new.episode_of_care_id)
    episode.require_in_care(tx.today)
    plan = CarePlan.drafted(new, episode, tx.actor.employee_id, tx.now)
    tx.add(plan)
    await tx.session.flush()
    lines = [CarePlanLine.of(plan, line, position) for position, line in enumerate(new.lines)]
    tx.session.add_all(lines)
    return plan, lines


async def read_care_plan(tx: Transaction, care_plan_id: UUID) -> Plan:
    plan = await tx.get(CarePlan, care_plan_id)
    return plan, await records.lines(tx, plan.id)


async def agree_care_plan(tx: Transaction, care_plan_id: UUID, agreement: Agreement, if_match: int) -> Plan:
    """The client agrees, and the six free weeks of reablement start if the plan has any.

    Raises `CarePlanAlreadyAgreed` or `PlanEndsBeforeItIsAgreed`.
    """
    plan = await tx.get(CarePlan, care_plan_id, lock=True)
    require_version(plan, if_match)
    plan.agree(agreement, tx.now)
    agreed = CarePlanAgreed(
        care_plan_id=plan.id,
        client_id=plan.client_id,
        episode_of_care_id=plan.episode_of_care_id,
        team_id=plan.team_id,
        expected_visits=plan.expected_visits,
        ends_on=plan.ends_on,
        agreed_on=agreement.agreed_on,
    )
    tx.publish(agreed, about=plan)
    if plan.reablement_from is not None:
        reablement = ReablementAgreed(
            care_plan_id=plan.id,
            client_id=plan.client_id,
            episode_of_care_id=plan.episode_of_care_id,
            team_id=plan.team_id,
            starts_on=plan.reablement_from,
        )
        tx.publish(reablement, about=plan)
    return plan, await records.lines(tx, plan.id)


async def change_line(tx: Transaction, care_plan_id: UUID, line_id: UUID, change: LineChange, if_match: int) -> Plan:
    """Change one line of a plan, made on the version the caller last read.

    Raises `PreconditionFailed` when somebody changed the plan since, and `InConflict` where two versions of the line
    wait for somebody to settle them.
    """
    plan = await tx.get(CarePlan, care_plan_id, lock=True)
    require_version(plan, if_match)
    part = await plan_words.part_of(tx, plan, line_id)
    part.require_no_conflict()
    await plan_words.write_anew(tx, part, change.model_dump(), tx.actor.employee_id)
    return plan, await records.lines(tx, plan.id)


async def say_who_to_call(tx: Transaction, care_plan_id: UUID, told: WhoToCall, if_match: int) -> Plan:
    """Whom the client rings. Raises `PreconditionFailed` or `InConflict`."""
    plan = await tx.get(CarePlan, care_plan_id, lock=True)
    require_version(plan, if_match)
    part = await plan_words.part_of(tx, plan, None)
    part.require_no_conflict()
    await plan_words.write_anew(tx, part, told.model_dump(), tx.actor.employee_id)
    return plan, await records.lines(tx, plan.id)
