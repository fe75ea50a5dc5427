"""What is delegated to somebody for one client, and weeks ahead that a team shares with its neighbours."""

import sqlalchemy as sa
from alembic import op

from services.common.migrations import row_level_security

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

NEIGHBOUR = "with_team_id = any ((select app_teams())::uuid[])"


def upgrade() -> None:
    op.create_table(
        "client_delegation",
        sa.Column("delegation_id", sa.Uuid(), primary_key=True),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("ix_client_delegation_of", "client_delegation", ["team_id", "employee_id"])
    op.create_table(
        "capacity_share",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("with_team_id", sa.Uuid(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("shared_by", sa.Uuid(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.CheckConstraint("team_id <> with_team_id", name="capacity_share_between_two_teams"),
    )
    once, goes_on = ["team_id", "with_team_id", "from_on"], sa.text("ended_on is null")
    op.create_index("capacity_shared_once", "capacity_share", once, unique=True, postgresql_where=goes_on)
    op.create_index("ix_capacity_share_team", "capacity_share", ["team_id", "id"])
    op.create_index("ix_capacity_share_with", "capacity_share", ["with_team_id", "id"])
    row_level_security.protect()
    op.execute(f"create policy of_neighbour on capacity_share for select using ({NEIGHBOUR})")
