"""The platform tables as they were in the first release. Frozen: a later change is a function of its own."""

from datetime import date

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from services.common.migrations import rules

INSTANT = sa.DateTime(timezone=True)
FEW = (
    "King's Fund, review of the West Suffolk Buurtzorg test-and-learn, April 2019, on anonymising what few people say; "
    "five follows statistical practice"
)


def upgrade() -> None:
    _create_outbox()
    _create_inbox()
    _create_rule()
    op.create_table(
        "idempotency_key",
        sa.Column("caller", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("request_hash", sa.LargeBinary, nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("headers", JSONB),
        sa.Column("body", sa.LargeBinary),
        sa.Column("made_at", INSTANT, nullable=False, server_default=sa.func.clock_timestamp()),
    )
    op.create_index("ix_idempotency_key_made_at", "idempotency_key", ["made_at"])
    op.create_table(
        "team_member",
        sa.Column("team_id", sa.Uuid, primary_key=True),
        sa.Column("employee_id", sa.Uuid, primary_key=True),
        sa.Column("from_on", sa.Date, nullable=False),
        sa.Column("until_on", sa.Date),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_index("ix_team_member_employee_id", "team_member", ["employee_id"])


def _create_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("seq", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("id", sa.Uuid, nullable=False, unique=True),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("aggregate_version", sa.Integer, nullable=False),
        sa.Column("envelope", JSONB, nullable=False),
        sa.Column("written_at", INSTANT, nullable=False, server_default=sa.func.clock_timestamp()),
        sa.Column("sent_at", INSTANT),
    )
    op.create_index("outbox_unsent", "outbox", ["seq"], postgresql_where=sa.text("sent_at is null"))
    op.create_index("outbox_sent", "outbox", ["sent_at"], postgresql_where=sa.text("sent_at is not null"))


def _create_inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("event_id", sa.Uuid, primary_key=True),
        sa.Column("consumer", sa.Text, primary_key=True),
        sa.Column("applied_at", INSTANT, nullable=False, server_default=sa.func.clock_timestamp()),
    )
    op.create_index("ix_inbox_applied_at", "inbox", ["applied_at"])
    op.create_table(
        "dead_letter",
        sa.Column("event_id", sa.Uuid, primary_key=True),
        sa.Column("consumer", sa.Text, primary_key=True),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("envelope", JSONB, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("first_error", sa.Text, nullable=False),
        sa.Column("last_error", sa.Text, nullable=False),
        sa.Column("died_at", INSTANT, nullable=False, server_default=sa.func.clock_timestamp()),
    )


def _create_rule() -> None:
    op.create_table(
        "rule",
        sa.Column("code", sa.Text, primary_key=True),
        sa.Column("from_on", sa.Date, primary_key=True),
        sa.Column("amount", sa.Integer, nullable=False),
        sa.Column("per", sa.Integer, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.CheckConstraint("status in ('sourced', 'derived', 'to_be_confirmed')", name="rule_status_known"),
        sa.CheckConstraint("amount > 0 and per > 0", name="rule_is_positive"),
    )
    rules.load([("figures.smallest_cell", date(2019, 4, 1), 5, 1, "people or events", FEW, "derived")])
