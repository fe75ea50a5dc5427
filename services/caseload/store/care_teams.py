"""Queries about named nurses and deputies, now and before."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import Uuid, bindparam, select, text
from sqlmodel import col

from services.caseload.domain.action import Action, ActionStatus
from services.caseload.domain.care_team import CareTeamPeriod, ContactsBy
from services.caseload.domain.clinical_test import ENDED, ClinicalTest
from services.common.db import Transaction

# A contact before the first named nurse was written down counts as one of that nurse's time.
CONTACTS = text("""
    select k.employee_id, count(*) as contacts,
        count(*) filter (where k.employee_id in (theirs.named_nurse_id, theirs.deputy_id)) as by_care_team
    from care_contact k
    left join lateral (
        select p.named_nurse_id, p.deputy_id from care_team_period p
        where p.episode_of_care_id = k.episode_of_care_id
        order by p.from_on > (k.started_at at time zone 'Europe/London')::date,
            case when p.from_on <= (k.started_at at time zone 'Europe/London')::date then p.from_on end desc,
            p.from_on, p.id desc
        limit 1
    ) theirs on true
    where k.client_id = :client_id group by k.employee_id order by contacts desc, k.employee_id
""").bindparams(bindparam("client_id", type_=Uuid))


async def periods(tx: Transaction, client_id: UUID) -> Sequence[CareTeamPeriod]:
    """The newest first."""
    wanted = select(CareTeamPeriod).where(col(CareTeamPeriod.client_id) == client_id)
    return await tx.all(wanted.order_by(col(CareTeamPeriod.from_on).desc(), col(CareTeamPeriod.id).desc()))


async def period_now(tx: Transaction, episode_of_care_id: UUID) -> CareTeamPeriod | None:
    mine = col(CareTeamPeriod.episode_of_care_id) == episode_of_care_id
    found = await tx.all(select(CareTeamPeriod).where(mine, col(CareTeamPeriod.until_on).is_(None)))
    return found[0] if found else None


async def left_with(
    tx: Transaction, client_id: UUID, people: Collection[UUID]
) -> tuple[Sequence[Action], Sequence[ClinicalTest]]:
    """What these people still have to do or to chase for this client."""
    tasks = select(Action).where(
        col(Action.client_id) == client_id,
        col(Action.employee_id).in_(people),
        col(Action.status) == ActionStatus.OPEN,
    )
    tests = select(ClinicalTest).where(
        col(ClinicalTest.client_id) == client_id,
        col(ClinicalTest.chaser_id).in_(people),
        col(ClinicalTest.status).not_in(ENDED),
    )
    return await tx.all(tasks.with_for_update()), await tx.all(tests.with_for_update())


async def contacts_by_person(tx: Transaction, client_id: UUID) -> list[ContactsBy]:
    return [ContactsBy(*row) for row in await tx.rows(CONTACTS, {"client_id": client_id})]
