"""The client's own copy of the plan with the next visits, loneliness, independence, and what replaces a medicine."""

from datetime import date

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import SchemaItem

from services.common.migrations import row_level_security, rules

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

BEGINNING = date(2019, 4, 1)
PROPOSAL = "A proposal, for the trust's Caldicott guardian to confirm: no law and no standard gives the figure"
UCLA = "Hughes and others, A short scale for measuring loneliness in large surveys, 2004: three items of 1 to 3"
UCLA_LONELY = (
    "Derived: 6 and more is the usual cut in English studies that use the short scale (Steptoe and others, PNAS 2013); its "
    "authors and the Office for National Statistics name none"
)
ONS = "Office for National Statistics, Measuring loneliness: guidance for use of the national indicators, 2018 (Open Government Licence)"
RULES: list[rules.NewRule] = [
    ("plan_copy_share.days", BEGINNING, 90, 1, "days", PROPOSAL, "to_be_confirmed"),
    ("loneliness.ucla_3_least", BEGINNING, 3, 1, "sum of three items", UCLA, "sourced"),
    ("loneliness.ucla_3_most", BEGINNING, 9, 1, "sum of three items", UCLA, "sourced"),
    ("loneliness.ucla_3_lonely_from", BEGINNING, 6, 1, "sum of three items", UCLA_LONELY, "to_be_confirmed"),
    ("loneliness.ons_direct_least", BEGINNING, 1, 1, "code, often or always", ONS, "sourced"),
    ("loneliness.ons_direct_most", BEGINNING, 5, 1, "code, never", ONS, "sourced"),
    ("loneliness.ons_direct_lonely_to", BEGINNING, 1, 1, "code, often or always", ONS, "sourced"),
]
INSTANT = sa.DateTime(timezone=True)
# Whoever holds a link is in no team. They meet the one row that it leads to, and write to that one.
LINKED = "link_print = (select nullif(current_setting('app.link_print', true), ''))"


def upgrade() -> None:
    rules.load(RULES)
    _alter()
    _create_planned_visit()
    _create_plan_copy_share()
    _create_loneliness_score()
    _create_independence_goal()
    _create_step_down()
    row_level_security.protect()
    op.execute(f"create policy of_link on plan_copy_share for select using ({LINKED})")
    op.execute(f"create policy by_link on plan_copy_share for update using ({LINKED}) with check ({LINKED})")


def _alter() -> None:
    who_to_call = sa.Column("who_to_call", postgresql.JSONB(), nullable=False, server_default=sa.text("'[]'"))
    op.add_column("care_plan", who_to_call)
    op.add_column("medicine", sa.Column("replaces_id", sa.Uuid(), nullable=True))
    op.create_foreign_key("medicine_replaces_id_fkey", "medicine", "medicine", ["replaces_id"], ["id"])
    op.add_column("medicine", sa.Column("course_id", sa.Uuid(), nullable=True))
    op.add_column("medicine", sa.Column("awaited_from", INSTANT, nullable=True))
    # Nothing has come in another's place yet, and the server said when it last changed.
    op.execute("update medicine set course_id = id, awaited_from = changed_at")
    for column in ("course_id", "awaited_from"):
        op.alter_column("medicine", column, nullable=False)
    op.create_foreign_key("medicine_course_id_fkey", "medicine", "medicine", ["course_id"], ["id"])
    op.create_index(op.f("ix_medicine_course_id"), "medicine", ["course_id"], unique=False)
    in_force = sa.text("stopped_at is null")
    op.create_index("one_in_force_of_each_course", "medicine", ["course_id"], unique=True, postgresql_where=in_force)


def _of_team() -> list[SchemaItem]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"]),
        sa.PrimaryKeyConstraint("id"),
    ]


def _index(table: str) -> None:
    op.create_index(f"ix_{table}_team", table, ["team_id", "id"], unique=False)
    op.create_index(op.f(f"ix_{table}_client_id"), table, ["client_id"], unique=False)


def _create_planned_visit() -> None:
    op.create_table(
        "planned_visit",
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("visit_id"),
    )
    op.create_index("ix_planned_visit_next", "planned_visit", ["client_id", "starts_at"], unique=False)


def _create_plan_copy_share() -> None:
    op.create_table(
        "plan_copy_share",
        *_of_team(),
        sa.Column("link_print", sa.Text(), nullable=True),
        sa.Column("code_print", sa.Text(), nullable=True),
        sa.Column("pass_print", sa.Text(), nullable=True),
        sa.Column("wrong_codes", sa.Integer(), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=True),
        sa.Column("opened_by", sa.Text(), nullable=True),
        sa.Column("opened_as", sa.Text(), nullable=True),
        sa.Column("carer_id", sa.Uuid(), nullable=True),
        sa.Column("agreed_how", sa.Text(), nullable=True),
        sa.Column("agreed_on", sa.Date(), nullable=True),
        sa.Column("shared_by", sa.Uuid(), nullable=True),
        sa.Column("until_at", INSTANT, nullable=False),
        sa.Column("withdrawn_at", INSTANT, nullable=True),
        sa.UniqueConstraint("link_print"),
        sa.CheckConstraint(
            "agreed_how in ('in_person', 'by_phone', 'best_interests')", name="plan_copy_share_agreed_how_known"
        ),
        sa.CheckConstraint(
            "(carer_id is null) = (agreed_how is null) and (carer_id is null) = (agreed_on is null)",
            name="carer_sees_with_consent",
        ),
        sa.ForeignKeyConstraint(["carer_id"], ["carer.id"]),
    )
    _index("plan_copy_share")


def _create_loneliness_score() -> None:
    op.create_table(
        "loneliness_score",
        *_of_team(),
        sa.Column("episode_of_care_id", sa.Uuid(), nullable=False),
        sa.Column("scale", sa.Text(), nullable=False),
        sa.Column("occasion", sa.Text(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("scale in ('ucla_3', 'ons_direct')", name="loneliness_score_scale_known"),
        sa.CheckConstraint("occasion in ('admission', 'interim', 'discharge')", name="loneliness_score_occasion_known"),
        sa.ForeignKeyConstraint(["episode_of_care_id"], ["episode_of_care.id"]),
    )
    _index("loneliness_score")
    op.create_index(
        "one_loneliness_at_admission",
        "loneliness_score",
        ["episode_of_care_id", "scale"],
        unique=True,
        postgresql_where=sa.text("occasion = 'admission'"),
    )


def _create_independence_goal() -> None:
    op.create_table(
        "independence_goal",
        *_of_team(),
        sa.Column("care_plan_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("set_on", sa.Date(), nullable=False),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.Column("client_words", sa.Text(), nullable=True),
        sa.Column("because", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("capacity_assessed_on", sa.Date(), nullable=True),
        sa.Column("best_interests", sa.Text(), nullable=True),
        sa.Column("written_by", sa.Uuid(), nullable=True),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "status in ('working', 'met', 'not_able', 'not_wanted')", name="independence_goal_status_known"
        ),
        sa.CheckConstraint(
            "(status in ('not_able', 'not_wanted')) = (reason is not null)", name="goal_given_up_with_a_reason"
        ),
        sa.ForeignKeyConstraint(["care_plan_id"], ["care_plan.id"]),
    )
    _index("independence_goal")
    op.create_index(op.f("ix_independence_goal_care_plan_id"), "independence_goal", ["care_plan_id"], unique=False)


def _create_step_down() -> None:
    op.create_table(
        "step_down",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("care_plan_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("steps", postgresql.JSONB(), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=True),
        sa.Column("written_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["care_plan_id"], ["care_plan.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_step_down_care_plan_id"), "step_down", ["care_plan_id"], unique=False)
    op.create_index("one_step_down_per_number", "step_down", ["care_plan_id", "number"], unique=True)
