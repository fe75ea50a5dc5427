"""A handover may name the organisation whose own system answers it, and be declined."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

STATES = "'drafted', 'sent', 'accepted', 'declined', 'expired', 'done', 'returned'"


def upgrade() -> None:
    op.add_column("handover", sa.Column("ods_code", sa.Text(), nullable=True))
    op.add_column("handover", sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True))
    op.drop_constraint("handover_status_known", "handover")
    op.create_check_constraint("handover_status_known", "handover", f"status in ({STATES})")
