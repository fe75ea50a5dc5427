"""Shifts that change hands: swaps between two members of a team, and shifts that are open to those who can."""

from datetime import date

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from services.common.migrations import row_level_security, rules

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
TERM = "A day to answer in, so that who is visiting clients is not too late; a team may agree otherwise"


def upgrade() -> None:
    _swaps()
    _open_shifts()
    rules.load([("rota.open_shift_hours", date(2026, 1, 1), 24, 1, "hours", TERM, "derived")])
    row_level_security.protect()


def _owned() -> list[sa.Column[object]]:
    return [
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
    ]


def _swaps() -> None:
    op.create_table(
        "swap",
        *_owned(),
        sa.Column("from_employee_id", sa.Uuid(), nullable=False),
        sa.Column("to_employee_id", sa.Uuid(), nullable=True),
        sa.Column("to_all", sa.Boolean(), nullable=False),
        sa.Column("gives", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("takes", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("delta", postgresql.JSONB(), nullable=True),
        sa.Column("ground", postgresql.JSONB(), nullable=True),
        sa.Column("cosigned_by", sa.Uuid(), nullable=True),
        sa.Column("until_at", INSTANT, nullable=False),
        sa.Column("applied_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "state in ('offered', 'accepted', 'checked', 'applied', 'declined', 'withdrawn', 'expired')",
            name="swap_state_known",
        ),
        sa.CheckConstraint("from_employee_id is distinct from to_employee_id", name="swap_between_two"),
    )
    op.create_index("ix_swap_team", "swap", ["team_id", "id"])
    op.create_index("ix_swap_state", "swap", ["team_id", "state", "id"])


def _open_shifts() -> None:
    op.create_table(
        "open_shift",
        *_owned(),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("unpaid_break_minutes", sa.Integer(), nullable=False),
        sa.Column("needs", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("until_at", INSTANT, nullable=False),
        sa.Column("opened_by", sa.Uuid(), nullable=True),
        sa.Column("taken_by", sa.Uuid(), nullable=True),
        sa.Column("taken_at", INSTANT, nullable=True),
        sa.Column("shift_id", sa.Uuid(), sa.ForeignKey("shift.id"), nullable=True),
        sa.CheckConstraint("state in ('open', 'taken', 'withdrawn')", name="open_shift_state_known"),
        sa.CheckConstraint(
            "(state = 'taken') = (taken_by is not null and shift_id is not null)", name="open_shift_taken"
        ),
    )
    op.create_index("ix_open_shift_team", "open_shift", ["team_id", "id"])
    op.create_index("ix_open_shift_state", "open_shift", ["team_id", "state", "id"])
    op.create_table(
        "open_shift_offer",
        *_owned(),
        sa.Column("open_shift_id", sa.Uuid(), sa.ForeignKey("open_shift.id", ondelete="CASCADE"), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("deficit_minutes", sa.Integer(), nullable=False),
        sa.Column("extras", sa.Integer(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.CheckConstraint("answer in ('yes', 'no')", name="open_shift_offer_answer_known"),
        sa.UniqueConstraint("open_shift_id", "employee_id", name="one_offer_each"),
    )
    op.create_index("ix_open_shift_offer_team", "open_shift_offer", ["team_id", "id"])
