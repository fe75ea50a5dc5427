"""Hospitals tell by HL7 v2 who comes and goes: each message once, with what became of it."""

from datetime import date

import sqlalchemy as sa
from alembic import op

from services.common.migrations import rules

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
RULES = [
    (
        "adt.strangers_kept",
        date(2026, 11, 1),
        30,
        1,
        "days",
        "Ours, for UK GDPR article 5(1)(e): most of a hospital's patients are no clients of a team",
        "to_be_confirmed",
    ),
]
OUTCOMES = "'taken', 'waiting', 'passed_over', 'refused', 'set_aside'"


def upgrade() -> None:
    op.create_table(
        "adt_message",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("message_id", sa.Uuid(), sa.ForeignKey("inbound_message.id"), nullable=False, unique=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("sender", "control_id", "event")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("outcome", "ack", "text")),
        sa.Column("hospital_stay_id", sa.Uuid(), nullable=True),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.CheckConstraint(f"outcome in ({OUTCOMES})", name="adt_message_outcome_known"),
        sa.CheckConstraint("ack in ('AA', 'AE', 'AR')", name="adt_message_ack_known"),
        sa.UniqueConstraint("sender", "control_id", name="one_adt_message_per_control_id"),
    )
    op.create_index("ix_adt_message_outcome", "adt_message", ["outcome", "id"])
    op.create_index("ix_adt_message_received_at", "adt_message", ["received_at"])
    rules.load(RULES)
