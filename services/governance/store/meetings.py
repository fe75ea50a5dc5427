"""Queries about meetings, and what there is to put on the agenda of the next: a fixed number of statements."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlmodel import col

from services.common.db import Transaction
from services.common.models import TeamOwned
from services.common.types import day_in_england
from services.common.working_days import working_days
from services.governance.domain.decision import Decision, DecisionStatus
from services.governance.domain.fact import (
    AgreedPlanFact,
    ChangedPlanFact,
    EndedEpisodeFact,
    EpisodeFact,
    RatingFact,
    ReablementFact,
    ReferralFact,
)
from services.governance.domain.meeting import (
    AgendaItem,
    AgendaKind,
    Drawn,
    Meeting,
    MeetingAction,
    MeetingAsk,
    every_week,
)
from services.governance.domain.obstacle import Obstacle
from services.governance.domain.win import Win

HIGHEST_ACUITY = 6


async def listed(tx: Transaction, model: type[TeamOwned], team_id: UUID | None) -> Select[Any]:
    wanted = select(model).where(await tx.visible(model))
    return wanted if team_id is None else wanted.where(col(model.team_id) == team_id)


async def last_drawn_at(tx: Transaction, team_id: UUID) -> datetime | None:
    found: datetime | None = await tx.session.scalar(
        select(func.max(col(Meeting.drawn_at))).where(col(Meeting.team_id) == team_id)
    )
    return found


async def items(tx: Transaction, meeting_id: UUID) -> Sequence[AgendaItem]:
    wanted = select(AgendaItem).where(col(AgendaItem.meeting_id) == meeting_id)
    return await tx.all(wanted.order_by(col(AgendaItem.position)))


async def actions(tx: Transaction, meeting_id: UUID) -> Sequence[MeetingAction]:
    wanted = select(MeetingAction).where(col(MeetingAction.meeting_id) == meeting_id)
    return await tx.all(wanted.order_by(col(MeetingAction.id)))


async def outcomes(tx: Transaction, found: Iterable[AgendaItem]) -> dict[UUID, str | None]:
    """How the referrals and the decisions among these items stand now."""
    ids = [item.subject_id for item in found if item.subject_id is not None]
    told: dict[UUID, str | None] = {}
    for model, column in ((ReferralFact, ReferralFact.outcome), (Decision, Decision.status)):
        told |= dict(
            tuple(row) for row in await tx.rows(select(col(model.id), col(column)).where(col(model.id).in_(ids)))
        )
    return told


async def is_in_care(tx: Transaction, team_id: UUID, client_id: UUID) -> bool:
    mine = select(col(EpisodeFact.id)).where(col(EpisodeFact.team_id) == team_id, _goes_on(EpisodeFact.id))
    return bool(await tx.all(mine.where(col(EpisodeFact.client_id) == client_id).limit(1)))


async def waiting_asks(tx: Transaction, team_id: UUID) -> Sequence[MeetingAsk]:
    """What nurses asked and no agenda has yet, locked."""
    mine = select(MeetingAsk).where(col(MeetingAsk.team_id) == team_id, col(MeetingAsk.meeting_id).is_(None))
    return await tx.all(mine.order_by(col(MeetingAsk.id)).with_for_update())


async def about_clients(tx: Transaction, meeting: Meeting) -> list[Drawn]:
    """New referrals, new clients, reablement, acuity up, and plans changed or over, as governance heard of them."""
    team, since, held_on = meeting.team_id, meeting.since, meeting.held_on
    waiting = await _ids(tx, ReferralFact, team, col(ReferralFact.outcome).is_(None))
    return [
        *(Drawn(AgendaKind.NEW_REFERRAL, subject_id=one) for one in waiting),
        *await _new_clients(tx, team),
        *await _reablement(tx, team, held_on),
        *await _reablement_decisions(tx, team, held_on),
        *await _acuity_up(tx, team, since),
        *await _changed_plans(tx, team, since),
        *await _plans_over(tx, team, held_on),
    ]


async def about_the_team(tx: Transaction, meeting: Meeting) -> list[Drawn]:
    """Wins, obstacles with their age, decisions that wait or are to be looked at again, and what comes every week."""
    team, held_on = meeting.team_id, meeting.held_on
    wins = await _ids(tx, Win, team, col(Win.told_at) > meeting.since)
    opened = select(col(Obstacle.id), col(Obstacle.tag), col(Obstacle.raised_on)).where(
        col(Obstacle.team_id) == team, col(Obstacle.closed_on).is_(None)
    )
    due = select(col(Decision.id), col(Decision.status), col(Decision.review_on)).where(
        col(Decision.team_id) == team,
        (col(Decision.status) == DecisionStatus.PROPOSED)
        | (col(Decision.review_on).between(day_in_england(meeting.since), held_on)),
    )
    return [
        *(Drawn(AgendaKind.WIN, subject_id=one) for one in wins),
        *(
            Drawn(AgendaKind.OBSTACLE, subject_id=one, code=tag, number=working_days(raised_on, held_on), day=raised_on)
            for one, tag, raised_on in await tx.rows(opened.order_by(col(Obstacle.id)))
        ),
        *(
            Drawn(AgendaKind.DECISION_DUE, subject_id=one, code=status, day=review_on)
            for one, status, review_on in await tx.rows(due.order_by(col(Decision.id)))
        ),
        *every_week(held_on),
    ]


async def _ids(tx: Transaction, model: type[TeamOwned], team_id: UUID, which: ColumnElement[bool]) -> Sequence[UUID]:
    return await tx.all(select(col(model.id)).where(col(model.team_id) == team_id, which).order_by(col(model.id)))


def _goes_on(episode_id: Any) -> ColumnElement[bool]:
    """Nobody was discharged from this episode of care."""
    return ~exists().where(col(EndedEpisodeFact.id) == col(episode_id))


async def _new_clients(tx: Transaction, team_id: UUID) -> list[Drawn]:
    """Who was taken on since the first agenda looked back and was on none yet, however late that was heard."""
    first = await tx.session.scalar(select(func.min(col(Meeting.since))).where(col(Meeting.team_id) == team_id))
    on_an_agenda = exists().where(
        col(AgendaItem.team_id) == team_id,
        col(AgendaItem.kind) == AgendaKind.NEW_CLIENT,
        col(AgendaItem.client_id) == col(EpisodeFact.client_id),
        col(AgendaItem.day) == col(EpisodeFact.opened_on),
    )
    wanted = select(col(EpisodeFact.client_id), col(EpisodeFact.opened_on)).where(
        col(EpisodeFact.team_id) == team_id,
        col(EpisodeFact.opened_on) >= day_in_england(first or tx.now),
        _goes_on(EpisodeFact.id),
        ~on_an_agenda,
    )
    rows = await tx.rows(wanted.order_by(col(EpisodeFact.id)))
    return [Drawn(AgendaKind.NEW_CLIENT, client_id=client_id, day=opened_on) for client_id, opened_on in rows]


def _free_then(team_id: UUID, held_on: date) -> ColumnElement[bool]:
    """The free days of who is in care still, where they are not over before the meeting."""
    mine = (col(ReablementFact.team_id) == team_id) & (col(ReablementFact.last_free_day_on) >= held_on)
    return mine & _goes_on(ReablementFact.episode_of_care_id)


async def _reablement(tx: Transaction, team_id: UUID, held_on: date) -> list[Drawn]:
    """The day of reablement that the meeting falls on: the first day is day 1."""
    wanted = select(col(ReablementFact.client_id), col(ReablementFact.started_on)).where(
        _free_then(team_id, held_on), col(ReablementFact.started_on) <= held_on
    )
    rows = await tx.rows(wanted.order_by(col(ReablementFact.started_on), col(ReablementFact.id)))
    return [
        Drawn(AgendaKind.REABLEMENT, client_id=client_id, number=(held_on - started_on).days + 1, day=started_on)
        for client_id, started_on in rows
    ]


async def _reablement_decisions(tx: Transaction, team_id: UUID, held_on: date) -> list[Drawn]:
    """Whose free days end soon, with the last of them, where finance has heard from nobody what follows."""
    wanted = select(col(ReablementFact.id), col(ReablementFact.client_id), col(ReablementFact.last_free_day_on)).where(
        _free_then(team_id, held_on),
        col(ReablementFact.undecided_on).is_not(None),
        col(ReablementFact.asked_on).is_(None),
    )
    rows = await tx.rows(wanted.order_by(col(ReablementFact.last_free_day_on), col(ReablementFact.id)))
    return [
        Drawn(AgendaKind.REABLEMENT_DECISION, subject_id=reablement_id, client_id=client_id, day=last)
        for reablement_id, client_id, last in rows
    ]


async def _acuity_up(tx: Transaction, team_id: UUID, since: datetime) -> list[Drawn]:
    """Clients whose worst Omaha status is worse than at the last meeting; acuity is 6 less that status."""
    now, before = _lowest(team_id).subquery(), _lowest(team_id, since).subquery()
    wanted = select(now.c.client_id, now.c.lowest).join(before, before.c.client_id == now.c.client_id)
    rows = await tx.rows(wanted.where(now.c.lowest < before.c.lowest).order_by(now.c.lowest, now.c.client_id))
    return [
        Drawn(AgendaKind.ACUITY_UP, client_id=client_id, number=HIGHEST_ACUITY - lowest) for client_id, lowest in rows
    ]


def _lowest(team_id: UUID, until: datetime | None = None) -> Select[Any]:
    """Each client's lowest status, of their problems as they were last rated by then."""
    mine = select(
        col(RatingFact.client_id),
        func.first_value(col(RatingFact.status))
        .over(partition_by=col(RatingFact.problem_id), order_by=(col(RatingFact.rated_at).desc(), col(RatingFact.id)))
        .label("status"),
    ).where(col(RatingFact.team_id) == team_id, col(RatingFact.status).is_not(None))
    latest = (mine if until is None else mine.where(col(RatingFact.rated_at) <= until)).subquery()
    return select(latest.c.client_id, func.min(latest.c.status).label("lowest")).group_by(latest.c.client_id)


async def _changed_plans(tx: Transaction, team_id: UUID, since: datetime) -> list[Drawn]:
    wanted = select(col(ChangedPlanFact.client_id), col(ChangedPlanFact.id)).where(
        col(ChangedPlanFact.team_id) == team_id, col(ChangedPlanFact.happened_at) > since
    )
    rows = await tx.rows(wanted.order_by(col(ChangedPlanFact.id)))
    return [Drawn(AgendaKind.PLAN_CHANGED, client_id=client_id, subject_id=plan_id) for client_id, plan_id in rows]


async def _plans_over(tx: Transaction, team_id: UUID, held_on: date) -> list[Drawn]:
    """Clients in care whose last agreed plan ended before the meeting."""
    client, last = col(AgreedPlanFact.client_id), func.max(col(AgreedPlanFact.ends_on))
    mine = (col(AgreedPlanFact.team_id) == team_id) & _goes_on(AgreedPlanFact.episode_of_care_id)
    wanted = select(client, last).where(mine).group_by(client).having(last < held_on)
    rows = await tx.rows(wanted.order_by(last, client))
    return [Drawn(AgendaKind.PLAN_OVERDUE, client_id=client_id, day=ends_on) for client_id, ends_on in rows]


async def health(tx: Transaction, team_id: UUID, since: date) -> Any:
    """How many meetings were called and held since a day, which was the last, and how often the coach joined."""
    held = col(Meeting.status) == "held"
    counts = (func.count(), func.count().filter(held), func.count().filter(held, col(Meeting.coach_joined)))
    wanted = select(*counts, func.max(col(Meeting.held_on)).filter(held)).where(
        col(Meeting.team_id) == team_id, col(Meeting.held_on) >= since
    )
    (row,) = await tx.rows(wanted)
    return row


async def counts_by_kind(tx: Transaction, team_id: UUID, kinds: Sequence[str]) -> dict[str, int]:
    """How many items of these kinds the newest agenda has."""
    newest = select(col(Meeting.id)).where(col(Meeting.team_id) == team_id)
    latest = newest.order_by(col(Meeting.held_on).desc()).limit(1).scalar_subquery()
    kind = col(AgendaItem.kind)
    wanted = select(kind, func.count()).where(col(AgendaItem.meeting_id) == latest, kind.in_(kinds)).group_by(kind)
    return {row[0]: row[1] for row in await tx.rows(wanted)}
