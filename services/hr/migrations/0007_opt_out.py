"""Who has opted out of 48 hours a week, from when to when, and how long the notice is that ends it."""

from datetime import date

import sqlalchemy as sa
from alembic import op

from services.common.migrations import row_level_security, rules

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

LAW = date(1998, 10, 1)
REGULATION = "Working Time Regulations 1998, regulation 5"
RULES: list[rules.NewRule] = [
    ("opt_out.least_notice", LAW, 7, 1, "days", f"{REGULATION}(2)", "sourced"),
    ("opt_out.most_notice", LAW, 89, 1, "days", f"{REGULATION}(3): three months, the shortest of them", "derived"),
]


def upgrade() -> None:
    op.execute("create extension if not exists btree_gist")
    rules.load(RULES)
    op.create_table(
        "opt_out",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), sa.ForeignKey("employee.id"), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("notice_days", sa.Integer(), nullable=False),
        sa.Column("notice_on", sa.Date(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        # What ends on the day before its first has never held, as its notice was over before.
        sa.CheckConstraint("until_on >= from_on - 1", name="opt_out_ends_after_it_starts"),
        sa.CheckConstraint(
            "(notice_on is null or until_on is not null) and from_on >= signed_on", name="opt_out_makes_sense"
        ),
    )
    op.create_index("ix_opt_out_team", "opt_out", ["team_id", "id"])
    op.create_index("ix_opt_out_employee", "opt_out", ["employee_id", "id"])
    op.execute("""
        alter table opt_out add constraint opted_out_once_a_day exclude using gist
        (employee_id with =, daterange(from_on, until_on + 1) with &&)
    """)
    row_level_security.protect()
