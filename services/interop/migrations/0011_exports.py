"""Bulk exports: what was asked for, and files of one team each."""

from datetime import date

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from services.common.migrations import row_level_security, rules

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
FROM = date(2026, 11, 1)
RULES = [
    (
        "export.kept_hours",
        FROM,
        24,
        1,
        "hours",
        "Ours: Bulk Data Access 2.0.0 leaves the time to the server; UK GDPR article 5(1)(e) keeps it short",
        "to_be_confirmed",
    ),
    (
        "export.most_at_once",
        FROM,
        10,
        1,
        "exports of one system",
        "Ours: Bulk Data Access 2.0.0 has the server answer 429 to more than it can make",
        "to_be_confirmed",
    ),
]


def upgrade() -> None:
    op.create_table(
        "export_job",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("types", ARRAY(sa.Text()), nullable=False),
        sa.Column("since", INSTANT, nullable=True),
        sa.Column("only_patients", sa.Boolean(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=True),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("after_team", sa.Uuid(), nullable=True),
        sa.Column("after", sa.Uuid(), nullable=True),
        sa.Column("exported", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.CheckConstraint("status in ('running', 'complete', 'failed')", name="export_job_status_known"),
    )
    op.create_table(
        "export_file",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("export_job_id", sa.Uuid(), sa.ForeignKey("export_job.id", ondelete="CASCADE"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("resource_type", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("client_ids", ARRAY(sa.Uuid()), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.UniqueConstraint("export_job_id", "number", name="one_file_per_number"),
    )
    op.create_index("ix_export_job_status", "export_job", ["status", "changed_at"])
    op.create_index("ix_export_job_requested_by", "export_job", ["requested_by", "status"])
    op.create_index("ix_export_job_expires_at", "export_job", ["expires_at"])
    op.create_index("ix_export_file_team", "export_file", ["team_id", "id"])
    rules.load(RULES)
    row_level_security.protect()
