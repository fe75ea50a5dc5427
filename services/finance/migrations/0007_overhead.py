"""What roster tells of each team's month, and yardsticks for overheads."""

from datetime import date

import sqlalchemy as sa
from alembic import op

from services.common.migrations import row_level_security, rules

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

FIRST_DAY = date(2019, 4, 1)
SOURCE = "peerdom.com, on Buurtzorg: overheads of 8% against 25% in usual home care; a yardstick and no target"
RULES: list[rules.NewRule] = [
    ("overhead.yardstick_low", FIRST_DAY, 8, 1, "percent", SOURCE, "sourced"),
    ("overhead.yardstick_usual", FIRST_DAY, 25, 1, "percent", SOURCE, "sourced"),
]
TOLD_OF_MANY = ("client_facing_minutes", "coordination_minutes", "travel_minutes")
ALWAYS_TOLD = ("contracted_minutes", "meeting_minutes", "training_minutes", "admin_minutes", "version")


def upgrade() -> None:
    op.create_table(
        "team_month",
        sa.Column("month_id", sa.Uuid(), primary_key=True),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("month_on", sa.Date(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in TOLD_OF_MANY),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ALWAYS_TOLD),
    )
    op.create_index("ix_team_month_of_team", "team_month", ["team_id", "month_on"])
    rules.load(RULES)
    row_level_security.protect()
