"""Alembic's environment for every service: the connection and the metadata are handed in by the caller."""

from typing import Any, Literal

from alembic import context
from sqlmodel import AutoString

from services.common.migrations.migrate import differs
from services.common.migrations.parts import is_part
from services.common.tables import PLATFORM_TABLES


def is_own(_object: Any, name: str | None, kind: str, *_: Any) -> bool:
    """The platform's tables have migrations of their own, shared by all services."""
    return not (kind == "table" and (name in PLATFORM_TABLES or is_part(name)))


def render(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    return "sa.Text()" if kind == "type" and isinstance(item, AutoString) else False


attributes = context.config.attributes
context.configure(
    connection=attributes["connection"],
    target_metadata=attributes["metadata"],
    include_object=is_own,
    render_item=render,
    compare_type=differs,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
