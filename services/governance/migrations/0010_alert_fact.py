"""Alerts of the team: raised, escalated and acknowledged."""

import sqlalchemy as sa
from alembic import op

from services.common.migrations import row_level_security

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "alert_fact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", instant, nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("raised_at", instant, nullable=False),
        sa.Column("escalated_at", instant, nullable=True),
        sa.Column("acknowledged_at", instant, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_alert_fact_period", "alert_fact", ["team_id", "raised_at"], unique=False)
    op.create_index("ix_alert_fact_team", "alert_fact", ["team_id", "id"], unique=False)
    row_level_security.protect()
