"""Shifts that change hands: swaps between two members of a team."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from services.common.migrations import row_level_security

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _swaps()
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
