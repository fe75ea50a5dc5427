"""How Schemathesis makes values that the API's rules let through. It is run in an environment of its own."""

from datetime import date
from typing import Any
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


@schemathesis.serializer("application/offset+octet-stream")
def bytes_of_an_upload(_: schemathesis.SerializationContext, value: Any) -> dict[str, Any]:
    """What tus sends is bytes."""
    return {"data": value if isinstance(value, bytes) else str(value).encode()}
