"""Incidents with medicines."""

import sqlalchemy as sa
from alembic import op

from services.common.migrations import row_level_security

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "incident_fact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_incident_fact_period", "incident_fact", ["team_id", "raised_at"], unique=False)
    op.create_index("ix_incident_fact_team", "incident_fact", ["team_id", "id"], unique=False)
    row_level_security.protect()
