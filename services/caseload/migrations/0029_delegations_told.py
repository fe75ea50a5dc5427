"""Delegations that were given before the others were told of them are told now, while they still hold.

Whoever plans visits knows of no other delegation, and sends no assistant without one.
"""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

# The event as this release writes it, with the version that the delegation has: told twice, it is known.
TELL = """
    with standing as (
        select gen_random_uuid() as event_id, id, version, 'delegation/' || id::text as subject,
               jsonb_build_object(
                   'delegation_id', id, 'team_id', team_id, 'client_id', client_id, 'employee_id', employee_id,
                   'task', task, 'from_on', (delegated_at at time zone 'Europe/London')::date, 'until_on', until_on
               ) as told
        from delegation
        where withdrawn_at is null and until_on >= (now() at time zone 'Europe/London')::date
    )
    insert into outbox (id, type, subject, key, aggregate_version, envelope)
    select event_id, 'caseload.delegation.given.v1', subject, subject, version,
           jsonb_build_object(
               'specversion', '1.0', 'id', event_id, 'source', '/heatshield/caseload',
               'type', 'caseload.delegation.given.v1', 'subject', subject, 'time', now(),
               'datacontenttype', 'application/json', 'aggregateversion', version, 'data', told
           )::text
    from standing order by id
"""


def upgrade() -> None:
    op.execute(TELL)
