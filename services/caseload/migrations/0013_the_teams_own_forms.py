"""The team's own forms with their answers, and assessments that are written in parts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import SchemaItem

from services.common.migrations import row_level_security

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _create_template()
    _create_form_answer()
    _create_assessment_draft()
    row_level_security.protect()


def _of_team() -> list[SchemaItem]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
    ]


def _create_template() -> None:
    op.create_table(
        "template",
        *_of_team(),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("in_assessments", sa.Boolean(), nullable=False),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("kind in ('form', 'visit_type', 'checklist')", name="template_kind_known"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_template_team", "template", ["team_id", "id"], unique=False)
    op.create_table(
        "template_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("template_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("questions", postgresql.JSONB(), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=True),
        sa.Column("written_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["template_id"], ["template.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_template_version_template_id"), "template_version", ["template_id"], unique=False)
    op.create_index("one_version_per_template_number", "template_version", ["template_id", "number"], unique=True)


def _create_form_answer() -> None:
    op.create_table(
        "form_answer",
        *_of_team(),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("template_id", sa.Uuid(), nullable=False),
        sa.Column("template_version_id", sa.Uuid(), nullable=False),
        sa.Column("care_contact_id", sa.Uuid(), nullable=True),
        sa.Column("assessment_id", sa.Uuid(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"]),
        sa.ForeignKeyConstraint(["template_id"], ["template.id"]),
        sa.ForeignKeyConstraint(["template_version_id"], ["template_version.id"]),
        sa.ForeignKeyConstraint(["care_contact_id"], ["care_contact.id"]),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessment.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_form_answer_team", "form_answer", ["team_id", "id"], unique=False)
    for column in ("client_id", "template_id", "assessment_id"):
        op.create_index(op.f(f"ix_form_answer_{column}"), "form_answer", [column], unique=False)
    op.create_table(
        "form_answer_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("form_answer_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("answers", postgresql.JSONB(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("written_by", sa.Uuid(), nullable=True),
        sa.Column("written_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["form_answer_id"], ["form_answer.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    index = op.f("ix_form_answer_version_form_answer_id")
    op.create_index(index, "form_answer_version", ["form_answer_id"], unique=False)
    op.create_index("one_version_per_answer", "form_answer_version", ["form_answer_id", "number"], unique=True)


def _create_assessment_draft() -> None:
    op.create_table(
        "assessment_draft",
        *_of_team(),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("episode_of_care_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("begun_by", sa.Uuid(), nullable=True),
        sa.Column("begun_at", INSTANT, nullable=False),
        sa.CheckConstraint("status in ('draft', 'complete', 'discarded')", name="assessment_draft_status_known"),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"]),
        sa.ForeignKeyConstraint(["episode_of_care_id"], ["episode_of_care.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_assessment_draft_team", "assessment_draft", ["team_id", "id"], unique=False)
    op.create_index(op.f("ix_assessment_draft_client_id"), "assessment_draft", ["client_id"], unique=False)
    op.create_table(
        "assessment_part",
        *_of_team(),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("assessment_draft_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=True),
        sa.Column("written_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "part in ('what_matters', 'omaha', 'care_act', 'carer', 'home', 'money', 'capacity', 'forms')",
            name="assessment_part_part_known",
        ),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"]),
        sa.ForeignKeyConstraint(["assessment_draft_id"], ["assessment_draft.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_assessment_part_team", "assessment_part", ["team_id", "id"], unique=False)
    index = op.f("ix_assessment_part_assessment_draft_id")
    op.create_index(index, "assessment_part", ["assessment_draft_id"], unique=False)
    op.create_index("one_of_each_part", "assessment_part", ["assessment_draft_id", "part"], unique=True)
