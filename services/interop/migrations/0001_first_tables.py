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
        "connection",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_success_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_failure_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "inbound_message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("correlation_id", sa.Uuid(), nullable=True),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.CheckConstraint("outcome in ('received', 'accepted', 'refused')", name="inbound_message_outcome_known"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_inbound_message_received_at"), "inbound_message", ["received_at"], unique=False)
    op.create_index(
        "one_accepted_message_per_pair",
        "inbound_message",
        ["request_id", "correlation_id"],
        unique=True,
        postgresql_where=sa.text("outcome = 'accepted'"),
    )
    op.create_table(
        "resource",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("resource_type", sa.Text(), nullable=False),
        sa.Column("resource_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=True),
        sa.Column("owner_version", sa.Integer(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("tokens", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("resource_type", "resource_id", name="one_resource_per_owner_id"),
    )
    op.create_index("ix_resource_changed_at", "resource", ["resource_type", "changed_at"], unique=False)
    op.create_index("ix_resource_client", "resource", ["client_id", "resource_type", "id"], unique=False)
    op.create_index("ix_resource_team", "resource", ["team_id", "id"], unique=False)
    op.create_index("ix_resource_team_type", "resource", ["team_id", "resource_type", "id"], unique=False)
    op.create_index("ix_resource_tokens", "resource", ["tokens"], unique=False, postgresql_using="gin")
    op.create_index("ix_resource_type", "resource", ["resource_type", "id"], unique=False)
    op.create_table(
        "service_endpoint",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("dos_service_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("dos_service_id"),
    )
    op.create_index("ix_service_endpoint_team", "service_endpoint", ["team_id", "id"], unique=False)
    op.create_table(
        "inbound_referral",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("use_case", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("urgency", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("referrer", sa.Text(), nullable=True),
        sa.Column("referrer_ods_code", sa.Text(), nullable=True),
        sa.Column("given_name", sa.Text(), nullable=False),
        sa.Column("family_name", sa.Text(), nullable=False),
        sa.Column("birth_on", sa.Date(), nullable=True),
        sa.Column("sex", sa.Text(), nullable=False),
        sa.Column("nhs_number", sa.Text(), nullable=True),
        sa.Column("nhs_number_status", sa.Text(), nullable=False),
        sa.Column("address_line", sa.Text(), nullable=True),
        sa.Column("postcode", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("referral_id", sa.Uuid(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.CheckConstraint("kind in ('referral', 'validation')", name="inbound_referral_kind_known"),
        sa.CheckConstraint("outcome in ('waiting', 'accepted', 'not_taken')", name="inbound_referral_outcome_known"),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["inbound_message.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("message_id"),
        sa.UniqueConstraint("reference"),
    )
    op.create_index("ix_inbound_referral_team", "inbound_referral", ["team_id", "id"], unique=False)
    op.create_table(
        "share",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("consented_on", sa.Date(), nullable=True),
        sa.Column("fields", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("council_ref", sa.Text(), nullable=False),
        sa.Column("agreed_by", sa.Uuid(), nullable=True),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("basis in ('consent', 'best_interests', 'legal_duty')", name="share_basis_known"),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_share_client", "share", ["client_id", "id"], unique=False)
    op.create_index(op.f("ix_share_connection_id"), "share", ["connection_id"], unique=False)
    op.create_index("ix_share_team", "share", ["team_id", "id"], unique=False)
    op.create_table(
        "council_delivery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("share_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_status", sa.Integer(), nullable=True),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status in ('queued', 'sent', 'dead', 'withdrawn')", name="council_delivery_status_known"),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
        ),
        sa.ForeignKeyConstraint(
            ["share_id"],
            ["share.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("event_id", "connection_id", name="one_delivery_per_event"),
    )
    op.create_index("ix_council_delivery_connection", "council_delivery", ["connection_id", "id"], unique=False)
    op.create_index(
        "ix_council_delivery_due",
        "council_delivery",
        ["connection_id", "due_at"],
        unique=False,
        postgresql_where=sa.text("status = 'queued'"),
    )
    op.create_index(
        "ix_council_delivery_order",
        "council_delivery",
        ["client_id", "connection_id", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'queued'"),
    )
    op.create_index(op.f("ix_council_delivery_share_id"), "council_delivery", ["share_id"], unique=False)
    op.create_index("ix_council_delivery_status", "council_delivery", ["status", "id"], unique=False)
    op.create_index("ix_council_delivery_team", "council_delivery", ["team_id", "id"], unique=False)
    _share_once_a_day()


def _share_once_a_day() -> None:
    """A client's shares with a connection that were not withdrawn follow one another, each on its days in England."""
    op.execute("create extension if not exists btree_gist")
    op.execute("""
        alter table share add constraint one_share_per_connection exclude using gist
        (client_id with =, connection_id with =,
         daterange((agreed_at at time zone 'Europe/London')::date, until_on, '[]') with &&)
        where (withdrawn_at is null)
    """)
