"""Queries about activity lines and what they cost."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Select, and_, case, cast, func, select, update
from sqlmodel import col

from services.common.db import Transaction
from services.finance.domain.activity import HEALTH, SOCIAL_CARE, WHO_PAYS, ActivityLine, ChargeStatus
from services.finance.domain.activity_cost import SOCIAL_TYPES, Clients, Sum, Sums
from services.finance.domain.outcome import Standing
from services.finance.store.reablement import free

# What PostgreSQL's grouping(type, band) says of a row.
ONE_BAND, ALL_BANDS, ALL_TYPES = 0, 1, 3


async def is_known(tx: Transaction, care_contact_id: UUID) -> bool:
    wanted = select(col(ActivityLine.id)).where(col(ActivityLine.care_contact_id) == care_contact_id).limit(1)
    return bool(await tx.all(wanted))


async def of_employee(tx: Transaction, employee_id: UUID) -> Sequence[ActivityLine]:
    """The employee's lines, contact by contact in the order of their segments."""
    wanted = select(ActivityLine).where(col(ActivityLine.employee_id) == employee_id)
    return await tx.all(wanted.order_by(col(ActivityLine.care_contact_id), col(ActivityLine.position)))


async def charge_again(tx: Transaction, client_id: UUID, outcomes: Sequence[Standing], first: date, last: date) -> None:
    """Let what the client was given on these days go by what is known now, as `charge_status` says; in one statement.

    `outcomes` are the client's, the one that begins last first. Health care is left alone.
    """
    kind, day, status = col(ActivityLine.activity_type), col(ActivityLine.occurred_on), col(ActivityLine.charge_status)
    paid = [(day.between(one.from_on, one.until_on), WHO_PAYS[one.outcome].value) for one in outcomes]
    whens: list[tuple[ColumnElement[bool], str]] = [
        (free(client_id, day).correlate(ActivityLine).exists(), ChargeStatus.FREE_REABLEMENT.value)
    ]
    whens += [(and_(kind.in_(SOCIAL_CARE), counts), pays) for counts, pays in paid]
    whens += [(kind.in_(SOCIAL_CARE), ChargeStatus.NEEDS_FINANCIAL_ASSESSMENT.value)]
    goes_by = case(*whens, else_=ChargeStatus.NEEDS_DECISION.value)
    of_client = (col(ActivityLine.client_id) == client_id, day.between(first, last), kind.not_in(HEALTH))
    again = update(ActivityLine).where(*of_client, status != goes_by)
    changes = {"charge_status": goes_by, "changed_at": tx.now, "version": col(ActivityLine.version) + 1}
    await tx.session.execute(again.values(changes), execution_options={"synchronize_session": False})


async def listed(tx: Transaction, *, team_id: UUID | None, first: date, last: date) -> Select[Any]:
    """The visible lines of these days, by team where asked."""
    wanted = select(ActivityLine).where(
        await tx.visible(ActivityLine), col(ActivityLine.occurred_on).between(first, last)
    )
    return wanted if team_id is None else wanted.where(col(ActivityLine.team_id) == team_id)


async def costs(tx: Transaction, team_id: UUID, first: date, last: date) -> Sums:
    """Minutes, pence and clients of the team's days by type of activity and band; lines still waiting have no band."""
    kind, band, client = col(ActivityLine.activity_type), col(ActivityLine.band), col(ActivityLine.client_id).distinct()
    is_social, is_costed = kind.in_(SOCIAL_TYPES), band.is_not(None)
    minutes = func.sum(col(ActivityLine.minutes)).label("minutes")
    pence = cast(func.sum(col(ActivityLine.cost_pence)), BigInteger).label("cost_pence")
    counted = (
        func.count(client).label("clients"),
        func.count(client).filter(is_social).label("social_clients"),
        func.count(client).filter(is_costed).label("costed_clients"),
        func.count(client).filter(is_social, is_costed).label("costed_social_clients"),
        func.grouping(kind, band).label("summed_over"),
    )
    wanted = (
        select(kind, band, minutes, pence, *counted)
        .where(col(ActivityLine.team_id) == team_id, col(ActivityLine.occurred_on).between(first, last))
        .group_by(func.rollup(kind, band))
        .order_by(kind, band)
    )
    rows = await tx.rows(wanted)
    by_band = [Sum(*row[:5]) for row in rows if row.summed_over == ONE_BAND]
    types = [row for row in rows if row.summed_over == ALL_BANDS]
    (whole,) = (row for row in rows if row.summed_over == ALL_TYPES)
    seen = Clients({row.activity_type: row.clients for row in types}, whole.social_clients, whole.clients)
    by_type = {row.activity_type: row.costed_clients for row in types}
    return Sums(by_band, seen, Clients(by_type, whole.costed_social_clients, whole.costed_clients))
