"""Handovers to services outside: sent, accepted or not in time, and taken back."""

import sqlalchemy as sa
from alembic import op

from services.common.migrations import row_level_security

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "handover_fact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", instant, nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("sent_at", instant, nullable=False),
        sa.Column("accepted_at", instant, nullable=True),
        sa.Column("expired_at", instant, nullable=True),
        sa.Column("returned_at", instant, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_handover_fact_period", "handover_fact", ["team_id", "sent_at"], unique=False)
    op.create_index("ix_handover_fact_team", "handover_fact", ["team_id", "id"], unique=False)
    row_level_security.protect()
