"""The tables every service has besides its own: events out, events in, retried requests, who is in which team."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

INSTANT = DateTime(timezone=True)
PLATFORM_TABLES = frozenset({"outbox", "inbox", "dead_letter", "idempotency_key", "team_member", "rule"})


def add_platform_tables(metadata: MetaData) -> None:
    """Add them to a service's metadata. Their migration is `services.common.migrations.platform_v1`."""
    _add_outbox(metadata)
    _add_inbox(metadata)
    _add_rule(metadata)
    Table(
        "idempotency_key",
        metadata,
        Column("caller", Text, primary_key=True),
        Column("key", Text, primary_key=True),
        Column("request_hash", LargeBinary, nullable=False),
        Column("status", Integer),
        Column("headers", JSONB),
        Column("body", LargeBinary),
        Column("made_at", INSTANT, nullable=False, server_default=func.clock_timestamp(), index=True),
    )
    Table(
        "team_member",
        metadata,
        Column("team_id", Uuid, primary_key=True),
        Column("employee_id", Uuid, primary_key=True, index=True),
        Column("from_on", Date, nullable=False),
        Column("until_on", Date),
        Column("version", Integer, nullable=False),
    )


def _add_outbox(metadata: MetaData) -> None:
    Table(
        "outbox",
        metadata,
        Column("seq", BigInteger, Identity(always=True), primary_key=True),
        Column("id", Uuid, nullable=False, unique=True),
        Column("type", Text, nullable=False),
        Column("subject", Text, nullable=False),
        Column("aggregate_version", Integer, nullable=False),
        Column("envelope", JSONB, nullable=False),
        Column("written_at", INSTANT, nullable=False, server_default=func.clock_timestamp()),
        Column("sent_at", INSTANT),
        Index("outbox_unsent", "seq", postgresql_where=text("sent_at is null")),
        Index("outbox_sent", "sent_at", postgresql_where=text("sent_at is not null")),
    )


def _add_inbox(metadata: MetaData) -> None:
    Table(
        "inbox",
        metadata,
        Column("event_id", Uuid, primary_key=True),
        Column("consumer", Text, primary_key=True),
        Column("applied_at", INSTANT, nullable=False, server_default=func.clock_timestamp(), index=True),
    )
    Table(
        "dead_letter",
        metadata,
        Column("event_id", Uuid, primary_key=True),
        Column("consumer", Text, primary_key=True),
        Column("type", Text, nullable=False),
        Column("envelope", JSONB, nullable=False),
        Column("attempts", Integer, nullable=False),
        Column("first_error", Text, nullable=False),
        Column("last_error", Text, nullable=False),
        Column("died_at", INSTANT, nullable=False, server_default=func.clock_timestamp()),
    )


def _add_rule(metadata: MetaData) -> None:
    Table(
        "rule",
        metadata,
        Column("code", Text, primary_key=True),
        Column("from_on", Date, primary_key=True),
        Column("amount", Integer, nullable=False),
        Column("per", Integer, nullable=False),
        Column("unit", Text, nullable=False),
        Column("source", Text, nullable=False),
        Column("status", Text, nullable=False),
        CheckConstraint("status in ('sourced', 'derived', 'to_be_confirmed')", name="rule_status_known"),
        CheckConstraint("amount > 0 and per > 0", name="rule_is_positive"),
    )
