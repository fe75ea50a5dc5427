"""Whether care goes on, is paused or has ended."""

import sqlalchemy as sa
from alembic import op

from services.common.migrations import row_level_security

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "episode_standing",
        sa.Column("episode_of_care_id", sa.Uuid(), primary_key=True, nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("ix_episode_standing_team_client", "episode_standing", ["team_id", "client_id"])
    op.create_table(
        "episode_standing_change",
        sa.Column("episode_of_care_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("episode_of_care_id", "version"),
    )
    op.create_index(op.f("ix_episode_standing_change_team_id"), "episode_standing_change", ["team_id"], unique=False)
    row_level_security.protect()
