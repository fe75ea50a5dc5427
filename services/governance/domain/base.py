"""Governance's own table registry, and how a table says what is never false."""

from sqlalchemy import CheckConstraint, Table
from sqlalchemy.orm import registry
from sqlmodel import SQLModel

from services.common.tables import add_platform_tables


class Base(SQLModel, registry=registry()):
    """Governance's tables, apart from every other service's, so that services can share a process."""


add_platform_tables(Base.metadata)


def always(model: type[SQLModel], name: str, condition: str) -> None:
    """Let the database hold a condition over a row's columns."""
    table: Table = model.__table__  # type: ignore[attr-defined]
    table.append_constraint(CheckConstraint(condition, name=f"{table.name}_{name}"))
