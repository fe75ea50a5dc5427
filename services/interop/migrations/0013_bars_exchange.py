"""BaRS both ways: a referral's versions, what its sender calls it, and the responses on their way."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from services.common.migrations import row_level_security

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
OUTCOMES = "'waiting', 'accepted', 'not_taken'"


def upgrade() -> None:
    op.add_column("inbound_referral", sa.Column("request_key", sa.Text(), nullable=True))
    op.add_column("inbound_referral", sa.Column("reply_to", sa.Text(), nullable=True))
    op.create_index(
        "ix_inbound_referral_request_key",
        "inbound_referral",
        ["request_key"],
        postgresql_where=sa.text("request_key is not null"),
    )
    op.create_index("ix_inbound_referral_changed_at", "inbound_referral", ["changed_at"])
    op.drop_constraint("inbound_referral_outcome_known", "inbound_referral", type_="check")
    op.create_check_constraint(
        "inbound_referral_outcome_known", "inbound_referral", f"outcome in ({OUTCOMES}, 'withdrawn')"
    )
    _create_version()
    _create_response()
    row_level_security.protect()


def _create_version() -> None:
    op.create_table(
        "referral_version",
        *_of_team(),
        _referral(),
        sa.Column("message_id", sa.Uuid(), sa.ForeignKey("inbound_message.id"), nullable=False, unique=True),
        sa.Column("number", sa.Integer(), nullable=False),
        _text("reason"),
        sa.UniqueConstraint("inbound_referral_id", "number", name="one_version_per_number"),
        sa.CheckConstraint("reason in ('new', 'update', 'delete')", name="referral_version_reason_known"),
    )
    op.create_index("ix_referral_version_team", "referral_version", ["team_id", "id"])


def _create_response() -> None:
    op.create_table(
        "bars_response",
        *_of_team(),
        _referral(),
        _text("stage"),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("correlation_id", sa.Uuid(), nullable=False),
        *(_text(name) for name in ("target", "use_context", "payload", "status")),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_status", sa.Integer(), nullable=True),
        sa.Column("queued_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("sent_at", INSTANT, nullable=True),
        sa.UniqueConstraint("inbound_referral_id", "stage", name="one_response_per_stage"),
        sa.CheckConstraint("stage in ('interim', 'final')", name="bars_response_stage_known"),
        sa.CheckConstraint("status in ('queued', 'sent', 'refused', 'dead')", name="bars_response_status_known"),
    )
    op.create_index("ix_bars_response_team", "bars_response", ["team_id", "id"])
    op.create_index("ix_bars_response_due", "bars_response", ["due_at"], postgresql_where=sa.text("status = 'queued'"))
    op.create_index("ix_bars_response_status", "bars_response", ["status", "id"])
    op.create_index("ix_bars_response_queued_at", "bars_response", ["queued_at"])


def _of_team() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
    )


def _referral() -> sa.Column[Any]:
    return sa.Column("inbound_referral_id", sa.Uuid(), sa.ForeignKey("inbound_referral.id"), nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)
