"""The cursors of what changed: each is one caller's, for the teams that they belonged to when it was given."""

from fastapi import Request

from services.caseload.domain.sync_change import BadSyncCursor, Place
from services.common.db import Transaction
from services.common.paging import BadCursor, Cursors

SYNC_FROM = "Sync-From"


async def cursors(tx: Transaction, request: Request) -> Cursors:
    """Alike for the day pack, which hands the first one out, and for what goes on from there."""
    return Cursors.of(request, "/v1/sync/pull", [("team", str(team)) for team in await tx.teams()])


def place(cursors: Cursors, since: str | None) -> Place | None:
    """Raises `BadSyncCursor`."""
    try:
        return None if since is None else Place.of_id(cursors.place(since))
    except BadCursor as error:
        raise BadSyncCursor from error
