"""The chain of seals: each holds a digest of the next rows and the hash of the seal before it."""

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Self

from services.common.audit.tables import EVENT, KEPT_HASH, SEAL

BEGINNING = bytes(32)
# A row as it is sealed: a JSON array of its columns in this order, as PostgreSQL writes jsonb, whatever the session's
# settings. A new column is left out of it, or is a new kind of seal.
CANONICAL = """
    jsonb_build_array(seq, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24MISS.US'), issuer, subject, acting_for,
        persona, action, operation, entity_type, entity_id, to_jsonb(client_ids), team, purpose, outcome,
        reason_code, request_id, trace_id, to_jsonb(fields), source_address)::text
"""
DIGEST = f"""
    sha256(coalesce(string_agg(sha256(convert_to({CANONICAL}, 'UTF8')), ''::bytea order by seq), ''::bytea))
"""
# What there is of some numbers: the rows themselves, and of those that went into the archive and share a seal with
# others the hashes that were kept.
THERE = f"""
    select count(*) as rows, sha256(coalesce(string_agg(hash, ''::bytea order by seq), ''::bytea)) as digest
    from (
        select seq, sha256(convert_to({CANONICAL}, 'UTF8')) as hash from {EVENT}
        union all select seq, hash from {KEPT_HASH}
    ) as hashed
"""  # noqa: S608  constants
NEWEST_SEAL = f"select * from {SEAL} order by n desc limit 1"  # noqa: S608  a constant
NEWEST_ROW = f"select coalesce(max(seq), 0) from {EVENT}"  # noqa: S608  a constant
# The next rows after one number up to another: how many, their digest, and how far they go.
NEXT_ROWS = f"""
    select count(*) as rows, max(seq) as last_seq, {DIGEST} as digest
    from (select * from {EVENT} where seq > $1 and seq <= $2 order by seq limit $3) as next
"""  # noqa: S608  constants
KEEP = f"""
    insert into {SEAL} (n, first_seq, last_seq, rows, digest, prev, hash, sealed_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8)
"""  # noqa: S608  a constant


@dataclass(frozen=True)
class Seal:
    """All rows from `first_seq` to `last_seq`, numbers that no row has included: there will never be one."""

    n: int
    first_seq: int
    last_seq: int
    rows: int
    digest: bytes
    prev: bytes
    hash: bytes
    sealed_at: datetime

    @classmethod
    def of(cls, row: Any) -> Self:
        return cls(**{name: row[name] for name in cls.__dataclass_fields__})

    @classmethod
    def next(cls, before: Self | None, last_seq: int, rows: int, digest: bytes, at: datetime) -> Self:
        """The one that follows; the first follows nothing."""
        n, first_seq = (before.n + 1, before.last_seq + 1) if before else (1, 1)
        prev = before.hash if before else BEGINNING
        made = cls(n, first_seq, last_seq, rows, digest, prev, b"", at)
        return replace(made, hash=made.true_hash())

    def true_hash(self) -> bytes:
        """What its hash has to be: SHA-256 of a JSON array of the other fields, bytes in hex and the time in UTC."""
        at = self.sealed_at.astimezone(UTC).isoformat(timespec="microseconds")
        told = [self.n, self.first_seq, self.last_seq, self.rows, self.digest.hex(), self.prev.hex(), at]
        return hashlib.sha256(json.dumps(told, separators=(",", ":")).encode()).digest()

    def follows(self, before: Self | None) -> bool:
        """Whether nothing is missing between the two."""
        expected = Seal.next(before, self.last_seq, self.rows, self.digest, self.sealed_at)
        return (self.n, self.first_seq, self.prev) == (expected.n, expected.first_seq, expected.prev)
