"""How the team's own visits lie to the calls of other agencies."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("other_care", sa.Column("beside", sa.Text(), nullable=False, server_default="seen"))
    op.create_check_constraint("other_care_beside_known", "other_care", "beside in ('seen', 'apart', 'together')")
