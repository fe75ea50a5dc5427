"""Whoever is named for a client is told that a hospital's word paused the care, or let it go on."""

from datetime import date

import sqlalchemy as sa
from alembic import op

from services.common.migrations import rules

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

PROPOSAL = "A proposal, for the team and its clinical lead to confirm: no law and no standard gives the figure"
RULES: list[rules.NewRule] = [
    ("alert.hospital_stay_minutes", date(2019, 4, 1), 240, 1, "minutes", PROPOSAL, "to_be_confirmed"),
]
KINDS = (
    "'late_dose', 'handover_not_accepted', 'break_glass_not_reviewed', 'dose_in_conflict', 'dose_to_review',"
    " 'visit_late', 'hospital_stay'"
)


def upgrade() -> None:
    rules.load(RULES)
    op.drop_constraint("alert_kind_known", "alert")
    op.create_check_constraint("alert_kind_known", "alert", f"kind in ({KINDS})")
    op.create_table(
        "stay_news",
        sa.Column("hospital_stay_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("hospital_stay_id"),
    )
