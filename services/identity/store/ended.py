"""Queries about sign-ins that have ended before their tokens."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.common.db import Transaction
from services.common.revocations import Ended
from services.common.tokens import LIFE_SECONDS
from services.identity.domain.internal_token import Bearer
from services.identity.domain.tables import ENDED

SESSION, SUBJECT = "session", "subject"
# Services and the gateway hold nothing for longer than an internal token lives.
TOLD = timedelta(seconds=LIFE_SECONDS * 3)
# No token of a provider that is believed here lives longer.
KEPT = timedelta(days=2)


async def add(tx: Transaction, kind: str, name: str) -> None:
    row = insert(ENDED).values(kind=kind, name=name, at=tx.now)
    await tx.session.execute(row.on_conflict_do_update(index_elements=["kind", "name"], set_={"at": tx.now}))


async def holds_for(tx: Transaction, bearer: Bearer, issued_at: int) -> bool:
    """Whether the sign-in of this bearer has ended since its token was issued."""
    names = [(SUBJECT, bearer.subject)] + ([(SESSION, bearer.session)] if bearer.session else [])
    since = or_(ENDED.c.kind == SESSION, ENDED.c.at >= func.to_timestamp(issued_at))
    wanted = select(ENDED.c.name).where(tuple_(ENDED.c.kind, ENDED.c.name).in_(names), since)
    return bool(await tx.all(wanted.limit(1)))


async def lately(tx: Transaction) -> Ended:
    """What the verifiers have to know of."""
    rows = await tx.rows(select(ENDED.c.kind, ENDED.c.name, ENDED.c.at).where(ENDED.c.at > tx.now - TOLD))
    return Ended(
        sessions=frozenset(row.name for row in rows if row.kind == SESSION),
        subjects={row.name: int(row.at.timestamp()) for row in rows if row.kind == SUBJECT},
    )


async def forget_old(connection: AsyncConnection, now: datetime) -> int:
    return (await connection.execute(delete(ENDED).where(ENDED.c.at < now - KEPT))).rowcount
