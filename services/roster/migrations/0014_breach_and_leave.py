"""What is placed against a rule with its ground, the rest owed for it, leave, availability and team agreements."""

from datetime import date

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from services.common.migrations import row_level_security, rules

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _breaches()
    _leave()
    _agreed()
    source = "Working Time Regulations 1998, regulation 24: an equivalent rest, soon; a fortnight is usual"
    rules.load([("rota.rest_owed_days", date(1998, 10, 1), 14, 1, "days", source, "to_be_confirmed")])
    row_level_security.protect()


def _of_team(table: str, *columns: sa.Column[object] | sa.Constraint) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        *columns,
    )
    op.create_index(f"ix_{table}_team", table, ["team_id", "id"])


def _breaches() -> None:
    grounds = "ground in ('emergency', 'reg21', 'reg22', 'reg23', 'agreement')"
    _of_team(
        "breach",
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("rule_code", sa.Text(), nullable=False),
        sa.Column("shift_id", sa.Uuid(), sa.ForeignKey("shift.id"), nullable=True),
        sa.Column("rota_version_id", sa.Uuid(), sa.ForeignKey("rota_version.id"), nullable=True),
        sa.Column("days", postgresql.ARRAY(sa.Date()), nullable=False),
        sa.Column("missing_minutes", sa.Integer(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("placed_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(grounds, name="breach_ground_known"),
    )
    _of_team(
        "rest_owed",
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("breach_id", sa.Uuid(), sa.ForeignKey("breach.id"), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("taken_minutes", sa.Integer(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "taken_minutes between 0 and minutes and (taken_minutes = minutes) = (settled_at is not null)",
            name="rest_owed_makes_sense",
        ),
    )
    op.create_index("ix_rest_owed_of", "rest_owed", ["employee_id", "since_at"])


def _leave() -> None:
    _of_team(
        "leave",
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind in ('annual', 'sick', 'training', 'other')", name="leave_kind_known"),
        sa.CheckConstraint("state in ('asked', 'ok', 'not_ok', 'withdrawn')", name="leave_state_known"),
        sa.CheckConstraint("to_on >= from_on and minutes >= 0", name="leave_runs_forwards"),
    )
    op.execute("""
        alter table leave add constraint leave_once_a_day exclude using gist
        (employee_id with =, daterange(from_on, to_on, '[]') with &&) where (state in ('asked', 'ok'))
    """)


def _agreed() -> None:
    _of_team(
        "availability",
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("weekday", sa.Text(), nullable=True),
        sa.Column("day_on", sa.Date(), nullable=True),
        sa.Column("codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("says", sa.Text(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        sa.Column("agreed_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("says in ('can', 'prefers', 'cannot')", name="availability_says_known"),
        sa.CheckConstraint(
            "weekday in ('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun')", name="availability_weekday_known"
        ),
        sa.CheckConstraint("(weekday is null) <> (day_on is null)", name="a_weekday_or_a_day"),
        sa.CheckConstraint("weight between 1 and 4", name="availability_weight_known"),
    )
    op.create_index("ix_availability_from", "availability", ["team_id", "from_on"])
    _of_team(
        "team_agreement",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("per", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=True),
        sa.Column("agreed_on", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("amount >= 0 and per >= 1", name="team_agreement_makes_sense"),
        sa.UniqueConstraint("team_id", "code", "from_on", name="one_agreement_from_a_day"),
    )
