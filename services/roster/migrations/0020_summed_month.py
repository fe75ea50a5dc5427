"""What finance was told of each team's month."""

import sqlalchemy as sa
from alembic import op

from services.common.migrations import row_level_security

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

TOLD_OF_MANY = ("client_facing_minutes", "coordination_minutes", "travel_minutes")
ALWAYS_TOLD = ("contracted_minutes", "meeting_minutes", "training_minutes", "protected_time_minutes", "admin_minutes")


def upgrade() -> None:
    op.create_table(
        "summed_month",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("month_on", sa.Date(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in TOLD_OF_MANY),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ALWAYS_TOLD),
        sa.UniqueConstraint("team_id", "month_on", name="each_month_once"),
        sa.CheckConstraint("extract(day from month_on) = 1", name="summed_month_begins_a_month"),
    )
    row_level_security.protect()
