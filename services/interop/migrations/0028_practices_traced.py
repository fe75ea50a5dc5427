"""A trace keeps the practice that PDS names, which a letter to the GP is held against."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("trace", sa.Column("gp_ods_code", sa.Text(), nullable=True))
