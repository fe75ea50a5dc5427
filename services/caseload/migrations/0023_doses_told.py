"""A dose that two noted, or that waits for a look, is told to those who have to settle it."""

from datetime import date

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from services.common.migrations import rules

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

PROPOSAL = "A proposal, for the team and its clinical lead to confirm: no law and no standard gives the figure"
RULES: list[rules.NewRule] = [
    ("alert.disputed_dose_minutes", date(2019, 4, 1), 15, 1, "minutes", PROPOSAL, "to_be_confirmed"),
]
KINDS = "'late_dose', 'handover_not_accepted', 'break_glass_not_reviewed', 'dose_in_conflict', 'dose_to_review'"


def upgrade() -> None:
    rules.load(RULES)
    nobody = sa.text("'{}'")
    op.add_column("alert", sa.Column("for_people", ARRAY(sa.Uuid()), nullable=False, server_default=nobody))
    op.drop_constraint("alert_kind_known", "alert")
    op.create_check_constraint("alert_kind_known", "alert", f"kind in ({KINDS})")
