"""Visit needs: tests that are to be taken at clients' homes."""

import sqlalchemy as sa
from alembic import op

from services.common.migrations import row_level_security

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "visit_need",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("by_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_visit_need_team", "visit_need", ["team_id", "id"], unique=False)
    op.create_index(
        "ix_visit_need_open", "visit_need", ["team_id", "by_on"], postgresql_where=sa.text("closed_on is null")
    )
    row_level_security.protect()
