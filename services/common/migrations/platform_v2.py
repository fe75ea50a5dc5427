"""Events in depth: a small outbox with its log beside it, and parked events in the place of dead letters. Frozen."""

import sqlalchemy as sa
from alembic import op

INSTANT = sa.DateTime(timezone=True)
# What each event told the newest state of, as the events of this release name it.
KEYS = """
    update outbox set key = coalesce(case type
        when 'caseload.omaha_rating.recorded.v1' then envelope->'data'->>'rating_id'
        when 'caseload.care_plan.changed.v1' then envelope->'data'->>'line_id'
        when 'caseload.wound.measured.v1' then envelope->'data'->>'measurement_id'
        when 'finance.activity.costed.v1' then envelope->'data'->>'care_contact_id'
        when 'hr.clearance.changed.v1' then (envelope->'data'->>'employee_id') || '/' || (envelope->'data'->>'since_on')
        end, subject)
"""
MOVE_SENT = """
    with sent as (delete from outbox where sent_at is not null returning *)
    insert into event_log (seq, id, type, subject, key, aggregate_version, envelope, written_at, sent_at)
    select seq, id, type, subject, key, aggregate_version, envelope, written_at, sent_at from sent
"""
PARK_DEAD = """
    insert into parked_event (id, event_id, consumer, type, subject, body, reason, attempts, first_error, last_error,
                              parked_at)
    select gen_random_uuid(), event_id, consumer, type, envelope->>'subject', convert_to(envelope::text, 'UTF8'), 'failed',
           attempts, first_error, last_error, died_at
    from dead_letter
"""


def upgrade() -> None:
    _widen_outbox()
    _create_log()
    op.execute(MOVE_SENT)
    op.drop_index("outbox_sent", "outbox")
    op.drop_index("outbox_unsent", "outbox")
    op.drop_column("outbox", "sent_at")
    _create_parked()
    op.execute(PARK_DEAD)
    op.drop_table("dead_letter")


def _widen_outbox() -> None:
    op.add_column("outbox", sa.Column("key", sa.Text))
    op.execute(KEYS)
    op.alter_column("outbox", "key", nullable=False)
    op.alter_column("outbox", "envelope", type_=sa.Text, postgresql_using="envelope::text")


def _create_log() -> None:
    op.create_table(
        "event_log",
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("id", sa.Uuid, nullable=False, unique=True),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("aggregate_version", sa.Integer, nullable=False),
        sa.Column("envelope", sa.Text, nullable=False),
        sa.Column("written_at", INSTANT, nullable=False, server_default=sa.func.clock_timestamp()),
        sa.Column("sent_at", INSTANT, nullable=False, server_default=sa.func.clock_timestamp()),
    )
    op.create_index("event_log_key", "event_log", ["type", "key", "seq"])
    op.create_index("event_log_sent", "event_log", ["sent_at"], postgresql_using="brin")
    op.create_table(
        "watermark", sa.Column("name", sa.Text, primary_key=True), sa.Column("seq", sa.BigInteger, nullable=False)
    )


def _create_parked() -> None:
    op.create_table(
        "parked_event",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("event_id", sa.Uuid, nullable=False),
        sa.Column("consumer", sa.Text, nullable=False),
        sa.Column("type", sa.Text),
        sa.Column("subject", sa.Text),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("sender", sa.Text),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("first_error", sa.Text, nullable=False),
        sa.Column("last_error", sa.Text, nullable=False),
        sa.Column("parked_at", INSTANT, nullable=False, server_default=sa.func.clock_timestamp()),
        sa.Column("retry_at", INSTANT),
        sa.UniqueConstraint("event_id", "consumer", name="one_parked_event_per_consumer"),
    )
    op.create_index("parked_event_due", "parked_event", ["retry_at"], postgresql_where=sa.text("retry_at is not null"))
    op.create_index("parked_event_dead", "parked_event", ["id"], postgresql_where=sa.text("retry_at is null"))
