"""The client's home, as whoever comes next has to know it."""

from uuid import UUID

from services.caseload.domain.client import Client
from services.caseload.domain.home import Home, HomeDetails
from services.caseload.store import homes
from services.common.db import Transaction, require_version
from services.common.errors import NotFound, PreconditionFailed


async def read_home(tx: Transaction, client_id: UUID) -> Home:
    """How to get in, what to mind, and the signal. Raises `NotFound`."""
    await tx.get(Client, client_id)
    found = await homes.home_of(tx, client_id)
    if found is None:
        raise NotFound("home")
    return found


async def write_home(tx: Transaction, client_id: UUID, details: HomeDetails, if_match: int | None) -> Home:
    """Write all of it, on the version that was last read; None says that nobody wrote it before.

    Raises `NotFound` or `PreconditionFailed`.
    """
    client = await tx.get(Client, client_id, lock=True)
    home = await homes.home_of(tx, client.id)
    if home is None:
        if if_match is not None:
            raise PreconditionFailed("Nobody has written this yet.")
        home = Home.of(client, details, tx.actor.employee_id, tx.now)
        tx.add(home)
    else:
        require_version(home, if_match or 0)
        home.write_anew(details, tx.actor.employee_id, tx.now)
    await tx.session.flush()
    return home
