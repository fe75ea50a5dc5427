"""Statements that are compiled once and asked of the driver, for what is read or written often."""

from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg
from sqlalchemy import ClauseElement
from sqlalchemy.dialects.postgresql import asyncpg as dialect


class Row(asyncpg.Record):  # type: ignore[misc]
    """A row with its columns by name, as a session's rows have them."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError as error:
            raise AttributeError(name) from error


class Prepared:
    """A statement with its values by name. They are of the driver's own kinds, and so are those of its rows."""

    def __init__(self, statement: ClauseElement) -> None:
        compiled: Any = statement.compile(dialect=dialect.dialect())  # type: ignore[no-untyped-call]
        self.text = str(compiled)
        self._names = list(compiled.positiontup or ())
        self._known = {name: compiled.params[name] for bound, name in compiled.bind_names.items() if not bound.required}

    def values(self, told: Mapping[str, Any]) -> list[Any]:
        """Raises `KeyError` for a value that nobody told."""
        known = {**self._known, **told}
        return [known[name] for name in self._names]

    async def rows(self, driver: asyncpg.Connection, told: Mapping[str, Any]) -> Sequence[Any]:
        found: Sequence[Any] = await driver.fetch(self.text, *self.values(told), record_class=Row)
        return found
