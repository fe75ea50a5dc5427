"""Agency care: which agency comes to a client and when, as councils tell."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from services.common.migrations import row_level_security

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "agency_care",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("connection_id", sa.Uuid(), sa.ForeignKey("connection.id"), nullable=False),
        sa.Column("care_ref", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("times", JSONB(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("told_at", INSTANT, nullable=False),
    )
    op.create_index("ix_agency_care_team", "agency_care", ["team_id", "id"])
    op.create_index("uq_agency_care", "agency_care", ["connection_id", "care_ref", "client_id"], unique=True)
    op.create_index("ix_agency_care_client_id", "agency_care", ["client_id"])
    # By which a council's word finds whom it is about.
    op.create_index("ix_share_council_ref", "share", ["council_ref"])
    row_level_security.protect()
