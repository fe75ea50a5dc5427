"""The tables every service has besides its own: events out, events in, retried requests, who is in which team."""

from typing import Any

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
    UniqueConstraint,
    Uuid,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.common.audit.tables import ARCHIVE, EVENT, KEPT_HASH, SEAL, add_audit_tables

INSTANT = DateTime(timezone=True)
PLATFORM_TABLES = frozenset(
    {
        *("outbox", "event_log", "inbox", "parked_event", "watermark", "idempotency_key", "team_member", "rule"),
        *(EVENT, SEAL, ARCHIVE, KEPT_HASH),
    }
)


def add_platform_tables(metadata: MetaData) -> None:
    """Add them to a service's metadata. Their migrations are `services.common.migrations.platform_*`."""
    add_audit_tables(metadata)
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


def _event_columns() -> list[Column[Any]]:
    return [
        Column("id", Uuid, nullable=False, unique=True),
        Column("type", Text, nullable=False),
        Column("subject", Text, nullable=False),
        # What the event tells the newest state of; of the events of one type and key, the last is never purged.
        Column("key", Text, nullable=False),
        Column("aggregate_version", Integer, nullable=False),
        # As it is published, letter for letter.
        Column("envelope", Text, nullable=False),
        Column("written_at", INSTANT, nullable=False, server_default=func.clock_timestamp()),
    ]


def _add_outbox(metadata: MetaData) -> None:
    """Events on their way out, and the history of those that left. The first stays small, whatever the second does."""
    Table("outbox", metadata, Column("seq", BigInteger, Identity(always=True), primary_key=True), *_event_columns())
    Table(
        "event_log",
        metadata,
        Column("seq", BigInteger, primary_key=True, autoincrement=False),
        *_event_columns(),
        Column("sent_at", INSTANT, nullable=False, server_default=func.clock_timestamp()),
        Index("event_log_key", "type", "key", "seq"),
        Index("event_log_sent", "sent_at", postgresql_using="brin"),
    )
    Table("watermark", metadata, Column("name", Text, primary_key=True), Column("seq", BigInteger, nullable=False))


def _add_inbox(metadata: MetaData) -> None:
    Table(
        "inbox",
        metadata,
        Column("event_id", Uuid, primary_key=True),
        Column("consumer", Text, primary_key=True),
        Column("applied_at", INSTANT, nullable=False, server_default=func.clock_timestamp(), index=True),
    )
    retry_at = Column("retry_at", INSTANT)
    Table(
        "parked_event",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("event_id", Uuid, nullable=False),
        Column("consumer", Text, nullable=False),
        # None of these two for what cannot be read.
        Column("type", Text),
        Column("subject", Text),
        Column("body", LargeBinary, nullable=False),
        # Who the broker says sent it, so that trying again asks that question again too.
        Column("sender", Text),
        Column("reason", Text, nullable=False),
        Column("attempts", Integer, nullable=False),
        Column("first_error", Text, nullable=False),
        Column("last_error", Text, nullable=False),
        Column("parked_at", INSTANT, nullable=False, server_default=func.clock_timestamp()),
        # When it is tried again; none, and it is a dead letter, which waits for a person.
        retry_at,
        UniqueConstraint("event_id", "consumer", name="one_parked_event_per_consumer"),
        Index("parked_event_due", "retry_at", postgresql_where=retry_at.is_not(None)),
        Index("parked_event_dead", "id", postgresql_where=retry_at.is_(None)),
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
