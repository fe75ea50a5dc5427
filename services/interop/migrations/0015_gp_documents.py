"""Documents to GPs: each with the messages it left in, what lay in our mailbox, and how partners answer."""

from datetime import date

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from services.common.migrations import row_level_security, rules

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
FROM = date(2026, 11, 1)
STATES = "'waiting', 'held', 'sent', 'received', 'acknowledged', 'refused', 'undelivered', 'dead', 'withdrawn'"
OUTCOMES = "'received', 'understood', 'late', 'unknown', 'unreadable', 'not_ours', 'settled'"
RULES = [
    (
        "gp_document.settling_minutes",
        FROM,
        60,
        1,
        "minutes after the day",
        "Ours: tablets without signal send what they hold in the evening",
        "to_be_confirmed",
    ),
    (
        "gp_document.answer_hours",
        FROM,
        120,
        1,
        "hours",
        "MESH: what nobody fetches is returned after 5 days, so that an earlier repetition only doubles it",
        "derived",
    ),
    ("gp_document.most_sends", FROM, 3, 1, "sends", "Ours: then a person rings the surgery", "to_be_confirmed"),
    ("gp_document.retry_minutes", FROM, 5, 1, "minutes", "Ours: while MESH cannot be reached", "to_be_confirmed"),
    ("mesh.handshake_hours", FROM, 12, 1, "hours", "MESH API: at least once in 24 hours; twice here", "derived"),
]


def upgrade() -> None:
    _create_gp_document()
    _create_gp_message()
    _create_mesh_message()
    op.create_table(
        "partner_health",
        *_changing(),
        sa.Column("name", sa.Text(), nullable=False, unique=True),
        *(sa.Column(name, INSTANT, nullable=True) for name in ("last_success_at", "last_failure_at")),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
    )
    rules.load(RULES)
    row_level_security.protect()


def _create_gp_document() -> None:
    op.create_table(
        "gp_document",
        *_changing(),
        *(sa.Column(name, sa.Uuid(), nullable=False) for name in ("team_id", "client_id", "surgery_share_id")),
        sa.Column("ods_code", sa.Text(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("contacts", ARRAY(sa.Uuid()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("due_at", INSTANT, nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("sends", "sends_before", "mends")),
        *(sa.Column(name, INSTANT, nullable=True) for name in ("sent_at", "received_at", "answered_at")),
        sa.CheckConstraint(f"state in ({STATES})", name="gp_document_state_known"),
        sa.UniqueConstraint("client_id", "happened_on", "edition", name="one_gp_document_per_edition"),
    )
    op.create_index("ix_gp_document_team", "gp_document", ["team_id", "id"])
    op.create_index("ix_gp_document_client", "gp_document", ["client_id", "id"])
    op.create_index("ix_gp_document_state", "gp_document", ["team_id", "state", "id"])
    op.create_index("ix_gp_document_day", "gp_document", ["happened_on"])
    op.create_index("ix_gp_document_share", "gp_document", ["surgery_share_id"])
    leaving = sa.text("state in ('waiting', 'sent', 'received')")
    op.create_index("ix_gp_document_due", "gp_document", ["due_at"], postgresql_where=leaving)


def _create_gp_message() -> None:
    op.create_table(
        "gp_message",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("gp_document_id", sa.Uuid(), sa.ForeignKey("gp_document.id"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("mesh_id", sa.Text(), nullable=True, unique=True),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.UniqueConstraint("gp_document_id", "number", name="one_gp_message_per_number"),
    )
    op.create_index("ix_gp_message_gp_document_id", "gp_message", ["gp_document_id"])


def _create_mesh_message() -> None:
    op.create_table(
        "mesh_message",
        *_changing(),
        sa.Column("mesh_id", sa.Text(), nullable=False, unique=True),
        sa.Column("received_at", INSTANT, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("recipient", "message_type", "media_type")),
        *(
            sa.Column(name, sa.Text(), nullable=True)
            for name in ("sender", "workflow_id", "local_id", "linked_id", "status_code")
        ),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("gp_document_id", sa.Uuid(), sa.ForeignKey("gp_document.id"), nullable=True),
        sa.CheckConstraint(f"outcome in ({OUTCOMES})", name="mesh_message_outcome_known"),
    )
    op.create_index("ix_mesh_message_outcome", "mesh_message", ["outcome", "id"])
    op.create_index("ix_mesh_message_gp_document_id", "mesh_message", ["gp_document_id"])


def _changing() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
    )
