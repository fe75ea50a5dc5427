"""Submissions: what of a care plan a social worker reviewed and sent on, and what the council made of it."""

import sqlalchemy as sa
from alembic import op

from services.common.migrations import row_level_security

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ACTOR = "(select current_setting('app.actor', true))"
# The clients for whom caseload has just said that the guest who acts has a seat.
SEATED = "client_id = any ((select app_seated())::uuid[])"
MINE = f"reviewed_by = {ACTOR}"
STATES = "'draft', 'ready', 'sent', 'acknowledged', 'rejected', 'corrected', 'dead', 'withdrawn', 'superseded'"


def upgrade() -> None:
    _create_submission()
    _create_council_case()
    _create_care_plan_change()
    op.add_column("council_delivery", sa.Column("submission_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        "council_delivery_submission_id_fkey", "council_delivery", "submission", ["submission_id"], ["id"]
    )
    op.create_index(op.f("ix_council_delivery_submission_id"), "council_delivery", ["submission_id"], unique=False)
    row_level_security.protect()
    _let_guests_review()


def _create_submission() -> None:
    op.create_table(
        "submission",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("share_id", sa.Uuid(), nullable=False),
        sa.Column("care_plan_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("intervention", sa.Text(), nullable=True),
        sa.Column("plan_version", sa.Integer(), nullable=False),
        sa.Column("plan_changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reviewed_by", sa.Text(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sends", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(f"state in ({STATES})", name="submission_state_known"),
        sa.ForeignKeyConstraint(["connection_id"], ["connection.id"]),
        sa.ForeignKeyConstraint(["share_id"], ["share.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("share_id", "line_id", "plan_version", name="one_submission_per_change"),
    )
    op.create_index("ix_submission_client", "submission", ["client_id", "id"], unique=False)
    op.create_index("ix_submission_reviewer", "submission", ["reviewed_by", "id"], unique=False)
    op.create_index(op.f("ix_submission_share_id"), "submission", ["share_id"], unique=False)
    op.create_index("ix_submission_line", "submission", ["line_id", "connection_id"], unique=False)
    op.create_index("ix_submission_team", "submission", ["team_id", "id"], unique=False)
    unanswered = sa.text("state = 'sent'")
    op.create_index("ix_submission_unanswered", "submission", ["changed_at"], unique=False, postgresql_where=unanswered)


def _create_council_case() -> None:
    op.create_table(
        "council_case",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["connection_id"], ["connection.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("client_id", "connection_id", name="one_case_per_council"),
    )
    op.create_index("ix_council_case_team", "council_case", ["team_id", "id"], unique=False)


def _create_care_plan_change() -> None:
    op.create_table(
        "care_plan_change",
        sa.Column("position", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"]),
        sa.PrimaryKeyConstraint("position"),
        sa.UniqueConstraint("submission_id"),
    )
    op.create_index("ix_care_plan_change_client", "care_plan_change", ["client_id", "position"], unique=False)
    op.create_index("ix_care_plan_change_team", "care_plan_change", ["team_id", "position"], unique=False)


def _let_guests_review() -> None:
    """A social worker is in no team: they meet what is shared of the clients they have a seat for, and what they sent."""
    op.execute("""
        create function app_seated() returns uuid[] language sql stable parallel safe as
        $$ select coalesce(nullif(current_setting('app.seated', true), ''), '{}')::uuid[] $$
    """)
    for table in ("submission", "share", "care_plan_change", "council_case"):
        op.execute(f'create policy of_seat on "{table}" for select using ({SEATED})')
    op.execute(f"create policy of_reviewer on submission for select using ({MINE})")
    op.execute(f"create policy reviewed on submission for update using ({SEATED}) with check ({SEATED} and {MINE})")
    # Held while something goes out under it, and never changed.
    op.execute(f"create policy held on share for update using ({SEATED}) with check (false)")
    mine = f"exists (select from submission s where s.{{}} and s.{SEATED} and s.{MINE})"
    queued = mine.format("id = council_delivery.submission_id")
    op.execute(f"create policy of_reviewer on council_delivery for insert with check ({queued})")
    # A guest tells the id of a case that they sent something about while it is shared with them and the council; which
    # team it is of is said by what was sent.
    theirs = mine.format("""client_id = council_case.client_id and s.connection_id = council_case.connection_id
        and s.team_id = council_case.team_id
        and exists (select from share where share.id = s.share_id and share.withdrawn_at is null)""")
    op.execute(f"create policy told on council_case for insert with check ({theirs})")
    op.execute(f"create policy put_right on council_case for update using ({SEATED}) with check ({theirs})")
