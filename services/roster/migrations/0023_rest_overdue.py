"""Rest that is not had by its day is told of, a breach may be the whole team's, and what is over is not read."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("overdue_at", "ended_at"):
        op.add_column("rest_owed", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_rest_owed_settled", "rest_owed", ["settled_at", "team_id"])
    told = sa.text("overdue_at is not null and ended_at is null")
    op.create_index("ix_rest_owed_overdue", "rest_owed", ["overdue_at"], postgresql_where=told)
    op.drop_index("ix_availability_from", "availability")
    lasts = sa.text("coalesce(least(day_on, until_on), 'infinity'::date)")
    op.create_index("ix_availability_lasts", "availability", ["team_id", lasts])
    op.create_index("ix_leave_of", "leave", ["employee_id", "to_on"])
    op.alter_column("breach", "employee_id", nullable=True)
    op.create_check_constraint(
        "rest_ends_after_it_was_overdue", "rest_owed", "ended_at is null or overdue_at is not null"
    )
