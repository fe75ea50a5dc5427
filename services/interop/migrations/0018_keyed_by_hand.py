"""Where a council has a portal alone: who copied a submission into it, when, under which reference, and how long it took."""

from datetime import date

import sqlalchemy as sa
from alembic import op

from services.common.migrations import rules

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

TITLE = "Hackney's extract of Mosaic's case notes: title(100)"
TEXT = "Ours, until a council says how much its form takes"
RULES = [
    ("portal.longest_title", date(2026, 11, 1), 100, 1, "letters", TITLE, "sourced"),
    ("portal.longest_text", date(2026, 11, 1), 2000, 1, "letters", TEXT, "to_be_confirmed"),
]

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("submission", sa.Column("pack_opened_at", INSTANT, nullable=True))
    op.add_column("submission", sa.Column("keyed_by", sa.Text(), nullable=True))
    op.add_column("submission", sa.Column("keyed_at", INSTANT, nullable=True))
    op.add_column("submission", sa.Column("council_reference", sa.Text(), nullable=True))
    op.create_index("ix_submission_keyed_at", "submission", ["keyed_at"])
    rules.load(RULES)
