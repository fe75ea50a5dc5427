"""Care plans that two people wrote at once."""

import sqlalchemy as sa
from alembic import op

from services.common.migrations import row_level_security

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "conflict_fact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_conflict_fact_period", "conflict_fact", ["team_id", "opened_at"], unique=False)
    op.create_index("ix_conflict_fact_team", "conflict_fact", ["team_id", "id"], unique=False)
    row_level_security.protect()
