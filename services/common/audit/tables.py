"""The audit trail's two tables, to which rows are only added. No column holds what a person wrote."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    Uuid,
    func,
)
from sqlalchemy.dialects.postgresql import ARRAY

INSTANT = DateTime(timezone=True)
EVENT, SEAL = "audit_event", "audit_seal"
# Which months lie in the archive; and of those rows of theirs that share a seal with rows that are here, the hashes.
ARCHIVE, KEPT_HASH = "audit_archive", "audit_kept_hash"


def add_audit_tables(metadata: MetaData) -> None:
    """Add them to a service's metadata. Their migration is `services.common.migrations.platform_audit`."""
    _add_event(metadata)
    _add_seal(metadata)
    _add_archive(metadata)


def _add_event(metadata: MetaData) -> None:
    client_ids: Column[Any] = Column("client_ids", ARRAY(Uuid))
    Table(
        EVENT,
        metadata,
        Column("seq", BigInteger, Identity(always=True), primary_key=True),
        Column("at", INSTANT, nullable=False, server_default=func.clock_timestamp()),
        Column("issuer", Text, nullable=False),
        Column("subject", Text, nullable=False),
        # The person on whose behalf a service asked.
        Column("acting_for", Text),
        Column("persona", Text, nullable=False),
        Column("action", Text, nullable=False),
        # The method and the route's template, never the path as it was sent.
        Column("operation", Text, nullable=False),
        Column("entity_type", Text, nullable=False),
        Column("entity_id", Uuid),
        # Whose records were read or written; none where it was nobody's in particular.
        client_ids,
        # Not `team_id`: a row may be of no team or of several, and no team owns it.
        Column("team", Uuid),
        Column("purpose", Text, nullable=False),
        Column("outcome", SmallInteger, nullable=False),
        Column("reason_code", Text),
        Column("request_id", Uuid),
        Column("trace_id", Text),
        # The names of the fields and parameters that were sent, never what was in them.
        Column("fields", ARRAY(Text)),
        Column("source_address", Text),
        CheckConstraint("action in ('C', 'R', 'U', 'D', 'E')", name="audit_action_known"),
        CheckConstraint("outcome in (0, 4, 8, 12)", name="audit_outcome_known"),
        Index("audit_event_clients", client_ids, postgresql_using="gin", postgresql_where=client_ids.is_not(None)),
    )


def _add_seal(metadata: MetaData) -> None:
    Table(
        SEAL,
        metadata,
        Column("n", BigInteger, primary_key=True, autoincrement=False),
        Column("first_seq", BigInteger, nullable=False),
        Column("last_seq", BigInteger, nullable=False),
        Column("rows", Integer, nullable=False),
        Column("digest", LargeBinary, nullable=False),
        Column("prev", LargeBinary, nullable=False),
        Column("hash", LargeBinary, nullable=False),
        Column("sealed_at", INSTANT, nullable=False),
    )


def _add_archive(metadata: MetaData) -> None:
    Table(
        ARCHIVE,
        metadata,
        Column("part", Text, primary_key=True),
        Column("first_seal", BigInteger, nullable=False),
        Column("last_seal", BigInteger, nullable=False),
        Column("rows", BigInteger, nullable=False),
        # Of the file.
        Column("sha256", LargeBinary, nullable=False),
        Column("archived_at", INSTANT, nullable=False, server_default=func.clock_timestamp()),
    )
    Table(
        KEPT_HASH,
        metadata,
        Column("seq", BigInteger, primary_key=True, autoincrement=False),
        Column("hash", LargeBinary, nullable=False),
    )
