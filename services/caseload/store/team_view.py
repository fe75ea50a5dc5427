"""The team's view of its caseload: each read is one statement, and reads no more than the team's own clients."""

from functools import cache
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import Date, Integer, Select, Text, TextClause, Uuid, bindparam, func, text

from services.caseload.domain.client import Client
from services.common.db import Transaction
from services.common.paging import PageRequest
from services.common.written_pages import told, told_rows

# Of a part of the name, so that a first name or a few letters will do.
LIKE_ENOUGH, MOST_FOUND = 0.4, 20


# One row a client in care, with what speaks for a review. Acuity is what the team's newest review of it says; for whom
# none was made yet, 6 less the lowest status of the Omaha problems as last rated: 5 for extreme signs, 1 for none.
IN_CARE = """
    with rule_today as materialized (
        select max(amount) filter (where code = 'caseload.size_from') as size_from,
            max(amount) filter (where code = 'caseload.size_to') as size_to,
            max(amount) filter (where code = 'caseload.clients_per_member') as most_per_member,
            max(amount) filter (where code = 'caseload.no_contact') as no_contact_days,
            max(amount) filter (where code = 'caseload.goal_met') as goal_met
        from (
            select distinct on (code) code, amount from rule where from_on <= :today order by code, from_on desc
        ) newest
    ), episode as materialized (
        select distinct on (client_id) client_id, team_id, named_nurse_id, deputy_id, pathway, status, opened_on,
            sub_team, lead_role, lead_organisation
        from episode_of_care
        where team_id = :team_id and status <> 'finished'
        order by client_id, opened_on desc, id desc
    ), in_care as materialized (
        select e.client_id, e.team_id, c.given_name, c.family_name, e.named_nurse_id, e.deputy_id, e.pathway, e.status,
            e.opened_on, e.sub_team, e.lead_role, e.lead_organisation,
            seen.last_contact_on, plan.ends_on as plan_ends_on, coalesce(judged.acuity, 6 - need.lowest) as acuity,
            array_remove(array[
                case when e.status = 'active' and :today - coalesce(seen.last_contact_on, e.opened_on)
                    > rule_today.no_contact_days then 'no_contact' end,
                case when plan.ends_on is null then 'no_plan' end,
                case when plan.ends_on < :today then 'plan_overdue' end,
                case when need.lowest >= rule_today.goal_met then 'goals_met' end
            ], null) as reasons
        from rule_today
        cross join episode e
        join client c on c.id = e.client_id
        left join lateral (
            select (k.started_at at time zone 'Europe/London')::date as last_contact_on
            from care_contact k where k.client_id = e.client_id order by k.started_at desc limit 1
        ) seen on true
        left join lateral (
            select max(p.ends_on) as ends_on from care_plan p where p.client_id = e.client_id and p.status = 'agreed'
        ) plan on true
        left join lateral (
            select min(latest.status) as lowest
            from client_problem p
            cross join lateral (
                select r.status from omaha_rating r where r.problem_id = p.id
                order by r.rated_at desc, r.id desc limit 1
            ) latest
            where p.client_id = e.client_id
        ) need on true
        left join lateral (
            select s.acuity from acuity_score s join acuity_review v on v.id = s.acuity_review_id
            where s.client_id = e.client_id and s.team_id = e.team_id
            order by v.reviewed_on desc, v.changed_at desc, v.id desc limit 1
        ) judged on true
    )
"""
FIGURES = """
    select count(*) as size, count(*) filter (where status = 'onhold') as on_hold,
        array_agg(client_id) as client_ids,
        (
            select count(*) from team_member
            where team_id = :team_id and from_on <= :today and (until_on is null or until_on >= :today)
        ) as members,
        (select array[size_from, size_to, most_per_member, no_contact_days] from rule_today) as rules,
        array(
            select count(client_id) from generate_series(1, 5) score left join in_care on acuity = score
            group by score order by score
        ) as acuity,
        coalesce(sum(acuity), 0) as acuity_total, count(*) filter (where acuity is null) as not_rated,
        count(*) filter (where 'no_contact' = any(reasons)) as no_contact,
        count(*) filter (where 'no_plan' = any(reasons)) as without_plan,
        count(*) filter (where 'plan_overdue' = any(reasons)) as plans_overdue,
        count(*) filter (where 'goals_met' = any(reasons)) as goals_met,
        array(
            select array[employee_id::text, sum(named)::text, sum(1 - named)::text]
            from in_care, lateral (values (named_nurse_id, 1), (deputy_id, 0)) as held(employee_id, named)
            group by employee_id order by employee_id
        ) as load,
        array(
            select array[coalesce(sub_team, ''), count(*)::text, coalesce(sum(acuity), 0)::text]
            from in_care group by sub_team order by sub_team
        ) as sub_teams,
        count(*) filter (where lead_role is not null) as led_outside,
        (
            select count(*) from surgery_note where team_id = :team_id and side = 'surgery' and seen_at is null
        ) as surgery_notes_unread
    from in_care
"""
TO_REVIEW = """
    select client_id as id, client_id, team_id, (select row_to_json(item)::text from (select {fields}) item) as document
    from in_care where reasons <> '{{}}' and (:after is null or client_id > :after) order by client_id limit :most
"""
TOLD = {"team_id": Uuid, "today": Date}


def _made(wanted: str, **known: Any) -> TextClause:
    return text(IN_CARE + wanted).bindparams(*(bindparam(name, type_=kind) for name, kind in (TOLD | known).items()))


FIGURES_OF_TEAM = _made(FIGURES)


async def figures(tx: Transaction, team_id: UUID) -> Any:
    """One row: the sums, `rules` as sizes, clients to a member and days, and `load` as employee, named and deputy."""
    (row,) = await tx.rows(FIGURES_OF_TEAM, {"team_id": team_id, "today": tx.today})
    return row


async def to_review(tx: Transaction, team_id: UUID, shape: type[BaseModel], request: PageRequest) -> str:
    """A page of the clients for whom there is a reason, in the order in which they first came to the team."""
    values = {"team_id": team_id, "today": tx.today, "after": request.after, "most": request.limit + 1}
    return told(tx, request, await tx.rows(_to_review(shape), values))


@cache
def _to_review(shape: type[BaseModel]) -> TextClause:
    return _made(TO_REVIEW.format(fields=", ".join(shape.model_fields)), after=Uuid, most=Integer)


async def named(tx: Transaction, team_id: UUID, name: str, shape: type[BaseModel]) -> list[Any]:
    """The team's clients whose name is like this one, the likest first.

    There is no index of trigrams: behind row-level security PostgreSQL uses none, as it does not know that likeness
    gives nothing away. The index by team leaves a few dozen names to compare.
    """
    values = {"team_id": team_id, "name": name}
    return list(await tx.rows(_named(shape), values))


@cache
def _named(shape: type[BaseModel]) -> Select[Any]:
    client = Client.__table__  # type: ignore[attr-defined]
    whole = client.c.given_name + " " + client.c.family_name
    likeness = func.word_similarity(bindparam("name", type_=Text), whole)
    mine = told_rows(client, shape).where(client.c.team_id == bindparam("team_id", type_=Uuid), likeness >= LIKE_ENOUGH)
    return mine.order_by(None).order_by(likeness.desc(), client.c.family_name, client.c.id).limit(MOST_FOUND)
