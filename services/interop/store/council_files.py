"""Queries about the files in which councils answer."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import defer
from sqlmodel import col

from services.common.db import Transaction
from services.interop.domain.adapter import BY_FILE
from services.interop.domain.connection import Connection
from services.interop.domain.council_file import CouncilFile
from services.interop.domain.delivery import CouncilDelivery


async def connections_by_file(tx: Transaction) -> Sequence[Connection]:
    """The open connections whose councils answer in files."""
    wanted = select(Connection).where(col(Connection.adapter).in_(BY_FILE), col(Connection.disabled_at).is_(None))
    return await tx.all(wanted.order_by(col(Connection.id)))


async def keep(tx: Transaction, connection_id: UUID, name: str, digest: str, raw: bytes, manifest: bytes) -> None:
    """Keep a file as it came, once."""
    file = CouncilFile(
        connection_id=connection_id,
        name=name,
        digest=digest,
        raw=raw,
        manifest=manifest,
        received_at=tx.now,
        changed_at=tx.now,
    )
    await tx.session.execute(insert(CouncilFile).values(**file.model_dump()).on_conflict_do_nothing())


async def locked(tx: Transaction, connection_id: UUID, name: str, digest: str) -> CouncilFile:
    """The file that was kept, held until it is judged."""
    this = (
        (col(CouncilFile.connection_id) == connection_id)
        & (col(CouncilFile.name) == name)
        & (col(CouncilFile.digest) == digest)
    )
    found: CouncilFile = (await tx.session.execute(select(CouncilFile).where(this).with_for_update())).scalar_one()
    return found


async def sent(tx: Transaction, connection_id: UUID, ids: Collection[UUID]) -> dict[UUID, CouncilDelivery]:
    """Those of these that were for this council, held."""
    wanted = select(CouncilDelivery).where(
        col(CouncilDelivery.connection_id) == connection_id, col(CouncilDelivery.id).in_(ids)
    )
    return {one.id: one for one in await tx.all(wanted.order_by(col(CouncilDelivery.id)).with_for_update())}


async def note_unreachable(tx: Transaction, connection: Connection) -> None:
    """Count that the council's place could not be looked at, unless the connection has left it meanwhile."""
    asked = (col(Connection.id) == connection.id) & (col(Connection.url) == connection.url)
    values: dict[str, Any] = {"last_failure_at": tx.now, "failures": col(Connection.failures) + 1}
    await tx.session.execute(update(Connection).where(asked).values(**values))


def files(*, state: str | None) -> Select[Any]:
    wanted = select(CouncilFile).options(defer(CouncilFile.raw), defer(CouncilFile.manifest))  # type: ignore[arg-type]
    return wanted if state is None else wanted.where(col(CouncilFile.state) == state)
