"""A router is asked for ways before anybody needs them, and with no transaction open: nobody waits for it."""

import logging
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial
from itertools import combinations
from uuid import UUID

from services.common.auth import SYSTEM
from services.common.db import Database
from services.common.rulebook import amounts
from services.common.service import Runtime
from services.common.watching import keep_on
from services.roster.domain.place import Place
from services.roster.domain.rounds.travel import Travel, TravelSource
from services.roster.domain.rule import RuleCode
from services.roster.partners.osrm import MOST_POINTS, Estimate, TravelTimes, opened
from services.roster.store import places

log = logging.getLogger(__name__)

WAYS_SECONDS = 30.0
HALF = MOST_POINTS // 2
# What is kept is the road alone; the time to park is added by the rule that holds on the day of the way.
ROAD = Travel(park=0)


async def watch_ways(runtime: Runtime) -> None:
    """As long as the process lives; where no router is set up there is nothing to ask."""
    times = opened(runtime.http, runtime.settings)
    if not isinstance(times, Estimate):
        await keep_on("ways", WAYS_SECONDS, partial(keep_ways, runtime.database, times))


async def keep_ways(database: Database, times: TravelTimes) -> int:
    """Ask for all ways of each team that has a new place, or whose ways were told long ago. How many there were.

    A team whose ways cannot be kept stands in nobody's way.
    """
    async with database.transaction(SYSTEM) as tx:
        (days,) = await amounts(tx, tx.today, RuleCode.WAY_DAYS)
        teams = await places.teams_without_ways(tx, tx.now - timedelta(days=days))
    for team_id in teams:
        try:
            await _keep_ways_of(database, times, team_id)
        except Exception as error:  # noqa: BLE001  one team's trouble is not the others'
            log.warning("ways not kept", extra={"team_id": str(team_id), "error": type(error).__name__})
    return len(teams)


async def _keep_ways_of(database: Database, times: TravelTimes, team_id: UUID) -> None:
    """What the router does not tell is asked for again with the next look, and estimated until then."""
    async with database.transaction(SYSTEM) as tx:
        found = await places.all_of(tx, team_id)
    for some in _blocks(found):
        matrix = await times.matrix([place.point for place in some], ROAD)
        if matrix.source != TravelSource.ROUTER:
            return
        async with database.transaction(SYSTEM) as tx:
            await places.keep_ways(tx, some, matrix)
    async with database.transaction(SYSTEM) as tx:
        await places.note_ways_asked(tx, found)


def _blocks(found: Sequence[Place]) -> Iterator[Sequence[Place]]:
    """So that each two places are in one of them, and none has more than a router takes at once."""
    if len(found) <= MOST_POINTS:
        yield found
        return
    parts = [found[start : start + HALF] for start in range(0, len(found), HALF)]
    yield from ([*one, *other] for one, other in combinations(parts, 2))
