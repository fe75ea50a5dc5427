"""Protected time that was lost, and how often it may be before the coach owns it."""

from datetime import date

import sqlalchemy as sa
from alembic import op

from services.common.migrations import row_level_security, rules

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

FIRST_DAY = date(2019, 4, 1)
SOURCE = (
    "King's Fund, review of the West Suffolk test-and-learn, April 2019: “protected time”, which names no measure; "
)
RULES: list[rules.NewRule] = [
    ("protected_time.lost_times", FIRST_DAY, 2, 1, "times", f"{SOURCE}twice is a proposal", "to_be_confirmed"),
    (
        "protected_time.lost_within_days",
        FIRST_DAY,
        28,
        1,
        "days",
        f"{SOURCE}four weeks are a proposal",
        "to_be_confirmed",
    ),
]


def upgrade() -> None:
    op.create_table(
        "lost_time_fact",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("obstacle_id", sa.Uuid(), sa.ForeignKey("obstacle.id"), nullable=True),
    )
    op.create_index("ix_lost_time_fact_period", "lost_time_fact", ["team_id", "starts_at"])
    op.create_index("ix_lost_time_fact_team", "lost_time_fact", ["team_id", "id"])
    rules.load(RULES)
    row_level_security.protect()
