"""What follows the free days: the team's decision, the council's means test, and who pays by it."""

import sqlalchemy as sa
from alembic import op

from services.common.migrations import row_level_security

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

STATUSES = (
    "'health_never_charged', 'free_reablement', 'needs_financial_assessment', 'needs_decision',"
    " 'client_contributes', 'council_pays', 'client_pays'"
)


# Nobody is asked any more what is to follow reablement that was over before anybody could be asked.
OVER_ALREADY = """
update reablement_episode set ending_told_at = now()
where ending_told_at is null and last_free_day_on < (now() at time zone 'Europe/London')::date
"""


def upgrade() -> None:
    op.drop_constraint("activity_line_charge_status_known", "activity_line")
    op.create_check_constraint("activity_line_charge_status_known", "activity_line", f"charge_status in ({STATUSES})")
    _decide_what_follows()
    _create_financial_assessment()
    _create_outcome()
    row_level_security.protect()


def _decide_what_follows() -> None:
    table = "reablement_episode"
    op.add_column(table, sa.Column("ending_told_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(OVER_ALREADY)
    op.add_column(table, sa.Column("decision", sa.Text(), nullable=True))
    op.add_column(table, sa.Column("decided_on", sa.Date(), nullable=True))
    op.add_column(table, sa.Column("decided_by", sa.Uuid(), nullable=True))
    known = "decision in ('end', 'nhs_only', 'financial_assessment')"
    op.create_check_constraint("reablement_episode_decision_known", table, known)
    wholly = "(decision is null) = (decided_on is null) and (decision is null or ended_on is not null)"
    op.create_check_constraint("reablement_episode_decided_wholly", table, wholly)
    op.create_index(
        "ix_reablement_episode_undecided",
        table,
        ["decision_due_on"],
        unique=False,
        postgresql_where=sa.text("ending_told_at is null and ended_on is null"),
    )


def _create_financial_assessment() -> None:
    table = "financial_assessment"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("reablement_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.CheckConstraint("state in ('asked', 'done')", name="financial_assessment_state_known"),
        sa.ForeignKeyConstraint(["reablement_id"], ["reablement_episode.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_financial_assessment_team", table, ["team_id", "id"], unique=False)
    op.create_index("one_financial_assessment_per_reablement", table, ["reablement_id"], unique=True)


def _create_outcome() -> None:
    table = "financial_assessment_outcome"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("episode_of_care_id", sa.Uuid(), nullable=False),
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("weekly_pence", sa.BigInteger(), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("council_ref", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "outcome in ('council_pays', 'contributes', 'self_funds')",
            name="financial_assessment_outcome_outcome_known",
        ),
        sa.CheckConstraint(
            "(outcome = 'contributes') = (weekly_pence is not null)", name="financial_assessment_outcome_contribution"
        ),
        sa.CheckConstraint("weekly_pence > 0", name="financial_assessment_outcome_weekly_pence_positive"),
        sa.ForeignKeyConstraint(["assessment_id"], ["financial_assessment.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_financial_assessment_outcome_client_day", table, ["client_id", "from_on"], unique=False)
    op.create_index("ix_financial_assessment_outcome_team", table, ["team_id", "id"], unique=False)
    op.create_index(
        "one_financial_assessment_outcome_per_day",
        table,
        ["assessment_id", "from_on"],
        unique=True,
        postgresql_where=sa.text("superseded_at is null"),
    )
