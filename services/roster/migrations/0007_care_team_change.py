"""Who is a client's named nurse and deputy after they were handed on."""

import sqlalchemy as sa
from alembic import op

from services.common.migrations import row_level_security

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "care_team_change",
        sa.Column("episode_of_care_id", sa.Uuid(), nullable=False),
        sa.Column("changed_on", sa.Date(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("named_nurse_id", sa.Uuid(), nullable=False),
        sa.Column("deputy_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("episode_of_care_id", "changed_on"),
    )
    op.create_index(op.f("ix_care_team_change_team_id"), "care_team_change", ["team_id"], unique=False)
    row_level_security.protect()
