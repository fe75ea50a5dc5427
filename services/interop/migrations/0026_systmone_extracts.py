"""Extracts of SystmOne: the files as they came, and the contacts that the teams' units hold there."""

from datetime import date

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.common.migrations import row_level_security, rules

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
FROM = date(2026, 11, 1)
RULES = [
    (
        "systmone.kept_days",
        FROM,
        92,
        1,
        "days",
        "Ours: a quarter can be held against SystmOne, and no longer is it needed (UK GDPR, article 5(1)(e))",
        "to_be_confirmed",
    ),
    (
        "systmone.most_apart_minutes",
        FROM,
        60,
        1,
        "minutes",
        "Ours: what is entered by hand seldom says the very minute at which a contact began",
        "to_be_confirmed",
    ),
]


def upgrade() -> None:
    op.create_table(
        "systmone_extract",
        *_changing(),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False, unique=True),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("manifest", sa.LargeBinary(), nullable=True),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("team_ids", ARRAY(sa.Uuid()), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("rows", "taken", "passed_over", "rejected")),
        sa.Column("rejects", JSONB(astext_type=sa.Text()), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("refusal", "refused_column")),
        sa.CheckConstraint("state in ('received', 'taken', 'refused')", name="systmone_extract_state_known"),
    )
    op.create_index("ix_systmone_extract_state", "systmone_extract", ["state", "id"])
    op.create_table(
        "systmone_contact",
        *_changing(),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("systmone_extract_id", sa.Uuid(), sa.ForeignKey("systmone_extract.id"), nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("nhs_number", sa.Text(), nullable=True),
        sa.Column("happened_on", sa.Date(), nullable=True),
        sa.Column("started_at", INSTANT, nullable=True),
        sa.UniqueConstraint("team_id", "entry", name="one_systmone_contact"),
        sa.CheckConstraint("(nhs_number is null) = (happened_on is null)", name="systmone_contact_whole_or_deleted"),
    )
    op.create_index("ix_systmone_contact_team", "systmone_contact", ["team_id", "id"])
    op.create_index("ix_systmone_contact_day", "systmone_contact", ["happened_on", "team_id"])
    op.create_index("ix_systmone_contact_changed_at", "systmone_contact", ["changed_at"])
    op.create_index("ix_systmone_contact_extract", "systmone_contact", ["systmone_extract_id"])
    rules.load(RULES)
    row_level_security.protect()
    # A file tells of every patient of the units in it, whichever team's: nobody of a team reads it.
    row_level_security.put_behind("systmone_extract", row_level_security.EVERY_TEAM)


def _changing() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
    )
