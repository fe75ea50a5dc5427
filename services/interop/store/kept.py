"""Resources as they are shown: the text that was written, read as columns, so that nothing of it is parsed."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Select, Text, Uuid, any_, bindparam, or_, select, type_coerce
from sqlmodel import col

from services.common.db import Transaction
from services.common.prepared import Prepared
from services.common.reach import OWN_TEAMS, reads
from services.interop.domain.resource import Kept, Resource

DOCUMENT = type_coerce(col(Resource.content), Text).label("document")
NAMED = (col(Resource.id), col(Resource.resource_type), col(Resource.resource_id), col(Resource.client_id))
COLUMNS = (*NAMED, col(Resource.team_id), col(Resource.version), col(Resource.changed_at), DOCUMENT)
ONE = Prepared(
    select(*COLUMNS).where(
        col(Resource.resource_type) == bindparam("kind", type_=Text),
        col(Resource.resource_id) == bindparam("wanted", type_=Uuid),
        or_(bindparam("every_team", type_=Boolean), col(Resource.team_id) == any_(OWN_TEAMS)),
    )
)


async def one(tx: Transaction, resource_type: str, resource_id: UUID) -> Kept | None:
    """One resource of a team that the caller may see, put on record as read."""
    told = {"kind": resource_type, "wanted": resource_id, "every_team": not tx.actor.is_team_bound}
    found = [_kept(tx, row) for row in await tx.rows(ONE, told)]
    return found[0] if found else None


async def found(tx: Transaction, wanted: Select[Any]) -> list[Kept]:
    """What a search for resources finds, put on record as read."""
    return [_kept(tx, row) for row in await tx.rows(wanted.with_only_columns(*COLUMNS))]


async def first(
    tx: Transaction, wanted: Select[Any] | Prepared, told: Mapping[str, Any], most: int
) -> tuple[list[Kept], bool]:
    """As many as are shown, put on record as read, and whether there are more.

    The statement gives these columns, and one row more than the most where there are more.
    """
    rows = await tx.rows(wanted, told)
    return [_kept(tx, row) for row in rows[:most]], len(rows) > most


def _kept(tx: Transaction, row: Any) -> Kept:
    reads(tx, row.client_id, row.team_id)
    return Kept(**{name: getattr(row, name) for name in Kept.__slots__})
