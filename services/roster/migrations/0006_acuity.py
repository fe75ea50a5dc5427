"""What each team's reviews of its caseload came to."""

import sqlalchemy as sa
from alembic import op

from services.common.migrations import row_level_security

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "acuity_review",
        sa.Column("acuity_review_id", sa.Uuid(), primary_key=True, nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("reviewed_on", sa.Date(), nullable=False),
        sa.Column("clients", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("ix_acuity_review_team_on", "acuity_review", ["team_id", "reviewed_on"])
    row_level_security.protect()
