"""Answers that the database writes: rows as JSON in the shape that a route documents, byte for byte as the shape would
write them, so that a row costs Python nothing."""

from typing import Any

from pydantic import BaseModel
from sqlalchemy import (
    JSON,
    ColumnElement,
    DateTime,
    FromClause,
    Label,
    Select,
    Text,
    cast,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB

UTC: ColumnElement[str] = literal_column("'UTC'")
INSTANT: ColumnElement[str] = literal_column("""'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'""")
WHOLE_SECOND: tuple[ColumnElement[str], ColumnElement[str]] = (literal_column("'.000000Z'"), literal_column("'Z'"))
# A string of a JSON document, which stays, or the white space beside one.
STRING_OR_SPACE: ColumnElement[str] = literal_column(r"""'("([^"\\]|\\.)*")|\s+'""")
STRING: ColumnElement[str] = literal_column(r"'\1'")
EVERYWHERE: ColumnElement[str] = literal_column("'g'")


def fields(shape: type[BaseModel], table: FromClause, **made: ColumnElement[Any]) -> list[Label[Any]]:
    """The columns of this shape, and no others; what is `made` takes the place of a column, or is no column at all."""
    columns = {name: made[name] if name in made else _written(table.c[name]) for name in shape.model_fields}
    return [column.label(name) for name, column in columns.items()]


def one(wanted: Select[Any]) -> ColumnElement[Any]:
    """The row as a JSON object; null where there is none."""
    return _objects(wanted).scalar_subquery()


def several(wanted: Select[Any]) -> ColumnElement[Any]:
    """The rows as a JSON array."""
    return func.array_to_json(func.array(_objects(wanted).scalar_subquery()))


def as_text(document: ColumnElement[Any]) -> ColumnElement[str]:
    return cast(document, Text)


def _objects(wanted: Select[Any]) -> Select[Any]:
    return select(func.row_to_json(wanted.subquery().table_valued()))


def _written(column: ColumnElement[Any]) -> ColumnElement[Any]:
    if isinstance(column.type, DateTime):
        return func.replace(func.to_char(func.timezone(UTC, column), INSTANT), *WHOLE_SECOND)
    if isinstance(column.type, JSONB):
        return cast(func.regexp_replace(cast(column, Text), STRING_OR_SPACE, STRING, EVERYWHERE), JSON)
    return column
