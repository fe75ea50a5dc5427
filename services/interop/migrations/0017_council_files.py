"""The files in which councils answer: kept as they came, before they are judged, with what was refused of them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from services.common.migrations import row_level_security

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

THEIRS = "exists (select from share where share.connection_id = council_file.connection_id)"


def upgrade() -> None:
    op.create_table(
        "council_file",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("connection_id", sa.Uuid(), sa.ForeignKey("connection.id"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("manifest", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("rejects", JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint("state in ('received', 'taken', 'quarantined')", name="council_file_state_known"),
        sa.UniqueConstraint("connection_id", "name", "digest", name="one_council_file"),
    )
    op.create_index("ix_council_file_connection", "council_file", ["connection_id", "id"])
    op.create_index("ix_council_file_state", "council_file", ["state", "id"])
    # A file answers for the teams whose clients share with that council. No nurse changes it.
    row_level_security.put_behind("council_file", row_level_security.EVERY_TEAM, of_share=THEIRS)
