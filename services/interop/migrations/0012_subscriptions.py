"""Subscriptions: who is told of which changes, the changes to be told of, and what was told."""

from datetime import date
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from services.common.migrations import row_level_security, rules

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
FROM = date(2026, 11, 1)
RULES = [
    ("subscription.longest", FROM, 90, 1, "days", "Ours: whoever still listens says so again", "to_be_confirmed"),
    (
        "subscription.most",
        FROM,
        20,
        1,
        "subscriptions of one system",
        "Ours: each is held against every change",
        "to_be_confirmed",
    ),
    ("subscription.events_kept", FROM, 7, 1, "days", "Ours: as long as the feed keeps its events", "to_be_confirmed"),
]


def upgrade() -> None:
    _create_subscription()
    _create_event()
    _create_change()
    rules.load(RULES)
    row_level_security.protect()


def _create_subscription() -> None:
    op.create_table(
        "subscription",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        *(_text(name) for name in ("requested_by", "resource_type", "criteria", "reason", "endpoint")),
        sa.Column("is_of_topic", sa.Boolean(), nullable=False),
        sa.Column("shows_ids", sa.Boolean(), nullable=False),
        _text("base"),
        sa.Column("headers", ARRAY(sa.Text()), nullable=False),
        sa.Column("heartbeat_seconds", sa.Integer(), nullable=True),
        sa.Column("ends_at", INSTANT, nullable=False),
        _text("status"),
        sa.Column("error", sa.Text(), nullable=True),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("events", "sent", "attempts")),
        sa.Column("due_at", INSTANT, nullable=True),
        sa.CheckConstraint("status in ('requested', 'active', 'error', 'off')", name="subscription_status_known"),
    )
    op.create_index("ix_subscription_requested_by", "subscription", ["requested_by", "id"])
    op.create_index("ix_subscription_due_at", "subscription", ["due_at"])
    op.create_index("ix_subscription_status", "subscription", ["status", "resource_type"])


def _create_event() -> None:
    of = sa.Column("subscription_id", sa.Uuid(), sa.ForeignKey("subscription.id", ondelete="CASCADE"), nullable=False)
    once = sa.UniqueConstraint("subscription_id", "number", name="one_event_per_number")
    number = sa.Column("number", sa.Integer(), nullable=False)
    op.create_table("subscription_event", *_change(), of, number, once)
    op.create_index("ix_subscription_event_team", "subscription_event", ["team_id", "id"])
    op.create_index("ix_subscription_event_happened_at", "subscription_event", ["happened_at"])


def _create_change() -> None:
    """Each new version is queued with the transaction that writes it, where anybody listens."""
    op.create_table("resource_change", *_change())
    op.create_index("ix_resource_change_team", "resource_change", ["team_id", "id"])
    op.create_index("ix_resource_change_happened_at", "resource_change", ["happened_at"])
    op.execute("""
        create function queue_resource_change() returns trigger language plpgsql as $$
        begin
            if exists (select from subscription where status = 'active' and resource_type = new.resource_type) then
                insert into resource_change (id, team_id, resource_type, resource_id, resource_version, happened_at)
                values (gen_random_uuid(), new.team_id, new.resource_type, new.resource_id, new.version, new.changed_at);
            end if;
            return null;
        end $$
    """)
    op.execute("""
        create trigger resource_history_queued after insert on resource_history
        for each row execute function queue_resource_change()
    """)


def _change() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        _text("resource_type"),
        sa.Column("resource_id", sa.Uuid(), nullable=False),
        sa.Column("resource_version", sa.Integer(), nullable=False),
        sa.Column("happened_at", INSTANT, nullable=False),
    )


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)
