"""Whoever is lent brings her roles and skills along, as the lender knew them on that day."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("roles", "skills", "delegated", "ended"):
        op.add_column(
            "loan", sa.Column(name, postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False)
        )
