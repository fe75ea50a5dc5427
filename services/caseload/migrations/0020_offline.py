"""Work without signal: devices and their queues, what is held for people, conflicts, and what a plan said before."""

from datetime import date

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from services.common.migrations import row_level_security, rules

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

BEGINNING = date(2019, 4, 1)
RULES: list[rules.NewRule] = [
    (
        "sync.clock_off_seconds",
        BEGINNING,
        300,
        1,
        "seconds",
        "Our own: within it two clocks are taken to agree; Kerberos (RFC 4120, 7.5.8) tolerates as much",
        "derived",
    ),
]
INSTANT = sa.DateTime(timezone=True)
OUTCOMES = "'applied', 'duplicate', 'conflict', 'refused', 'kept_aside', 'for_review'"
KINDS = "'care_plan_line', 'who_to_call', 'dose', 'state', 'fact'"


def upgrade() -> None:
    rules.load(RULES)
    op.add_column("care_plan", sa.Column("who_to_call_conflict_id", sa.Uuid(), nullable=True))
    op.add_column("care_plan_line", sa.Column("conflict_id", sa.Uuid(), nullable=True))
    had: sa.Column[bool] = sa.Column("had_conflict", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("care_plan_line", had)
    _create_device()
    _create_operation()
    _create_held()
    _create_conflict()
    _create_edit()
    _say_who_and_when()
    _create_dose_in_dispute()
    row_level_security.protect()
    # What no team may have is one person's alone; what has a client is behind the client's wall.
    own = "kept_for = (select app_employee_id())"
    op.execute(f"create policy of_person on sync_held for all using ({own}) with check ({own})")


def _say_who_and_when() -> None:
    """When it reached us, and who took the last step; of what was there before, nobody knows."""
    for table in ("note", "administration"):
        op.add_column(table, sa.Column("received_at", INSTANT, nullable=True))
    for table, column in (("wound", "found_by"), ("syringe_driver", "stopped_by"), ("action", "ended_by")):
        op.add_column(table, sa.Column(column, sa.Uuid(), nullable=True))
    op.add_column("clinical_test", sa.Column("last_step_by", sa.Uuid(), nullable=True))


def _of_team() -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", sa.Uuid(), primary_key=True, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
    ]


def _create_device() -> None:
    op.create_table(
        "sync_device",
        sa.Column("id", sa.Uuid(), primary_key=True, nullable=False),
        sa.Column("through", sa.Integer(), nullable=False),
        sa.Column("unsent", sa.Integer(), nullable=False),
        sa.Column("oldest_unsent_at", INSTANT, nullable=True),
        sa.Column("pushed_at", INSTANT, nullable=False),
        sa.Column("pushed_by", sa.Uuid(), nullable=False),
        sa.Column("clock_off_seconds", sa.Integer(), nullable=False),
        sa.Column("teams", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("lost_at", INSTANT, nullable=True),
        sa.Column("lost_by", sa.Uuid(), nullable=True),
    )
    op.create_index("ix_sync_device_teams", "sync_device", ["teams"], postgresql_using="gin")
    op.create_index("ix_sync_device_unsent", "sync_device", ["id"], postgresql_where=sa.text("unsent > 0"))


def _create_operation() -> None:
    op.create_table(
        "sync_operation",
        sa.Column("id", sa.Uuid(), primary_key=True, nullable=False),
        sa.Column("operation_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("base_version", sa.Integer(), nullable=True),
        sa.Column("occurred_at", INSTANT, nullable=True),
        sa.Column("happened_at", INSTANT, nullable=True),
        sa.Column("clock_off_seconds", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("pushed_by", sa.Uuid(), nullable=False),
        sa.Column("pushed_at", INSTANT, nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("result_version", sa.Integer(), nullable=True),
        sa.Column("conflict_id", sa.Uuid(), nullable=True),
        sa.Column("makes_id", sa.Uuid(), nullable=True),
        sa.Column("refusal", postgresql.JSONB(), nullable=True),
        sa.UniqueConstraint("device_id", "sequence", name="one_operation_per_sequence"),
        sa.CheckConstraint(f"outcome in ({OUTCOMES})", name="sync_operation_outcome_known"),
    )
    is_first = sa.text("outcome <> 'duplicate'")
    op.create_index("one_first_operation", "sync_operation", ["operation_id"], unique=True, postgresql_where=is_first)
    makes = sa.text("makes_id is not null")
    op.create_index("ix_sync_operation_makes", "sync_operation", ["makes_id"], postgresql_where=makes)


def _create_held() -> None:
    op.create_table(
        "sync_held",
        *_of_team()[:3],
        sa.Column("operation_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), sa.ForeignKey("client.id"), nullable=True),
        sa.Column("kept_for", sa.Uuid(), nullable=True),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("pushed_by", sa.Uuid(), nullable=False),
        sa.Column("happened_at", INSTANT, nullable=True),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("clock_off_seconds", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("refusal", postgresql.JSONB(), nullable=True),
        sa.Column("makes_id", sa.Uuid(), nullable=True),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(f"outcome in ({OUTCOMES})", name="sync_held_outcome_known"),
        sa.CheckConstraint(
            "(settled_at is null) = (content is not null) and (settled_at is null) = (decision is null)",
            name="sync_held_kept_until_settled",
        ),
        sa.CheckConstraint("(client_id is null) <> (kept_for is null)", name="sync_held_for_somebody"),
    )
    is_open = sa.text("settled_at is null")
    op.create_index("ix_sync_held_client", "sync_held", ["client_id", "id"])
    op.create_index("ix_sync_held_kept_for", "sync_held", ["kept_for", "id"])
    op.create_index("ix_sync_held_makes", "sync_held", ["makes_id"], postgresql_where=is_open)


def _create_conflict() -> None:
    op.create_table(
        "sync_conflict",
        *_of_team(),
        sa.Column("client_id", sa.Uuid(), sa.ForeignKey("client.id"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=True),
        sa.Column("people", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        sa.Column("settlement", postgresql.JSONB(), nullable=True),
        sa.CheckConstraint(f"kind in ({KINDS})", name="sync_conflict_kind_known"),
        sa.CheckConstraint("(settled_at is null) = (settlement is null)", name="sync_conflict_settled_somehow"),
    )
    op.create_index("ix_sync_conflict_team", "sync_conflict", ["team_id", "id"])
    is_open = sa.text("settled_at is null")
    op.create_index("ix_sync_conflict_open", "sync_conflict", ["team_id", "id"], postgresql_where=is_open)
    op.create_index("ix_sync_conflict_client_id", "sync_conflict", ["client_id"])
    op.create_index("ix_sync_conflict_subject", "sync_conflict", ["subject_id"])
    op.create_table(
        "sync_version",
        sa.Column("id", sa.Uuid(), primary_key=True, nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("conflict_id", sa.Uuid(), sa.ForeignKey("sync_conflict.id"), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("happened_at", INSTANT, nullable=False),
        sa.Column("operation_id", sa.Uuid(), nullable=True),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        sa.Column("is_live", sa.Boolean(), nullable=False),
        sa.Column("is_superseded", sa.Boolean(), nullable=False),
    )
    op.create_index("ix_sync_version_conflict_id", "sync_version", ["conflict_id"])


def _create_edit() -> None:
    op.create_table(
        "plan_edit",
        sa.Column("id", sa.Uuid(), primary_key=True, nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("care_plan_id", sa.Uuid(), sa.ForeignKey("care_plan.id"), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=True),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("happened_at", INSTANT, nullable=False),
        sa.Column("base_version", sa.Integer(), nullable=False),
        sa.Column("known_from", sa.Integer(), nullable=False),
        sa.Column("shown_from", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=True),
        sa.Column("operation_id", sa.Uuid(), nullable=True),
        sa.Column("is_settlement", sa.Boolean(), nullable=False),
    )
    op.create_index("ix_plan_edit_of", "plan_edit", ["care_plan_id", "line_id", "id"])


def _create_dose_in_dispute() -> None:
    op.create_table(
        "dose_in_dispute",
        *_of_team(),
        sa.Column("client_id", sa.Uuid(), sa.ForeignKey("client.id"), nullable=False),
        sa.Column("medicine_id", sa.Uuid(), nullable=False),
        sa.Column("administration_id", sa.Uuid(), nullable=False),
        sa.Column("happened_at", INSTANT, nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("operation_id", sa.Uuid(), nullable=False),
        sa.Column("conflict_id", sa.Uuid(), nullable=True),
    )
    op.create_index("ix_dose_in_dispute_team", "dose_in_dispute", ["team_id", "id"])
    for column in ("client_id", "operation_id"):
        op.create_index(f"ix_dose_in_dispute_{column}", "dose_in_dispute", [column])
    op.create_index("ix_dose_in_dispute_around", "dose_in_dispute", ["medicine_id", "happened_at"])
