"""Queries about people whom practices name: pages of a list, who declined before, and how far a quarter's came."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col

from services.caseload.domain.anticipatory import (
    DECLINED,
    AnticipatoryList,
    AnticipatoryPerson,
    AnticipatoryStep,
    ListedStatus,
)
from services.common.db import Transaction


def people_of(anticipatory_list_id: UUID) -> Select[Any]:
    return select(AnticipatoryPerson).where(col(AnticipatoryPerson.anticipatory_list_id) == anticipatory_list_id)


async def declined_before(tx: Transaction, team_id: UUID, numbers: Sequence[str]) -> dict[str, date]:
    """Of these NHS numbers, those whose last answer to the team was that they want no contact, with its day."""
    number, answered_on = col(AnticipatoryPerson.nhs_number), col(AnticipatoryPerson.answered_on)
    said = (*DECLINED, ListedStatus.WANTED, ListedStatus.TAKEN_UP)
    last = (
        select(number, col(AnticipatoryPerson.status), answered_on)
        .where(
            col(AnticipatoryPerson.team_id) == team_id,
            number.in_(numbers),
            col(AnticipatoryPerson.status).in_(said),
        )
        .ext(distinct_on(number))
        .order_by(number, answered_on.desc(), col(AnticipatoryPerson.changed_at).desc())
    )
    return {known: on for known, status, on in await tx.rows(last) if status in DECLINED}


async def how_far(tx: Transaction, team_id: UUID, first: date, last: date, until: datetime) -> Sequence[str]:
    """How far everybody had come by then who was on a list that was received between these days."""
    step, person = AnticipatoryStep, col(AnticipatoryStep.anticipatory_person_id)
    latest = (
        select(person, col(step.status))
        .join(AnticipatoryPerson, col(AnticipatoryPerson.id) == person)
        .join(AnticipatoryList, col(AnticipatoryList.id) == col(AnticipatoryPerson.anticipatory_list_id))
        .where(
            col(AnticipatoryList.team_id) == team_id,
            col(AnticipatoryList.received_on).between(first, last),
            col(step.written_at) <= until,
        )
        .ext(distinct_on(person))
        .order_by(person, col(step.written_at).desc())
    )
    return [status for _, status in await tx.rows(latest)]


async def to_forget(tx: Transaction, before: datetime, *, most: int) -> Sequence[AnticipatoryPerson]:
    """Some who declined so long ago, and of whom more is kept. What another replica works on is left to it."""
    wanted = select(AnticipatoryPerson).where(
        col(AnticipatoryPerson.status).in_(DECLINED),
        col(AnticipatoryPerson.forgotten_at).is_(None),
        col(AnticipatoryPerson.changed_at) < before,
    )
    return await tx.all(wanted.limit(most).with_for_update(skip_locked=True))
