"""Whoever is named for a client is told that its referrer changed the referral, or took it back, once it was accepted."""

from datetime import date

from alembic import op

from services.common.migrations import rules

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

PROPOSAL = "A proposal, for the team and its clinical lead to confirm: no law and no standard gives the figure"
RULES: list[rules.NewRule] = [
    ("alert.referral_changed_minutes", date(2019, 4, 1), 240, 1, "minutes", PROPOSAL, "to_be_confirmed"),
]
KINDS = (
    "'late_dose', 'handover_not_accepted', 'break_glass_not_reviewed', 'dose_in_conflict', 'dose_to_review',"
    " 'visit_late', 'hospital_stay', 'referral_changed'"
)


def upgrade() -> None:
    rules.load(RULES)
    op.drop_constraint("alert_kind_known", "alert")
    op.create_check_constraint("alert_kind_known", "alert", f"kind in ({KINDS})")
