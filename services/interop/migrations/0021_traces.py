"""Traces: what the NHS's demographics service said of a number, and who confirmed it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from services.common.migrations import row_level_security

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
OUTCOMES = "'verified', 'found', 'superseded', 'no_match', 'many_matches', 'another_person'"


def upgrade() -> None:
    op.create_table(
        "trace",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.Uuid(), nullable=True) for name in ("referral_id", "client_id")),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("nhs_number", sa.Text(), nullable=True),
        sa.Column("nhs_number_status", sa.Text(), nullable=False),
        sa.Column("differs", ARRAY(sa.Text()), nullable=False),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in ("is_restricted", "has_died")),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("confirmed_at", INSTANT, nullable=True),
        sa.CheckConstraint(f"outcome in ({OUTCOMES})", name="trace_outcome_known"),
    )
    op.create_index("ix_trace_team", "trace", ["team_id", "id"])
    op.create_index("ix_trace_referral_id", "trace", ["referral_id"])
    op.create_index("ix_trace_client_id", "trace", ["client_id"])
    row_level_security.protect()
