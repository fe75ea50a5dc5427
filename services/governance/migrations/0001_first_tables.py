"""First tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from services.common.migrations import platform_v1

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    platform_v1.upgrade()
    op.create_table(
        "assessment_fact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("care_act_eligible", sa.Boolean(), nullable=False),
        sa.Column("assessed_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_assessment_fact_period", "assessment_fact", ["team_id", "assessed_on"], unique=False)
    op.create_index("ix_assessment_fact_team", "assessment_fact", ["team_id", "id"], unique=False)
    op.create_table(
        "complaint",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("acknowledgement_due_on", sa.Date(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("acknowledged_on", sa.Date(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("learned_on", sa.Date(), nullable=True),
        sa.Column("learning", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(kind = 'complaint') = (acknowledgement_due_on is not null)", name="complaint_has_its_clock"
        ),
        sa.CheckConstraint("kind in ('complaint', 'compliment')", name="complaint_kind_known"),
        sa.CheckConstraint(
            "status in ('received', 'acknowledged', 'answered', 'learned')", name="complaint_status_known"
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_complaint_status"), "complaint", ["status"], unique=False)
    op.create_index("ix_complaint_team", "complaint", ["team_id", "id"], unique=False)
    op.create_table(
        "contact_fact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=True),
        sa.Column("cost_pence", sa.Integer(), nullable=True),
        sa.Column("cost_version", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_contact_fact_period", "contact_fact", ["team_id", "happened_at"], unique=False)
    op.create_index("ix_contact_fact_team", "contact_fact", ["team_id", "id"], unique=False)
    op.create_table(
        "decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("proposal", sa.Text(), nullable=False),
        sa.Column("raised_by", sa.Uuid(), nullable=True),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subjects", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("adopted_on", sa.Date(), nullable=True),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome_words", sa.Text(), nullable=True),
        sa.CheckConstraint("(status = 'adopted') = (adopted_on is not null)", name="decision_adopted_on_a_day"),
        sa.CheckConstraint("(status = 'proposed') = (settled_at is null)", name="decision_settled_at_a_time"),
        sa.CheckConstraint(
            "status <> 'not_adopted' or outcome_words is not null", name="decision_not_adopted_for_a_reason"
        ),
        sa.CheckConstraint("status in ('proposed', 'adopted', 'not_adopted')", name="decision_status_known"),
        sa.CheckConstraint(
            "adopted_on is null or (review_on is not null and review_on >= adopted_on)", name="decision_reviewed_later"
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_decision_status"), "decision", ["status"], unique=False)
    op.create_index("ix_decision_team", "decision", ["team_id", "id"], unique=False)
    op.create_table(
        "episode_fact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_episode_fact_period", "episode_fact", ["team_id", "opened_on"], unique=False)
    op.create_index("ix_episode_fact_team", "episode_fact", ["team_id", "id"], unique=False)
    op.create_table(
        "obstacle",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("raised_by", sa.Uuid(), nullable=True),
        sa.Column("raised_on", sa.Date(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("waiting_on", sa.Text(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(status in ('removed', 'cannot')) = (closed_on is not null)", name="obstacle_closed_on_a_day"
        ),
        sa.CheckConstraint(
            "kind in ('hr', 'it', 'interop', 'procurement', 'estates', 'other')", name="obstacle_kind_known"
        ),
        sa.CheckConstraint(
            "status in ('raised', 'owned', 'working', 'removed', 'cannot')", name="obstacle_status_known"
        ),
        sa.CheckConstraint(
            "status not in ('owned', 'working') or owner is not null", name="obstacle_worked_on_by_somebody"
        ),
        sa.CheckConstraint("tag in ('support', 'protect', 'remove', 'simplify')", name="obstacle_tag_known"),
        sa.CheckConstraint("closed_on is null or outcome is not null", name="obstacle_closed_with_its_outcome"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_obstacle_open", "obstacle", ["team_id", "closed_on", "raised_on"], unique=False)
    op.create_index("ix_obstacle_team", "obstacle", ["team_id", "id"], unique=False)
    op.create_table(
        "rating_fact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("problem_id", sa.Uuid(), nullable=False),
        sa.Column("rated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_rating_fact_period", "rating_fact", ["team_id", "rated_at"], unique=False)
    op.create_index("ix_rating_fact_team", "rating_fact", ["team_id", "id"], unique=False)
    op.create_table(
        "referral_fact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("not_taken_reason", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("outcome in ('accepted', 'not_taken')", name="referral_fact_outcome_known"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_referral_fact_period", "referral_fact", ["team_id", "received_at"], unique=False)
    op.create_index("ix_referral_fact_team", "referral_fact", ["team_id", "id"], unique=False)
    op.create_table(
        "segment_fact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("activity_type", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_segment_fact_period", "segment_fact", ["team_id", "happened_at"], unique=False)
    op.create_index("ix_segment_fact_team", "segment_fact", ["team_id", "id"], unique=False)
    op.create_table(
        "visit_fact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_visit_fact_period", "visit_fact", ["team_id", "starts_at"], unique=False)
    op.create_index("ix_visit_fact_team", "visit_fact", ["team_id", "id"], unique=False)
    op.create_table(
        "ground_rule",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("replaced_on", sa.Date(), nullable=True),
        sa.Column("replaces", sa.Uuid(), nullable=True),
        sa.Column("decision_id", sa.Uuid(), nullable=True),
        sa.Column("written_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("place >= 1", name="ground_rule_has_a_place"),
        sa.ForeignKeyConstraint(
            ["decision_id"],
            ["decision.id"],
        ),
        sa.ForeignKeyConstraint(
            ["replaces"],
            ["ground_rule.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("replaces"),
    )
    op.create_index("ix_ground_rule_team", "ground_rule", ["team_id", "id"], unique=False)
    op.create_index(
        "one_ground_rule_a_place",
        "ground_rule",
        ["team_id", "place"],
        unique=True,
        postgresql_where=sa.text("replaced_on is null"),
    )
    op.create_table(
        "position",
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_at_meeting", sa.Boolean(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "position <> 'cannot_live_with' or reason is not null", name="position_objection_has_reason"
        ),
        sa.CheckConstraint(
            "position in ('agree', 'can_live_with', 'cannot_live_with', 'not_here')", name="position_position_known"
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"],
            ["decision.id"],
        ),
        sa.PrimaryKeyConstraint("decision_id", "employee_id"),
    )
    op.create_table(
        "position_taken",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_at_meeting", sa.Boolean(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "position <> 'cannot_live_with' or reason is not null", name="position_taken_objection_has_reason"
        ),
        sa.CheckConstraint(
            "position in ('agree', 'can_live_with', 'cannot_live_with', 'not_here')",
            name="position_taken_position_known",
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"],
            ["decision.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_position_taken_decision_id"), "position_taken", ["decision_id"], unique=False)
    _keep_every_position()


def _keep_every_position() -> None:
    """The history of positions is written once: it can neither be changed nor removed."""
    op.execute(
        """
        create function refuse_change() returns trigger language plpgsql as $$
        begin
            raise exception 'rows of % are kept as they were written', tg_table_name;
        end
        $$
        """
    )
    op.execute(
        """
        create trigger position_taken_is_kept before update or delete or truncate on position_taken
        for each statement execute function refuse_change()
        """
    )
