"""What is driven for a visit is fixed when the visit is done: it is paid for later, whatever a map says then."""

import logging
from datetime import date
from functools import partial
from uuid import UUID

from services.common.auth import SYSTEM
from services.common.db import Database, Transaction
from services.common.service import Runtime
from services.common.types import day_in_england
from services.common.watching import keep_on
from services.roster.domain.base import Channel
from services.roster.domain.visit import Visit
from services.roster.domain.way import DrivenLeg, Leg, Made
from services.roster.store import driving
from services.roster.usecases.travelling.ways import Ways, ways_of

log = logging.getLogger(__name__)

DRIVES_SECONDS = 60.0
MOST_DAYS = 200


async def fix_drive(tx: Transaction, visit: Visit) -> None:
    """Keep the way to this visit and back, of each who made it; and to the next one, if that was done before."""
    if visit.channel != Channel.IN_PERSON:
        return
    day = day_in_england(visit.starts_at)
    for person in visit.people():
        made = await driving.made_on(tx, visit.team_id, person, day)
        at = next(number for number, one in enumerate(made) if one.id == visit.id)
        near = made[max(at - 1, 0) : at + 2]
        clients = {one.client_id for one in near}
        ways = await ways_of(tx, team_id=visit.team_id, client_ids=clients, people={person}, on=day)
        await driving.keep(tx, visit.team_id, [_leg(tx, ways, person, made, at)])
        if at + 1 < len(made):
            await driving.keep_way_there(tx, visit.team_id, _leg(tx, ways, person, made, at + 1))


async def watch_drives(runtime: Runtime) -> None:
    """As long as the process lives."""
    await keep_on("drives", DRIVES_SECONDS, partial(fix_unknown_drives, runtime.database))


async def fix_unknown_drives(database: Database) -> int:
    """Fix what was driven where it was not known: a place was told after the visit. How many days were looked at.

    What was known stays. Each day of each person is a transaction of its own: one that fails is in nobody's way.
    """
    async with database.transaction(SYSTEM) as tx:
        days = await driving.days_to_fix(tx, MOST_DAYS)
    for team_id, person, day in days:
        try:
            async with database.transaction(SYSTEM) as tx:
                await _fix_day(tx, team_id, person, day)
        except Exception as error:  # noqa: BLE001  one day's trouble is not the others'
            log.warning("drives not fixed", extra={"team_id": str(team_id), "error": type(error).__name__})
    return len(days)


async def _fix_day(tx: Transaction, team_id: UUID, person: UUID, day: date) -> None:
    made = await driving.made_on(tx, team_id, person, day)
    clients = {one.client_id for one in made}
    ways = await ways_of(tx, team_id=team_id, client_ids=clients, people={person}, on=day)
    legs = [_leg(tx, ways, person, made, number) for number in range(len(made))]
    await driving.keep_unknown(tx, team_id, legs)


def _leg(tx: Transaction, ways: Ways, person: UUID, made: list[Made], number: int) -> DrivenLeg:
    here, start = ways.of_client(made[number].client_id), ways.start_of(person)
    before = ways.of_client(made[number - 1].client_id) if number else start
    return DrivenLeg.fixed(made[number], person, _way(ways, before, here), _way(ways, here, start), ways.source, tx.now)


def _way(ways: Ways, one: int, other: int) -> Leg:
    if ways.nowhere in (one, other):
        return Leg(None, None)
    return Leg(round(ways.kilometres[one][other] * 1000), ways.minutes[one][other])
