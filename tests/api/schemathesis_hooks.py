"""How Schemathesis makes values that the API's rules let through. It is run in an environment of its own."""

from datetime import date
from uuid import UUID

import schemathesis
from hypothesis import strategies as st

VERSION, VARIANT = 0xF << 76, 0b11 << 62


def _seventh(random: UUID) -> str:
    """A UUID of version 7 with the bits of another."""
    return str(UUID(int=random.int & ~VERSION & ~VARIANT | 0x7 << 76 | 0b10 << 62))


days = st.dates(min_value=date(2024, 1, 1), max_value=date(2026, 12, 31)).map(str)
schemathesis.openapi.format("uuid7", st.uuids().map(_seventh))
schemathesis.openapi.format("date", days)
schemathesis.openapi.format("date-time", days.map(lambda day: f"{day}T09:00:00Z"))
