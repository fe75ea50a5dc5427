"""Breaking the glass: what was opened, who tried, and a client who is found by number and date of birth alone."""

from datetime import date

import sqlalchemy as sa
from alembic import op

from services.common.migrations import row_level_security, rules

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

BEGINNING = date(2019, 4, 1)
PROPOSAL = "A proposal, for the trust's Caldicott guardian to confirm: no law and no standard gives the figure"
RULES: list[rules.NewRule] = [
    ("break_glass.minutes", BEGINNING, 30, 1, "minutes", PROPOSAL, "to_be_confirmed"),
    ("break_glass.attempts", BEGINNING, 5, 24, "attempts in so many hours", PROPOSAL, "to_be_confirmed"),
    ("break_glass.review_hours", BEGINNING, 72, 1, "hours", PROPOSAL, "to_be_confirmed"),
]
OPENER = "opened_by = (select app_employee_id())"
LOOKED_FOR = (
    "nhs_number = (select nullif(current_setting('app.nhs_number', true), '')) "
    "and birth_on = (select nullif(current_setting('app.birth_on', true), '')::date)"
)


def upgrade() -> None:
    rules.load(RULES)
    op.create_table(
        "break_glass_attempt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_break_glass_attempt_of", "break_glass_attempt", ["employee_id", "tried_at"], unique=False)
    _create_break_glass()
    row_level_security.protect()
    # It is made by somebody of another team, for the one client whom they have found, and read by them again.
    op.execute(f"create policy of_opener on break_glass for select using ({OPENER})")
    made = f"{OPENER} and client_id = (select app_client_id())"
    op.execute(f"create policy made_by_opener on break_glass for insert with check ({made})")
    op.execute(f"create policy of_lookup on client for select using ({LOOKED_FOR})")


def _create_break_glass() -> None:
    op.create_table(
        "break_glass",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("opened_by", sa.Uuid(), nullable=False),
        sa.Column("reason_code", sa.Text(), nullable=False),
        sa.Column("reason_text", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("review_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_by", sa.Uuid(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "outcome in ('justified', 'not_justified', 'taken_further')", name="break_glass_outcome_known"
        ),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_break_glass_client_id"), "break_glass", ["client_id"], unique=False)
    op.create_index("ix_break_glass_team", "break_glass", ["team_id", "id"], unique=False)
    op.create_index(
        "ix_break_glass_open", "break_glass", ["team_id", "id"], postgresql_where=sa.text("reviewed_at is null")
    )
    op.create_index("ix_break_glass_opened_by", "break_glass", ["opened_by"], unique=False)
