"""Rotas that a team agrees by consent, and the shifts that are made of them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from services.common.migrations import row_level_security

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _rotas()
    _versions()
    _consent()
    _shifts()
    row_level_security.protect()


def _owned() -> list[sa.Column[object]]:
    return [
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
    ]


def _of_version() -> sa.Column[object]:
    key = sa.ForeignKey("rota_version.id", ondelete="CASCADE")
    return sa.Column("rota_version_id", sa.Uuid(), key, nullable=False)


def _paged(table: str) -> None:
    op.create_index(f"ix_{table}_team", table, ["team_id", "id"])


def _rotas() -> None:
    op.create_table(
        "rota",
        *_owned(),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("needs", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint("state in ('open', 'closed')", name="rota_state_known"),
        sa.CheckConstraint("to_on >= from_on", name="rota_runs_forwards"),
    )
    _paged("rota")
    op.execute("""
        alter table rota add constraint one_rota_a_day exclude using gist
        (team_id with =, daterange(from_on, to_on, '[]') with &&)
    """)
    op.create_table(
        "duty_type",
        *_owned(),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("parts", postgresql.JSONB(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.UniqueConstraint("team_id", "code", "from_on", name="one_duty_type_from_a_day"),
    )
    _paged("duty_type")


def _versions() -> None:
    op.create_table(
        "rota_version",
        *_owned(),
        sa.Column("rota_id", sa.Uuid(), sa.ForeignKey("rota.id"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), sa.ForeignKey("rota_version.id"), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("rules_as_of", sa.Date(), nullable=False),
        sa.Column("problem", postgresql.JSONB(), nullable=True),
        sa.Column("input_hash", sa.Text(), nullable=True),
        sa.Column("settings", postgresql.JSONB(), nullable=True),
        sa.Column("seed", sa.Integer(), nullable=True),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.Column("score", postgresql.JSONB(), nullable=True),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("urgency", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint("origin in ('manual', 'solver', 'edit', 'amendment')", name="rota_version_origin_known"),
        sa.CheckConstraint(
            "state in ('draft', 'proposed', 'withdrawn', 'superseded', 'agreed', 'published', 'amended', 'closed')",
            name="rota_version_state_known",
        ),
        sa.CheckConstraint(
            "(state in ('published', 'amended', 'closed')) = (published_at is not null)", name="published_at_a_time"
        ),
        sa.UniqueConstraint("rota_id", "number", name="one_version_of_a_number"),
    )
    _paged("rota_version")
    op.create_index(
        "one_published_version",
        "rota_version",
        ["rota_id"],
        unique=True,
        postgresql_where=sa.text("state = 'published'"),
    )
    op.create_table(
        "rota_duty",
        *_owned(),
        _of_version(),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.UniqueConstraint("rota_version_id", "employee_id", "day_on", name="one_duty_a_day"),
    )
    _paged("rota_duty")


def _consent() -> None:
    op.create_table(
        "rota_response",
        *_owned(),
        _of_version(),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("about", sa.Text(), nullable=True),
        sa.Column("duties", postgresql.JSONB(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("answer in ('ok', 'can_live_with', 'objection', 'away')", name="rota_response_answer_known"),
        sa.CheckConstraint(
            "about in ('safety', 'law', 'contract', 'fairness', 'care', 'other')", name="rota_response_about_known"
        ),
        sa.CheckConstraint(
            "answer <> 'objection' or (reason is not null and about is not null)", name="an_objection_says_why"
        ),
        sa.UniqueConstraint("rota_version_id", "employee_id", name="one_answer_each"),
    )
    _paged("rota_response")
    op.create_table(
        "rota_decision",
        *_owned(),
        _of_version(),
        sa.Column("meeting_on", sa.Date(), nullable=False),
        sa.Column("present", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("facilitator_id", sa.Uuid(), nullable=True),
        sa.Column("decision_id", sa.Uuid(), nullable=True),
        sa.Column("quorum_have", sa.Integer(), nullable=False),
        sa.Column("quorum_of", sa.Integer(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.UniqueConstraint("rota_version_id", name="one_decision_a_version"),
    )
    _paged("rota_decision")


def _shifts() -> None:
    """What a rota changes is told, and a shift that is off holds nobody's time.

    A rota moves many shifts at once: whether two overlap is looked at when all have moved.
    """
    op.add_column("shift", sa.Column("status", sa.Text(), nullable=False, server_default="planned"))
    op.alter_column("shift", "status", server_default=None)
    op.add_column("shift", sa.Column("rota_version_id", sa.Uuid(), sa.ForeignKey("rota_version.id"), nullable=True))
    op.add_column("shift", sa.Column("duty_kind", sa.Text(), nullable=True))
    op.add_column("shift", sa.Column("told_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("shift", sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("shift", sa.Column("short_notice", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.alter_column("shift", "short_notice", server_default=None)
    op.add_column("shift", sa.Column("initiated_by", sa.Uuid(), nullable=True))
    op.create_check_constraint("shift_status_known", "shift", "status in ('planned', 'cancelled')")
    op.create_check_constraint(
        "shift_duty_kind_known",
        "shift",
        "duty_kind in ('shift', 'on_call_home', 'on_call_site', 'sleep_in')",
    )
    op.create_index(
        "ix_shift_rota_version",
        "shift",
        ["rota_version_id"],
        postgresql_where=sa.text("rota_version_id is not null"),
    )
    op.execute("alter table shift drop constraint shift_one_at_a_time")
    op.execute("""
        alter table shift add constraint shift_one_at_a_time exclude using gist
        (employee_id with =, tstzrange(starts_at, ends_at, '[)') with &&)
        where (kind = 'shift' and status = 'planned') deferrable initially immediate
    """)
