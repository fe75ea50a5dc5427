"""What an id tells by itself: UUIDv7 begins with the milliseconds since 1970 (RFC 9562, 5.7)."""

from datetime import UTC, datetime
from uuid import UUID


def smallest_id(at: datetime) -> UUID:
    """Of the ids that can be made from then on. Before 1970 none was made."""
    return UUID(int=max(0, int(at.timestamp() * 1000)) << 80)


def moment_of(made: UUID) -> datetime:
    """When it was made, to the millisecond."""
    return datetime.fromtimestamp((made.int >> 80) / 1000, UTC)
