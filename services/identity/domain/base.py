"""Identity's own table registry."""

from sqlalchemy.orm import registry
from sqlmodel import SQLModel

from services.common.tables import add_platform_tables


class Base(SQLModel, registry=registry()):
    """Identity's tables, apart from every other service's, so that services can share a process."""


add_platform_tables(Base.metadata)
