"""Trusts write over FHIR: referrals, and hospital stays."""

import sqlalchemy as sa
from alembic import op

from services.common.migrations import row_level_security

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

STATES = "'planned', 'in-progress', 'finished', 'cancelled', 'entered-in-error'"


def upgrade() -> None:
    op.add_column("inbound_referral", sa.Column("written", sa.Text(), nullable=True))
    op.create_table(
        "hospital_stay",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hospital_ods_code", sa.Text(), nullable=True),
        sa.Column("told_by", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("written", sa.Text(), nullable=False),
        sa.CheckConstraint(f"status in ({STATES})", name="hospital_stay_status_known"),
        sa.ForeignKeyConstraint(["message_id"], ["inbound_message.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_hospital_stay_team", "hospital_stay", ["team_id", "id"], unique=False)
    op.create_index(op.f("ix_hospital_stay_client_id"), "hospital_stay", ["client_id"], unique=False)
    op.create_index(op.f("ix_hospital_stay_message_id"), "hospital_stay", ["message_id"], unique=False)
    row_level_security.protect()
