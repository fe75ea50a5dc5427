"""When and why the home employer of a secondee called them back."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

REASONS = "'post_needs_filling', 'service_reorganised', 'funding_ended', 'emergency', 'other'"


def upgrade() -> None:
    op.add_column("contract", sa.Column("recalled_on", sa.Date(), nullable=True))
    op.add_column("contract", sa.Column("recall_reason", sa.Text(), nullable=True))
    op.create_check_constraint("contract_recall_reason_known", "contract", f"recall_reason in ({REASONS})")
    op.create_check_constraint(
        "contract_recalled_with_reason", "contract", "(recalled_on is null) = (recall_reason is null)"
    )
