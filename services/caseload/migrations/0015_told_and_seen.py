"""Competence by hr's word, beside every delegation."""

import sqlalchemy as sa
from alembic import op

from services.common.migrations import row_level_security

revision = "0015"
down_revision = "0011"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _create_competence()
    row_level_security.protect()


def _create_competence() -> None:
    op.create_table(
        "competence",
        sa.Column("competency_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("assessed_by", sa.Uuid(), nullable=False),
        sa.Column("assessed_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("withdrawn_at", INSTANT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("competency_id"),
    )
    op.create_index("ix_competence_of", "competence", ["employee_id", "task"], unique=False)
    op.add_column("delegation", sa.Column("competency_id", sa.Uuid(), nullable=True))
