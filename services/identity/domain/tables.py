"""Two short memories: assertions that were used, and sign-ins that have ended before their tokens."""

from sqlalchemy import Column, Table, Text, func

from services.common.models import INSTANT
from services.identity.domain.base import Base

# An assertion holds once (RFC 7523, 3), at whichever replica. Kept until it would have ended anyway.
USED_ASSERTION = Table(
    "used_assertion",
    Base.metadata,
    Column("issuer", Text, primary_key=True),
    Column("jti", Text, primary_key=True),
    Column("until", INSTANT, nullable=False, index=True),
)
# A session by its name or a subject by its own: tokens issued up to then hold no longer.
ENDED = Table(
    "ended",
    Base.metadata,
    Column("kind", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("at", INSTANT, nullable=False, server_default=func.clock_timestamp(), index=True),
)
