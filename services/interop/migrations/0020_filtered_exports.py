"""An export may hold of a type what some searches find, and no more."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("export_job", sa.Column("filters", ARRAY(sa.Text()), nullable=False, server_default="{}"))
    op.alter_column("export_job", "filters", server_default=None)
