"""One of several things in one transaction, which may fail by itself: what it did is undone, and nothing else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.common.db import Transaction


@asynccontextmanager
async def attempt(tx: Transaction) -> AsyncIterator[None]:
    """Raising undoes what was written, told, logged and loaded inside. Nothing that was loaded before, inside or not,
    is known to the session afterwards, so that the next begins as a request does."""
    queued, sealed, appended = len(tx._queued), len(tx._sealed), len(tx._appended)
    try:
        async with tx.session.begin_nested():
            yield
            await tx.settle()
    except BaseException:
        del tx._queued[queued:], tx._sealed[sealed:], tx._appended[appended:]
        raise
    finally:
        tx.session.expunge_all()
