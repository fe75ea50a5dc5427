"""What the offline benchmark needs besides `benchmarks.seed`: rounds, homes, medicines, and a history of changes.

Of each team the first nurse visits ten clients today; every other client is visited by their named nurse or deputy.
"""

from datetime import date

import asyncpg

ROUND, VISITS_BEFORE, DOSES, CHANGES = 10, 20, 60, 20
WHOSE = """
    with whose as (
        select c.id as client_id, c.team_id, e.named_nurse_id, e.deputy_id,
            row_number() over (partition by c.team_id order by c.id) as turn,
            (
                select t.employee_id from team_member t where t.team_id = c.team_id order by t.employee_id limit 1
            ) as first
        from client c join episode_of_care e on e.client_id = c.id
    )
"""
STEPS = (
    # Today, and as many visits of other days as there were.
    WHOSE
    + """
    insert into planned_visit (visit_id, client_id, team_id, employee_id, starts_at, ends_at, channel, status, version)
    select gen_random_uuid(), client_id, team_id,
        case when turn <= $2 then first when named_nurse_id = first then deputy_id else named_nurse_id end,
        at, at + interval '30 minutes', 'in_person', 'planned', 1
    from whose, generate_series(0, $3) as before,
        lateral (select $1::date + interval '8 hours' + turn * interval '40 minutes' - before * interval '2 days' as at)
    """,
    """
    insert into home (id, version, changed_at, team_id, client_id, getting_in, risks, signal_at_home)
    select gen_random_uuid(), 1, now(), team_id, id, 'Key safe by the back door', '{Loose step at the gate}', 'weak'
    from client
    """,
    WHOSE
    + """
    insert into medicine (id, course_id, version, changed_at, awaited_from, team_id, client_id, drug, dose, route,
        times, every_days, time_critical, starts_on)
    select id, id, 1, now(), now(), team_id, client_id, 'Metformin 500 mg', '1 tablet', 'oral',
        '{08:00,20:00}', 1, false, $1::date - 300
    from whose, lateral (select gen_random_uuid() as id, turn) made where whose.turn <= $2
    """,
    """
    insert into administration (id, version, changed_at, team_id, client_id, medicine_id, due_at, outcome, happened_at,
        employee_id, recorded_at)
    select gen_random_uuid(), 1, at, m.team_id, m.client_id, m.id, at, 'given', at, e.named_nurse_id, at
    from medicine m join episode_of_care e on e.client_id = m.client_id, generate_series(1, $2) as before,
        lateral (select $1::date + interval '8 hours' - before * interval '1 day' as at)
    """,
    # Of transactions that were over before anything else here began.
    """
    insert into sync_change (xid, team_id, client_id, entity, entity_id)
    select 3, c.team_id, c.id, 'client', c.id from client c, generate_series(1, $1)
    """,
    "vacuum (analyze)",
)


async def sow(connection: asyncpg.Connection, today: date) -> None:
    """As a superuser, and without the triggers: what is sown did not change while anybody was away."""
    await connection.execute("set session_replication_role = replica")
    told = ((today, ROUND, VISITS_BEFORE), (), (today, ROUND), (today, DOSES), (CHANGES,), ())
    for step, values in zip(STEPS, told, strict=True):
        await connection.execute(step, *values)


async def change(connection: asyncpg.Connection, team_ids: list[str]) -> None:
    """Every client of these teams is written once more, which the triggers tell of."""
    await connection.execute("update client set version = version + 1 where team_id = any($1::uuid[])", team_ids)
