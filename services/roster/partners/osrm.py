"""Travel by road as a router of the organisation's own knows it (OSRM, table service), or as it is estimated.

A router is asked with places, which are people's homes: only at the address that operations set, and of whatever goes
wrong the kind alone is logged.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Annotated, Literal, Protocol

import httpx
from pydantic import BaseModel, Field, ValidationError

from services.roster.domain.rounds.travel import Matrix, Point, Travel, estimated, overlaid
from services.roster.settings import RosterSettings

log = logging.getLogger(__name__)

# What a router takes at once unless it is told otherwise (`--max-table-size`).
MOST_POINTS = 100
SECONDS = 2
# Five decimals of a degree are a metre; at four, the houses of one street are still apart.
DECIMALS = 4
MOST_KNOWN = 100_000
# Roads change; and a router that failed is left alone for a while, so that nobody waits for it again and again.
DAY_SECONDS, PAUSE_SECONDS = 86_400.0, 60.0
# No way of a round takes more than a day, or leads out of these islands and back.
Seconds = Annotated[float, Field(ge=0, le=DAY_SECONDS, allow_inf_nan=False)]
Metres = Annotated[float, Field(ge=0, le=3_000_000, allow_inf_nan=False)]
Pair = tuple[Point, Point]
# Seconds and metres.
Way = tuple[float, float]


class TravelTimes(Protocol):
    """How long it takes from each of these points to each."""

    async def matrix(self, points: Sequence[Point], travel: Travel) -> Matrix:
        """It always answers, and says where its answer comes from."""


class Estimate:
    """Where no router is set up."""

    async def matrix(self, points: Sequence[Point], travel: Travel) -> Matrix:
        return estimated(points, travel)


class _Table(BaseModel):
    """Seconds and metres from each to each, null for want of a road. One that is nonsense makes all unusable."""

    code: Literal["Ok"]
    durations: list[list[Seconds | None]]
    distances: list[list[Metres | None]]

    def fits(self, count: int) -> bool:
        return all(len(rows) == count and {count} >= set(map(len, rows)) for rows in (self.durations, self.distances))

    def way(self, row: int, column: int) -> Way | None:
        seconds, metres = self.durations[row][column], self.distances[row][column]
        return None if seconds is None or metres is None else (seconds, metres)


@dataclass
class Osrm:
    """Asks a router for what it was not asked before. Where that fails, all of the answer is an estimate.

    A router that cannot be reached, or has failed, is left alone for a while; one whose answer is of no use for these
    points may well have one for others.
    """

    http: httpx.AsyncClient
    address: str
    clock: Callable[[], float] = time.monotonic
    # By pair, of one day at most; None where there is no road.
    _known: dict[Pair, Way | None] = field(default_factory=dict, repr=False)
    _known_since: float = 0.0
    _silent_until: float | None = None

    async def matrix(self, points: Sequence[Point], travel: Travel) -> Matrix:
        rounded = [Point(round(one.latitude, DECIMALS), round(one.longitude, DECIMALS)) for one in points]
        different = list(dict.fromkeys(rounded))
        guess = estimated(points, travel)
        if len(different) > 1 and not await self._learn(different):
            return guess
        ways = [[self._known.get((start, end), (0.0, 0.0)) for end in rounded] for start in rounded]
        return overlaid(guess, ways, travel)

    async def _learn(self, points: Sequence[Point]) -> bool:
        """Whether the way between each two of them is known now."""
        self._forget_what_is_old()
        pairs = [pair for pair in product(points, repeat=2) if pair[0] != pair[1]]
        if all(pair in self._known for pair in pairs):
            return True
        if len(points) > MOST_POINTS or (self._silent_until or 0) > self.clock():
            return False
        table = await self._table(points)
        if table is None:
            return False
        if len(self._known) + len(pairs) > MOST_KNOWN:
            self._known.clear()
        place = {point: number for number, point in enumerate(points)}
        for start, end in pairs:
            self._known[start, end] = table.way(place[start], place[end])
        return True

    def _forget_what_is_old(self) -> None:
        if not self._known or self.clock() - self._known_since > DAY_SECONDS:
            self._known.clear()
            self._known_since = self.clock()

    async def _table(self, points: Sequence[Point]) -> _Table | None:
        at = ";".join(f"{one.longitude},{one.latitude}" for one in points)
        try:
            async with asyncio.timeout(SECONDS):
                answer = await self.http.get(
                    f"{self.address.rstrip('/')}/table/v1/driving/{at}", params={"annotations": "duration,distance"}
                )
            if answer.is_server_error:
                answer.raise_for_status()
        except (httpx.HTTPError, TimeoutError) as error:
            log.warning("the router did not answer", extra={"error": type(error).__name__})
            self._silent_until = self.clock() + PAUSE_SECONDS
            return None
        return _usable(answer.content, len(points))


def _usable(answer: bytes, count: int) -> _Table | None:
    try:
        table = _Table.model_validate_json(answer)
    except ValidationError:
        table = None
    if table is None or not table.fits(count):
        log.warning("the router's answer is of no use", extra={"rows": count})
        return None
    return table


def opened(http: httpx.AsyncClient, settings: object) -> TravelTimes:
    """The router that these settings name, or the estimate."""
    if isinstance(settings, RosterSettings) and settings.osrm_url:
        return Osrm(http, settings.osrm_url)
    return Estimate()
