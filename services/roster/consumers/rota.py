"""What is told of the team's decisions about a rota."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel

from services.common.db import Transaction
from services.common.inbox import Subscription
from services.roster.usecases import rota


class Subject(BaseModel):
    kind: str
    id: UUID


class AdoptedDecision(BaseModel):
    decision_id: UUID
    team_id: UUID
    subjects: list[Subject]
    adopted_on: date


async def remember_decision(tx: Transaction, fact: AdoptedDecision) -> None:
    subjects = [subject.id for subject in fact.subjects if subject.kind == "rota"]
    adopted_at = tx.now if tx.event is None else tx.event.time
    if subjects:
        await rota.remember_decision(tx, fact.decision_id, fact.team_id, subjects, fact.adopted_on, adopted_at)


SUBSCRIPTIONS: tuple[Subscription, ...] = (
    Subscription("governance.decision.adopted.v1", AdoptedDecision, remember_decision),
)
