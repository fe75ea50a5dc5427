"""The feed for integrators."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "feed_entry",
        sa.Column("position", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("fed_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.PrimaryKeyConstraint("position"),
        sa.UniqueConstraint("event_id"),
    )
    _tell_who_waits()


def _tell_who_waits() -> None:
    """The database itself wakes those who wait, at the commit of whatever was appended."""
    op.execute("""
        create function tell_of_feed_entry() returns trigger language plpgsql as
        $$ begin perform pg_notify('feed_entry', ''); return null; end $$
    """)
    op.execute("""
        create trigger feed_entry_told after insert on feed_entry
        for each statement execute function tell_of_feed_entry()
    """)
