"""An address proves itself before it is told anything. Those that have taken facts already did so by that."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("connection", sa.Column("proved_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("update connection set proved_at = last_success_at where failures = 0 and last_success_at > changed_at")
