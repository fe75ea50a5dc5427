"""Nurses who are lent to another team for a shift, which both teams see."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from services.common.migrations import row_level_security

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
LENDER = "lending_team_id = any ((select app_teams())::uuid[])"
# Of the shift the lender sees and changes what it lent, whosever rota it is in.
LENT = "loan_id in (select id from loan where lending_team_id = any ((select app_teams())::uuid[]))"


def upgrade() -> None:
    op.create_table(
        "loan",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("lending_team_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("unpaid_break_minutes", sa.Integer(), nullable=False),
        sa.Column("needs", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("employee_id", sa.Uuid(), nullable=True),
        sa.Column("agreed_by", sa.Uuid(), nullable=True),
        sa.Column("ground", postgresql.JSONB(), nullable=True),
        sa.Column("below_floor_words", sa.Text(), nullable=True),
        sa.Column("placed_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "state in ('asked', 'agreed', 'placed', 'declined', 'withdrawn', 'ended')", name="loan_state_known"
        ),
        sa.CheckConstraint("reason in ('sickness', 'leave', 'vacancy', 'demand', 'skill')", name="loan_reason_known"),
        sa.CheckConstraint("team_id <> lending_team_id", name="loan_between_two_teams"),
        sa.CheckConstraint("ends_at > starts_at and unpaid_break_minutes >= 0", name="loan_runs_forwards"),
        sa.CheckConstraint(
            "state not in ('agreed', 'placed', 'ended') or employee_id is not null", name="loan_of_somebody"
        ),
    )
    op.create_index("ix_loan_team", "loan", ["team_id", "id"])
    op.create_index("ix_loan_state", "loan", ["team_id", "state", "id"])
    op.create_index("ix_loan_lender", "loan", ["lending_team_id", "id"])
    op.add_column("shift", sa.Column("loan_id", sa.Uuid(), sa.ForeignKey("loan.id"), nullable=True))
    op.create_index("ix_shift_loan", "shift", ["loan_id"], unique=True, postgresql_where=sa.text("loan_id is not null"))
    row_level_security.protect()
    op.execute(f"create policy of_lender on loan for all using ({LENDER}) with check ({LENDER})")
    op.execute(f"create policy of_lender on shift for all using ({LENT}) with check ({LENT})")
