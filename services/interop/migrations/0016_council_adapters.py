"""How each council is told, how often it may be called, and what it made of each fact."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
ADAPTERS = "'webhook', 'fhir_stu3', 'folder', 'sftp', 'portal'"


def upgrade() -> None:
    op.add_column("connection", sa.Column("adapter", sa.Text(), server_default="webhook", nullable=False))
    op.alter_column("connection", "adapter", server_default=None)
    op.add_column("connection", sa.Column("host_key", sa.Text(), nullable=True))
    op.add_column("connection", sa.Column("calls_a_minute", sa.Integer(), nullable=True))
    op.add_column("connection", sa.Column("next_call_at", INSTANT, nullable=True))
    op.create_check_constraint("connection_adapter_known", "connection", f"adapter in ({ADAPTERS})")
    op.add_column("council_delivery", sa.Column("happened_on", sa.Date(), nullable=True))
    op.add_column("council_delivery", sa.Column("outcome", sa.Text(), nullable=True))
    op.add_column("council_delivery", sa.Column("reason", sa.Text(), nullable=True))
    op.add_column("council_delivery", sa.Column("answered_at", INSTANT, nullable=True))
    known = "outcome in ('acknowledged', 'rejected')"
    op.create_check_constraint("council_delivery_outcome_known", "council_delivery", known)
    # Until now all were webhooks, and what a webhook's answer took was acknowledged by that.
    op.execute("""
        update council_delivery set outcome = 'acknowledged', answered_at = sent_at
        where status = 'sent' and submission_id is null
    """)
    op.execute("update council_delivery set happened_on = (queued_at at time zone 'Europe/London')::date")
    op.create_index("ix_council_delivery_happened_on", "council_delivery", ["happened_on", "connection_id"])
    op.create_index("ix_feed_entry_fed_at", "feed_entry", ["fed_at"], postgresql_using="brin")
    op.create_index("ix_submission_reviewed_at", "submission", ["reviewed_at"])
