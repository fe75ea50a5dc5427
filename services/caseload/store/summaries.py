"""What somebody needs to know of a client at their door tonight, in a fixed number of statements."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from services.caseload.domain.care_contact import CareContact, Note
from services.caseload.domain.care_plan import CarePlan, CarePlanLine, CarePlanStatus
from services.caseload.domain.client import Client
from services.caseload.domain.omaha import PROBLEMS, ClientProblem
from services.caseload.store import end_of_life
from services.common.db import Transaction

LATEST_NOTES = 3


async def summary_of(tx: Transaction, client_id: UUID) -> dict[str, Any]:
    """One client whom the caller may read: who they are, what ails them, what was agreed, and how things are."""
    client = (await tx.all(select(Client).where(col(Client.id) == client_id)))[0]
    problems = select(ClientProblem).where(col(ClientProblem.client_id) == client_id)
    lines = (
        select(CarePlanLine)
        .join(CarePlan, col(CarePlan.id) == col(CarePlanLine.care_plan_id))
        .where(col(CarePlan.client_id) == client_id, col(CarePlan.status) == CarePlanStatus.AGREED)
        .order_by(col(CarePlan.id), col(CarePlanLine.position))
    )
    notes = (
        select(Note)
        .join(CareContact, col(CareContact.id) == col(Note.care_contact_id))
        .where(col(CareContact.client_id) == client_id)
        .order_by(col(Note.written_at).desc(), col(Note.id).desc())
        .limit(LATEST_NOTES)
    )
    drivers = await end_of_life.running_of(tx, client_id)
    return {
        "person": client,
        "problems": [_named(one) for one in await tx.all(problems.order_by(col(ClientProblem.code)))],
        "care_plan_lines": await tx.all(lines),
        "latest_notes": await tx.all(notes),
        "end_of_life": await end_of_life.current_of(tx, client_id),
        "syringe_drivers": drivers,
        "checks": await end_of_life.checks(tx, *(one.id for one in drivers)),
    }


def _named(problem: ClientProblem) -> dict[str, Any]:
    kept = {name: getattr(problem, name) for name in ("code", "type", "signs", "words")}
    return {**kept, "name": PROBLEMS[problem.code]["name"]}
