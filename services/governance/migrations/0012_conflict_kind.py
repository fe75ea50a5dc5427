"""Doses, states and facts that two said otherwise, beside the plans that two people wrote at once."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("conflict_fact", sa.Column("kind", sa.Text(), nullable=True))
