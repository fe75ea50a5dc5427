"""Travel by road as a router of the organisation's own knows it (OSRM, table service), or as it is estimated.

A router is asked with places, which are people's homes: only at the address that operations set, and of whatever goes
wrong the kind alone is logged.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Literal, Protocol

import httpx
from pydantic import BaseModel, ValidationError

from services.roster.domain.rounds.travel import Matrix, Point, Travel, TravelSource, estimated, with_parking
from services.roster.settings import RosterSettings

log = logging.getLogger(__name__)

# What a router takes at once unless it is told otherwise (`--max-table-size`).
MOST_POINTS = 100
SECONDS = 2
# Five decimals of a degree are a metre; at four, the houses of one street are still apart.
DECIMALS = 4
MOST_KNOWN = 100_000
Pair = tuple[Point, Point]


class TravelTimes(Protocol):
    """How long it takes from each of these points to each."""

    async def matrix(self, points: Sequence[Point], travel: Travel) -> Matrix:
        """It always answers, and says where its answer comes from."""


class Estimate:
    """Where no router is set up."""

    async def matrix(self, points: Sequence[Point], travel: Travel) -> Matrix:
        return estimated(points, travel)


class _Table(BaseModel):
    """Seconds and metres from each to each. A pair with no road between, which is null, makes all of it unusable."""

    code: Literal["Ok"]
    durations: list[list[float]]
    distances: list[list[float]]

    def fits(self, count: int) -> bool:
        return all(len(rows) == count and {count} >= set(map(len, rows)) for rows in (self.durations, self.distances))


@dataclass
class Osrm:
    """Asks a router for what it was not asked before. Where that fails, all of the answer is an estimate."""

    http: httpx.AsyncClient
    address: str
    # Seconds and metres by pair, until this process ends.
    _known: dict[Pair, tuple[float, float]] = field(default_factory=dict, repr=False)

    async def matrix(self, points: Sequence[Point], travel: Travel) -> Matrix:
        rounded = [Point(round(one.latitude, DECIMALS), round(one.longitude, DECIMALS)) for one in points]
        different = list(dict.fromkeys(rounded))
        if len(different) > 1 and not await self._learn(different):
            return estimated(points, travel)
        ways = [[self._known.get((start, end), (0.0, 0.0)) for end in rounded] for start in rounded]
        return Matrix(
            minutes=tuple(tuple(with_parking(seconds / 60, travel) for seconds, _ in row) for row in ways),
            kilometres=tuple(tuple(metres / 1000 for _, metres in row) for row in ways),
            source=TravelSource.ROUTER,
        )

    async def _learn(self, points: Sequence[Point]) -> bool:
        """Whether the way between each two of them is known now."""
        pairs = [pair for pair in product(points, repeat=2) if pair[0] != pair[1]]
        if all(pair in self._known for pair in pairs):
            return True
        table = await self._table(points) if len(points) <= MOST_POINTS else None
        if table is None:
            return False
        if len(self._known) + len(pairs) > MOST_KNOWN:
            self._known.clear()
        place = {point: number for number, point in enumerate(points)}
        for start, end in pairs:
            row, column = place[start], place[end]
            self._known[start, end] = table.durations[row][column], table.distances[row][column]
        return True

    async def _table(self, points: Sequence[Point]) -> _Table | None:
        at = ";".join(f"{one.longitude},{one.latitude}" for one in points)
        try:
            async with asyncio.timeout(SECONDS):
                answer = await self.http.get(
                    f"{self.address.rstrip('/')}/table/v1/driving/{at}", params={"annotations": "duration,distance"}
                )
            table = _Table.model_validate_json(answer.content)
        except (httpx.HTTPError, TimeoutError, ValidationError) as error:
            log.warning("the router did not answer", extra={"error": type(error).__name__})
            return None
        return table if table.fits(len(points)) else None


def opened(http: httpx.AsyncClient, settings: object) -> TravelTimes:
    """The router that these settings name, or the estimate."""
    if isinstance(settings, RosterSettings) and settings.osrm_url:
        return Osrm(http, settings.osrm_url)
    return Estimate()
