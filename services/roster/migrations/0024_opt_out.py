"""Who has opted out of 48 hours a week, by hr's word."""

import sqlalchemy as sa
from alembic import op

from services.common.migrations import row_level_security

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "opt_out",
        sa.Column("opt_out_id", sa.Uuid(), primary_key=True),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("ix_opt_out_of", "opt_out", ["employee_id", "from_on"])
    row_level_security.protect()
