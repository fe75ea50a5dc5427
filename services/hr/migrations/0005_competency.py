"""Competency: what members of a team were seen to do safely, by whom and until when."""

from datetime import date

import sqlalchemy as sa
from alembic import op

from services.common.migrations import row_level_security, rules

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BEGINNING = date(2019, 4, 1)
A_YEAR = "A proposal, for the clinical lead to confirm: the NMC Code (2018), section 11, names no term"
RULES: list[rules.NewRule] = [("competency.days", BEGINNING, 365, 1, "days", A_YEAR, "to_be_confirmed")]
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    rules.load(RULES)
    op.create_table(
        "competency",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("assessed_by", sa.Uuid(), nullable=False),
        sa.Column("assessed_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", INSTANT, nullable=True),
        sa.Column("withdrawn_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["assessed_by"], ["employee.id"]),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_competency_team", "competency", ["team_id", "id"], unique=False)
    op.create_index(op.f("ix_competency_employee_id"), "competency", ["employee_id"], unique=False)
    row_level_security.protect()
