"""First tables."""

from datetime import date

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from services.common.migrations import platform_v1, rules

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ELIGIBILITY = "Care and Support (Eligibility Criteria) Regulations 2015, SI 2015/313, regulation 2(1)(b)"


def upgrade() -> None:
    platform_v1.upgrade()
    rules.load([("care_act.outcomes_unable", date(2015, 4, 1), 2, 1, "outcomes", ELIGIBILITY, "sourced")])
    op.create_table(
        "adopted_decision",
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("adopted_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("decision_id", "subject_id"),
    )
    op.create_index(op.f("ix_adopted_decision_subject_id"), "adopted_decision", ["subject_id"], unique=False)
    op.create_table(
        "client",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("given_name", sa.Text(), nullable=False),
        sa.Column("family_name", sa.Text(), nullable=False),
        sa.Column("birth_on", sa.Date(), nullable=True),
        sa.Column("sex", sa.Text(), nullable=False),
        sa.Column("nhs_number", sa.Text(), nullable=True),
        sa.Column("nhs_number_status", sa.Text(), nullable=False),
        sa.Column("address_line", sa.Text(), nullable=True),
        sa.Column("postcode", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_client_nhs_number"), "client", ["nhs_number"], unique=False)
    op.create_index("ix_client_team", "client", ["team_id", "id"], unique=False)
    op.create_index(
        "one_client_per_nhs_number",
        "client",
        ["team_id", "nhs_number"],
        unique=True,
        postgresql_where=sa.text("nhs_number_status in ('01', '02')"),
    )
    op.create_table(
        "referral",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("given_name", sa.Text(), nullable=False),
        sa.Column("family_name", sa.Text(), nullable=False),
        sa.Column("birth_on", sa.Date(), nullable=True),
        sa.Column("sex", sa.Text(), nullable=False),
        sa.Column("nhs_number", sa.Text(), nullable=True),
        sa.Column("nhs_number_status", sa.Text(), nullable=False),
        sa.Column("address_line", sa.Text(), nullable=True),
        sa.Column("postcode", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("urgency", sa.Text(), nullable=False),
        sa.Column("answer_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("health_need", sa.Boolean(), nullable=False),
        sa.Column("referrer", sa.Text(), nullable=True),
        sa.Column("referrer_ods_code", sa.Text(), nullable=True),
        sa.Column("inbound_referral_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decision_id", sa.Uuid(), nullable=True),
        sa.Column("urgent_reason", sa.Text(), nullable=True),
        sa.Column("not_taken_reason", sa.Text(), nullable=True),
        sa.Column("signpost", sa.Text(), nullable=True),
        sa.Column("client_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("kind in ('referral', 'validation')", name="referral_kind_known"),
        sa.CheckConstraint("status in ('received', 'accepted', 'not_taken')", name="referral_status_known"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("inbound_referral_id"),
    )
    op.create_index(op.f("ix_referral_nhs_number"), "referral", ["nhs_number"], unique=False)
    op.create_index(op.f("ix_referral_source"), "referral", ["source"], unique=False)
    op.create_index(op.f("ix_referral_status"), "referral", ["status"], unique=False)
    op.create_index("ix_referral_team", "referral", ["team_id", "id"], unique=False)
    op.create_table(
        "episode_of_care",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("named_nurse_id", sa.Uuid(), nullable=False),
        sa.Column("deputy_id", sa.Uuid(), nullable=False),
        sa.Column("pathway", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.CheckConstraint("status in ('active', 'onhold', 'finished')", name="episode_of_care_status_known"),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["client.id"],
        ),
        sa.ForeignKeyConstraint(
            ["referral_id"],
            ["referral.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("referral_id"),
    )
    op.create_index(op.f("ix_episode_of_care_client_id"), "episode_of_care", ["client_id"], unique=False)
    op.create_index(op.f("ix_episode_of_care_status"), "episode_of_care", ["status"], unique=False)
    op.create_index("ix_episode_of_care_team", "episode_of_care", ["team_id", "id"], unique=False)
    op.create_table(
        "assessment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("episode_of_care_id", sa.Uuid(), nullable=False),
        sa.Column("assessed_on", sa.Date(), nullable=False),
        sa.Column("assessed_by", sa.Uuid(), nullable=True),
        sa.Column("what_matters", sa.Text(), nullable=False),
        sa.Column("care_act", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("eligible", sa.Boolean(), nullable=False),
        sa.Column("carer", sa.Text(), nullable=True),
        sa.Column("home", sa.Text(), nullable=True),
        sa.Column("money", sa.Text(), nullable=True),
        sa.Column("capacity", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.CheckConstraint("status in ('started', 'complete')", name="assessment_status_known"),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["client.id"],
        ),
        sa.ForeignKeyConstraint(
            ["episode_of_care_id"],
            ["episode_of_care.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_assessment_client_id"), "assessment", ["client_id"], unique=False)
    op.create_index("ix_assessment_team", "assessment", ["team_id", "id"], unique=False)
    op.create_table(
        "care_contact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("episode_of_care_id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=True),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("interventions", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["client.id"],
        ),
        sa.ForeignKeyConstraint(
            ["episode_of_care_id"],
            ["episode_of_care.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_care_contact_client_id"), "care_contact", ["client_id"], unique=False)
    op.create_index(op.f("ix_care_contact_started_at"), "care_contact", ["started_at"], unique=False)
    op.create_index("ix_care_contact_team", "care_contact", ["team_id", "id"], unique=False)
    op.create_index("one_contact_per_visit", "care_contact", ["visit_id", "employee_id"], unique=True)
    op.create_table(
        "care_plan",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("episode_of_care_id", sa.Uuid(), nullable=False),
        sa.Column("client_words", sa.Text(), nullable=False),
        sa.Column("expected_visits", sa.Integer(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("reablement_from", sa.Date(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("agreed_how", sa.Text(), nullable=True),
        sa.Column("agreed_on", sa.Date(), nullable=True),
        sa.Column("written_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("status in ('draft', 'agreed')", name="care_plan_status_known"),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["client.id"],
        ),
        sa.ForeignKeyConstraint(
            ["episode_of_care_id"],
            ["episode_of_care.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_care_plan_client_id"), "care_plan", ["client_id"], unique=False)
    op.create_index("ix_care_plan_team", "care_plan", ["team_id", "id"], unique=False)
    op.create_table(
        "wound",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("episode_of_care_id", sa.Uuid(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["client.id"],
        ),
        sa.ForeignKeyConstraint(
            ["episode_of_care_id"],
            ["episode_of_care.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_wound_client_id"), "wound", ["client_id"], unique=False)
    op.create_index("ix_wound_team", "wound", ["team_id", "id"], unique=False)
    op.create_table(
        "care_activity",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("care_contact_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("activity_type", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "activity_type in ('nursing', 'personal_care', 'reablement', 'wider_support', 'coordination')",
            name="care_activity_activity_type_known",
        ),
        sa.ForeignKeyConstraint(
            ["care_contact_id"],
            ["care_contact.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_care_activity_care_contact_id"), "care_activity", ["care_contact_id"], unique=False)
    op.create_table(
        "care_plan_line",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("care_plan_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("intervention", sa.Text(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["care_plan_id"],
            ["care_plan.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_care_plan_line_care_plan_id"), "care_plan_line", ["care_plan_id"], unique=False)
    op.create_table(
        "client_problem",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("episode_of_care_id", sa.Uuid(), nullable=False),
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("ownership", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("signs", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["assessment_id"],
            ["assessment.id"],
        ),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["client.id"],
        ),
        sa.ForeignKeyConstraint(
            ["episode_of_care_id"],
            ["episode_of_care.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_client_problem_assessment_id"), "client_problem", ["assessment_id"], unique=False)
    op.create_index(op.f("ix_client_problem_client_id"), "client_problem", ["client_id"], unique=False)
    op.create_index("ix_client_problem_team", "client_problem", ["team_id", "id"], unique=False)
    op.create_index("one_problem_per_episode", "client_problem", ["episode_of_care_id", "code"], unique=True)
    op.create_table(
        "note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("care_contact_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("amends_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["amends_id"],
            ["note.id"],
        ),
        sa.ForeignKeyConstraint(
            ["care_contact_id"],
            ["care_contact.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_note_care_contact_id"), "note", ["care_contact_id"], unique=False)
    op.create_table(
        "wound_measurement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("wound_id", sa.Uuid(), nullable=False),
        sa.Column("care_contact_id", sa.Uuid(), nullable=True),
        sa.Column("measured_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("measured_by", sa.Uuid(), nullable=True),
        sa.Column("length_mm", sa.Integer(), nullable=False),
        sa.Column("width_mm", sa.Integer(), nullable=False),
        sa.Column("area_mm2", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["wound_id"],
            ["wound.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_wound_measurement_wound_id"), "wound_measurement", ["wound_id"], unique=False)
    op.create_table(
        "omaha_rating",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("problem_id", sa.Uuid(), nullable=False),
        sa.Column("occasion", sa.Text(), nullable=False),
        sa.Column("knowledge", sa.Integer(), nullable=False),
        sa.Column("behavior", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Text(), nullable=False),
        sa.Column("rated_by", sa.Uuid(), nullable=True),
        sa.Column("rated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("occasion in ('admission', 'interim', 'discharge')", name="omaha_rating_occasion_known"),
        sa.CheckConstraint("least(knowledge, behavior, status) >= 1 and greatest(knowledge, behavior, status) <= 5"),
        sa.ForeignKeyConstraint(
            ["problem_id"],
            ["client_problem.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_omaha_rating_problem_id"), "omaha_rating", ["problem_id"], unique=False)
    op.create_index(
        "one_admission_rating",
        "omaha_rating",
        ["problem_id"],
        unique=True,
        postgresql_where=sa.text("occasion = 'admission'"),
    )
