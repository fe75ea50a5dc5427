"""Every version of a resource is kept, and resources are found by more than their identifiers.

What is shown already is put into the history and the indexes here, so that no search misses it.
"""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB
from uuid6 import uuid7

from services.common.migrations import row_level_security
from services.interop.fhir.indexing import found_by

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BATCH = 500
NEXT = sa.text("select * from resource where id > :after order by id limit :batch")
FIRST = "00000000-0000-0000-0000-000000000000"


def upgrade() -> None:
    op.alter_column("resource", "content", type_=sa.Text(), existing_type=JSONB(), postgresql_using="content::text")
    _by_shown_id()
    _history()
    _search_table("search_time", sa.Column("starts_at", _instant(), nullable=False), _instant_column("ends_at"))
    op.create_index("ix_search_time_starts", "search_time", ["resource_type", "name", "starts_at"])
    op.create_index("ix_search_time_ends", "search_time", ["resource_type", "name", "ends_at"])
    _search_table("search_amount", sa.Column("amount", sa.Float(), nullable=False), _text("unit"))
    op.create_index("ix_search_amount", "search_amount", ["resource_type", "name", "amount"])
    row_level_security.protect()
    _fill()


def _by_shown_id() -> None:
    """Pages follow each other in the order of the ids that are shown."""
    for name in ("ix_resource_type", "ix_resource_team_type", "ix_resource_client"):
        op.drop_index(name, "resource")
    op.create_index("ix_resource_team_type", "resource", ["team_id", "resource_type", "resource_id"])
    op.create_index("ix_resource_client", "resource", ["client_id", "resource_type", "resource_id"])
    op.create_index("ix_resource_client_id", "resource", ["client_id", "resource_id"])


def _instant() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def _instant_column(name: str) -> sa.Column[Any]:
    return sa.Column(name, _instant(), nullable=False)


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=False)


def _whose() -> tuple[sa.Column[Any], ...]:
    """The columns that say of which resource a row is."""
    return (
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        _text("resource_type"),
        sa.Column("resource_id", sa.Uuid(), nullable=False),
    )


def _history() -> None:
    op.create_table(
        "resource_history",
        *_whose(),
        sa.Column("client_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        _instant_column("changed_at"),
        _text("content"),
        sa.UniqueConstraint("resource_type", "resource_id", "version", name="one_row_per_version"),
    )
    op.create_index("ix_resource_history_type", "resource_history", ["resource_type", "id"])
    op.create_index("ix_resource_history_team", "resource_history", ["team_id", "id"])
    op.create_index("ix_resource_history_resource", "resource_history", ["resource_type", "resource_id", "id"])
    op.execute("""
        create function history_only_grows() returns trigger language plpgsql as
        $$ begin raise exception 'a version of a resource is never changed'; end $$
    """)
    op.execute("""
        create trigger resource_history_only_grows after update or delete on resource_history
        for each row execute function history_only_grows()
    """)


def _search_table(name: str, *columns: sa.Column[Any]) -> None:
    resource = sa.ForeignKeyConstraint(
        ["resource_type", "resource_id"], ["resource.resource_type", "resource.resource_id"], ondelete="CASCADE"
    )
    op.create_table(name, *_whose(), _text("name"), *columns, resource)
    op.create_index(f"ix_{name}_resource", name, ["resource_type", "resource_id"])


def _fill() -> None:
    bind, after = op.get_bind(), FIRST
    while rows := bind.execute(NEXT, {"after": after, "batch": BATCH}).all():
        for row in rows:
            _fill_one(bind, row)
        after = rows[-1].id


def _fill_one(bind: sa.Connection, row: Any) -> None:
    whose = {"team_id": row.team_id, "resource_type": row.resource_type, "resource_id": row.resource_id}
    found = found_by(json.loads(row.content))
    bind.execute(sa.text("update resource set tokens = :tokens where id = :id"), {"tokens": found.tokens, "id": row.id})
    kept = {"client_id": row.client_id, "version": row.version, "changed_at": row.changed_at, "content": row.content}
    _insert(bind, "resource_history", {**whose, **kept})
    for name, starts_at, ends_at in found.times:
        _insert(bind, "search_time", {**whose, "name": name, "starts_at": starts_at, "ends_at": ends_at})
    for name, amount, unit in found.amounts:
        _insert(bind, "search_amount", {**whose, "name": name, "amount": amount, "unit": unit})


def _insert(bind: sa.Connection, table: str, values: dict[str, Any]) -> None:
    row = {"id": uuid7(), **values}
    names, places = ", ".join(row), ", ".join(f":{name}" for name in row)
    bind.execute(sa.text(f"insert into {table} ({names}) values ({places})"), row)  # noqa: S608
