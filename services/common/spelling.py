"""Values spelled out as SQL, for a message of several statements, beside which PostgreSQL lets no value travel.

Of a text only the hexadecimal digits of its bytes are there, so nothing that is in it can be read as SQL.
"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

Spellable = str | UUID | bool | int | date | None


def spelled(value: Spellable | Sequence[str] | Sequence[UUID]) -> str:
    """Raises `TypeError` for a value of any other kind."""
    match value:
        case None:
            return "null"
        case bool() | int():
            return str(value).lower()
        case str():
            return f"convert_from('\\x{value.encode().hex()}', 'UTF8')"
        case UUID() | date():
            return f"'{value}'"
        case [UUID(), *_] if all(isinstance(one, UUID) for one in value):
            return f"'{{{','.join(map(str, value))}}}'"
        case [str(), *_]:
            return f"array[{', '.join(map(spelled, value))}]"
    raise TypeError(f"no {type(value).__name__} is spelled out")
