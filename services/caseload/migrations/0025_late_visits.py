"""A colleague who is late on a round alone is told of to the team."""

from datetime import date

import sqlalchemy as sa
from alembic import op

from services.common.migrations import rules

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

PROPOSAL = "A proposal, for the team and its clinical lead to confirm: no law and no standard gives the figure"
RULES: list[rules.NewRule] = [
    ("alert.late_visit_minutes", date(2019, 4, 1), 15, 1, "minutes", PROPOSAL, "to_be_confirmed"),
]
KINDS = (
    "'late_dose', 'handover_not_accepted', 'break_glass_not_reviewed', 'dose_in_conflict', 'dose_to_review',"
    " 'visit_late'"
)


def upgrade() -> None:
    rules.load(RULES)
    op.drop_constraint("alert_kind_known", "alert")
    op.create_check_constraint("alert_kind_known", "alert", f"kind in ({KINDS})")
    op.create_table(
        "visit_news",
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("visit_id"),
    )
