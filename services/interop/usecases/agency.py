"""A council's system tells which agency it sent to a client and when; the team's record hears of it."""

from uuid import UUID

from services.common.db import Transaction
from services.interop.domain.agency_care import AgencyCare, ToldAgencyCare, UnknownCase
from services.interop.events import AgencyCareTold
from services.interop.store import agency_care as store


async def hear_of_agency_care(tx: Transaction, told: ToldAgencyCare) -> AgencyCare:
    """Raises `UnknownCase`."""
    share = await store.share_under(tx, told.council_ref)
    if share is None:
        raise UnknownCase
    await tx.take_turns(f"agency-care/{share.connection_id}/{told.care_ref}")
    care = await store.known(tx, share, told.care_ref)
    if care is None:
        care = AgencyCare.first_told(told, share, tx.now)
        tx.add(care)
    else:
        care.told_anew(told, share, tx.now)
    await tx.session.flush()
    tx.concerns(care.client_id)
    tx.publish(AgencyCareTold(agency_care_id=care.id, client_id=care.client_id, team_id=care.team_id), about=care)
    return care


async def read_agency_care(tx: Transaction, agency_care_id: UUID) -> AgencyCare:
    """Raises `NotFound`."""
    return await tx.get(AgencyCare, agency_care_id)
