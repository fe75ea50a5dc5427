"""Records that were opened in an emergency."""

import sqlalchemy as sa
from alembic import op

from services.common.migrations import row_level_security

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "emergency_fact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_emergency_fact_period", "emergency_fact", ["team_id", "opened_at"], unique=False)
    op.create_index("ix_emergency_fact_team", "emergency_fact", ["team_id", "id"], unique=False)
    row_level_security.protect()
