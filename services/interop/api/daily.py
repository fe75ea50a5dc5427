"""The file of a day, for a council whose system fetches it."""

from datetime import date

from fastapi import Request

from services.common.http import api_router
from services.common.types import Answer, PastDay
from services.interop.api.callers import ByFetcher
from services.interop.api.kept_route import kept_router
from services.interop.api.returns import CsvFile
from services.interop.domain.day_taken import DayTaken
from services.interop.usecases import daily

door = kept_router(tags=["council"])
router = api_router(tags=["council"])


class DayManifest(Answer):
    """What the file comes to. `waiting` rows were not fetched yet; on `days_waiting`, days before it, some were not
    either: the newest first, and 92 at most."""

    file: str
    sha256: str
    rows: int
    control_totals: dict[str, int]
    waiting: int
    days_waiting: list[date]


class DayAnswered(Answer):
    acknowledged: int
    rejected: int


@router.get("/social-care/days/{day}", response_model=DayManifest)
async def look_at_day(tx: ByFetcher, day: PastDay) -> object:
    """What the file of a day holds as it stands: rows, control totals and checksum, to be held against what was read.

    A fact is in the file of the day on which it became known, however long ago it happened, so that the file of a day
    that is over grows no more. What a client shares no longer leaves every file at once.
    """
    return await daily.look_at_day(tx, day)


@router.get("/social-care/days/{day}/facts.csv", response_class=CsvFile)
async def fetch_day(tx: ByFetcher, day: PastDay, request: Request) -> CsvFile:
    """All facts of a day as one file of CSV in UTF-8 (RFC 4180); it may be fetched again.

    For the system that a connection with the adapter `daily_csv` names in `refers_as`, with the scope
    `council-facts:read`. Whether it came whole, the manifest tells. What is fetched counts as sent, and as acknowledged
    when the council says so.
    """
    connection_id = await daily.open_day(tx)
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{day}.csv"'}
    state = request.app.state
    return CsvFile(daily.fetch_day(state.database, state.settings.issuer, connection_id, day), headers=headers)


@door.post("/social-care/days/{day}/acknowledgements", response_model=DayAnswered)
async def acknowledge_day(tx: ByFetcher, day: PastDay, body: DayTaken) -> object:
    """Say that the file of a day was loaded, and which of its rows the council refuses; again, it changes nothing."""
    return await daily.acknowledge_day(tx, day, body)
