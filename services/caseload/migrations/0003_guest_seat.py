"""Guest seat."""

from datetime import date

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from services.common.migrations import rules

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

A_WEEK = (
    "Derived from King's Fund, review of the West Suffolk Buurtzorg test-and-learn, April 2019, on “support from a social "
    "worker at the team's weekly meetings”: from one meeting to the next; seven days is a proposal"
)


def upgrade() -> None:
    rules.load([("guest_seat.days", date(2019, 4, 1), 7, 1, "days", A_WEEK, "to_be_confirmed")])
    op.create_table(
        "guest_seat",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("guest", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("fields", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("invited_by", sa.Uuid(), nullable=True),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_guest_seat_client_id"), "guest_seat", ["client_id"], unique=False)
    op.create_index("ix_guest_seat_team", "guest_seat", ["team_id", "id"], unique=False)
    op.create_index("ix_guest_seat_guest", "guest_seat", ["guest", "until_at"], unique=False)
