"""A router of the organisation's own says how long the ways take; whatever goes wrong with it, there is an estimate."""

import asyncio
import json
import logging
import math
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import Response
from sqlalchemy import select

from services.common.auth import SYSTEM, Persona, Principal
from services.roster.domain.rounds.travel import Matrix, Point, Travel, TravelSource, estimated
from services.roster.domain.way import KnownWay
from services.roster.partners import osrm
from services.roster.partners.osrm import Estimate, Osrm
from services.roster.settings import RosterSettings
from services.roster.usecases.travelling import keep_ways, ways_of
from tests.roster.facts import EDITH as EDITH_ID
from tests.roster.facts import RUTH, TOM
from tests.roster.proposing.facts import a_base, a_place, put
from tests.running import STRANGER, TEAM, Running

BASE, EDITH, WALTER = Point(54.10571, -3.23359), Point(54.11713, -3.21937), Point(54.2, -3.1)
TRAVEL = Travel(factor=1.35, kmh=42, park=3)
# Seconds by road from row to column, and metres.
SECONDS = [[0, 300.4, 1200], [290, 0, 900], [1190, 910, 0]]
METRES = [[0, 2100, 16000], [2050, 0, 14000], [15900, 14100, 0]]
NONSENSE = (math.nan, math.inf, -math.inf, -1, 1e12)
GOOD = {"code": "Ok", "durations": SECONDS, "distances": METRES}


@dataclass
class Router:
    """Stands where the organisation's router stands."""

    says: Any = field(default_factory=lambda: GOOD)
    status: int = 200
    seconds: float = 0
    asked: list[str] = field(default_factory=list)

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/table/v1/driving/{points}")
        async def table(points: str, annotations: str, request: Request) -> Response:
            self.asked.append(f"{points}?annotations={annotations}")
            await asyncio.sleep(self.seconds)
            return Response(json.dumps(self.says), self.status, media_type="application/json")

        return app

    @asynccontextmanager
    async def asking(self) -> AsyncIterator[Osrm]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app())) as http:
            yield Osrm(http, "http://osrm:5000/")


async def test_the_router_is_asked_once_for_ways_that_it_told_with_longitude_first() -> None:
    router = Router()
    async with router.asking() as times:
        matrix = await times.matrix([BASE, EDITH, WALTER], TRAVEL)
        again = await times.matrix([EDITH, BASE], TRAVEL)
    assert router.asked == ["-3.2336,54.1057;-3.2194,54.1171;-3.1,54.2?annotations=duration,distance"]
    assert matrix.source == again.source == TravelSource.ROUTER
    assert matrix.minutes == ((0, 8, 23), (8, 0, 18), (23, 18, 0))
    assert matrix.kilometres[0] == (0, 2.1, 16)
    assert (again.minutes, again.kilometres) == (((0, 8), (8, 0)), ((0, 2.05), (2.1, 0)))


async def test_those_who_live_at_the_same_door_are_asked_about_once() -> None:
    router = Router(says={"code": "Ok", "durations": [[0, 60], [60, 0]], "distances": [[0, 500], [500, 0]]})
    async with router.asking() as times:
        matrix = await times.matrix([BASE, EDITH, Point(54.117131, -3.219369)], TRAVEL)
        assert (await times.matrix([BASE], TRAVEL)).minutes == ((0,),)
    assert matrix.minutes == ((0, 4, 4), (4, 0, 0), (4, 0, 0))
    assert len(router.asked) == 1


async def _estimate_of(router: Router) -> Matrix:
    async with router.asking() as times:
        return await times.matrix([BASE, EDITH, WALTER], TRAVEL)


@pytest.mark.parametrize(
    "answer",
    [
        {"code": "Ok", "durations": SECONDS[:2], "distances": METRES},
        {"code": "Ok", "durations": SECONDS, "distances": [row[:2] for row in METRES]},
        *({"code": "Ok", "durations": [[0, odd, 1], *SECONDS[1:]], "distances": METRES} for odd in NONSENSE),
        *({"code": "Ok", "durations": SECONDS, "distances": [[0, odd, 1], *METRES[1:]]} for odd in NONSENSE),
        {"code": "Ok", "durations": [[0, 86_401, 1], *SECONDS[1:]], "distances": METRES},
        {"code": "NoTable", "durations": SECONDS, "distances": METRES},
        {"code": "Ok", "durations": SECONDS},
        ["something else"],
    ],
)
async def test_an_answer_that_is_short_or_strange_is_none(answer: Any) -> None:
    assert await _estimate_of(Router(says=answer)) == estimated([BASE, EDITH, WALTER], TRAVEL)


@pytest.mark.parametrize(
    "said",
    [
        {"durations": [[0, None, 1200], *SECONDS[1:]], "distances": METRES},
        {"durations": SECONDS, "distances": [[0, None, 16000], *METRES[1:]]},
    ],
)
async def test_where_there_is_no_road_that_way_alone_is_estimated(said: dict[str, Any]) -> None:
    router, points = Router(says={"code": "Ok"} | said), [BASE, EDITH, WALTER]
    async with router.asking() as times:
        matrix, again = [await times.matrix(points, TRAVEL) for _ in range(2)]
    guess = estimated([Point(54.1057, -3.2336), Point(54.1171, -3.2194)], TRAVEL)
    assert matrix == again
    assert (matrix.source, matrix.untold) == (TravelSource.ROUTER, {(0, 1)})
    assert matrix.kilometres[0][1] == pytest.approx(guess.kilometres[0][1], rel=0.01)
    assert matrix.minutes == ((0, guess.minutes[0][1], 23), (8, 0, 18), (23, 18, 0))
    assert len(router.asked) == 1


@pytest.mark.parametrize(("says", "status"), [({"code": "NoTable"}, 200), ({"code": "InvalidQuery"}, 400)])
async def test_an_answer_of_no_use_silences_nobody_else(says: Any, status: int) -> None:
    router = Router(says=says, status=status)
    async with router.asking() as times:
        assert (await times.matrix([BASE, EDITH, WALTER], TRAVEL)).source == TravelSource.ESTIMATE
        router.says, router.status = GOOD, 200
        assert (await times.matrix([BASE, EDITH, WALTER], TRAVEL)).source == TravelSource.ROUTER


async def test_a_router_that_failed_is_left_alone_for_a_minute() -> None:
    router = Router(status=503)
    now = 1000.0
    async with router.asking() as times:
        times.clock = lambda: now
        sources = []
        for passed in (0, 30, 29, 2):
            now += passed
            sources.append((await times.matrix([BASE, EDITH, WALTER], TRAVEL)).source)
            router.status = 200
    assert sources == [*[TravelSource.ESTIMATE] * 3, TravelSource.ROUTER]
    assert len(router.asked) == 2


async def test_what_a_router_told_is_asked_again_after_a_day() -> None:
    router, now = Router(), 1000.0
    async with router.asking() as times:
        times.clock = lambda: now
        for passed, asked in ((0, 1), (86_000, 1), (401, 2), (86_000, 2)):
            now += passed
            assert (await times.matrix([BASE, EDITH, WALTER], TRAVEL)).source == TravelSource.ROUTER
            assert len(router.asked) == asked


async def test_a_router_that_fails_or_is_slow_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(osrm, "SECONDS", 0.05)
    failing: list[Callable[[], Awaitable[Matrix]]] = [
        lambda: _estimate_of(Router(says={"code": "InvalidQuery"}, status=400)),
        lambda: _estimate_of(Router(seconds=5)),
    ]
    for ask in failing:
        assert (await ask()).source == TravelSource.ESTIMATE


async def test_a_router_that_is_away_leaves_an_estimate_and_no_place_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def away(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError(f"no way to {request.url}")

    caplog.set_level(logging.INFO, logger="services")
    async with httpx.AsyncClient(transport=httpx.MockTransport(away)) as http:
        matrix = await Osrm(http, "http://osrm:5000").matrix([BASE, EDITH], TRAVEL)
    assert matrix.source == TravelSource.ESTIMATE
    (record,) = [one for one in caplog.records if one.name == osrm.log.name]
    assert (record.getMessage(), record.__dict__["error"]) == ("the router did not answer", "ConnectError")
    assert "54.1" not in str(record.__dict__)


async def test_more_places_than_a_router_takes_are_estimated() -> None:
    router = Router()
    many = [Point(54 + number / 1000, -3.2) for number in range(101)]
    async with router.asking() as times:
        assert (await times.matrix(many, TRAVEL)).source == TravelSource.ESTIMATE
    assert router.asked == []


@asynccontextmanager
async def with_places(system: Running, router: Router) -> AsyncIterator[tuple[Running, Any, Osrm]]:
    """Roster with a base, Edith's place, Tom's home and a router that has not been asked."""
    async with router.asking() as times:
        nurse, tom = await system.nurse("roster"), await system.client("roster", TOM)
        for client, place in (
            (nurse, a_base()),
            (nurse, a_place(EDITH_ID)),
            (tom, a_place(TOM, kind="employee_home", latitude=54.2, longitude=-3.1)),
        ):
            await put(client, "places", place)
        yield system, nurse, times


async def ways(system: Running, who: UUID = RUTH) -> Any:
    """Of Edith and Tom, as a nurse's request reckons with them."""
    async with system.databases["roster"].transaction(Principal(str(who), Persona.NURSE, who)) as tx:
        return await ways_of(tx, team_id=TEAM, client_ids={EDITH_ID}, people={TOM}, on=tx.today)


async def test_a_router_is_asked_before_and_nobody_waits_for_it(roster: Running) -> None:
    router = Router()
    async with with_places(roster, router) as (system, _, times):
        before = await ways(system)
        assert (before.source, router.asked) == (TravelSource.ESTIMATE, [])
        assert await keep_ways(system.databases["roster"], times) == 1
        told = await ways(system)
        assert told.source == TravelSource.ROUTER
        # From the base to Edith: five minutes of road and three to park, by the rule.
        base, edith = told.base, told.of_client(EDITH_ID)
        assert (told.minutes[base][edith], told.kilometres[base][edith]) == (8, 2.1)
        assert await keep_ways(system.databases["roster"], times) == 0
        assert len(router.asked) == 1


async def test_a_place_that_is_put_right_is_asked_about_anew(roster: Running) -> None:
    router = Router()
    async with with_places(roster, router) as (system, nurse, times):
        await keep_ways(system.databases["roster"], times)
        (edith,) = (await nurse.get("/v1/places", params={"kind": "client"})).json()["items"]
        body = {name: edith[name] for name in ("team_id", "kind", "subject_id", "source")}
        elsewhere = {**body, "latitude": 54.3, "longitude": -3.2}
        tag = {"If-Match": f'"{edith["version"]}"'}
        assert (await nurse.put(f"/v1/places/{edith['id']}", json=elsewhere, headers=tag)).status_code == 200
        assert (await ways(system)).source == TravelSource.ESTIMATE
        assert await keep_ways(system.databases["roster"], times) == 1
        assert (await ways(system)).source == TravelSource.ROUTER


async def test_what_a_router_does_not_tell_is_estimated_and_asked_again(roster: Running) -> None:
    router = Router(says={"code": "NoTable"})
    async with with_places(roster, router) as (system, _, times):
        for _ in range(2):
            assert await keep_ways(system.databases["roster"], times) == 1
        assert (await ways(system)).source == TravelSource.ESTIMATE


async def test_a_way_that_no_router_tells_is_estimated_among_those_that_it_told(roster: Running) -> None:
    """The others of that day are as the router told them, and the day says that it is an estimate."""
    router = Router(says=GOOD | {"durations": [[0, None, None], [None, 0, 900], [None, 910, 0]]})
    async with with_places(roster, router) as (system, _, times):
        assert await keep_ways(system.databases["roster"], times) == 1
        assert await keep_ways(system.databases["roster"], times) == 0
        told = await ways(system)
        edith, home = told.of_client(EDITH_ID), told.start_of(TOM)
        assert told.source == TravelSource.ESTIMATE
        assert (told.minutes[edith][home], told.kilometres[edith][home]) == (18, 14)
        assert told.minutes[told.base][edith] > 0
        async with system.databases["roster"].transaction(SYSTEM) as tx:
            assert len(await tx.all(select(KnownWay))) == 2


async def test_one_team_whose_ways_cannot_be_kept_is_in_no_other_teams_way(roster: Running) -> None:
    async with with_places(roster, Router()) as (system, _, times):
        await system.alter(
            "roster",
            "insert into place (id, version, changed_at, team_id, kind, subject_id, latitude, longitude, source)"
            f" select '{UUID(int=1)}', 1, now(), '{UUID(int=1)}', kind, subject_id, 54, -3, source"
            " from place where kind = 'client'",
        )
        first_asked: list[int] = []

        class Failing:
            async def matrix(self, points: Sequence[Point], travel: Travel) -> Matrix:
                first_asked.append(len(points))
                if len(first_asked) == 1:
                    raise RuntimeError
                return await times.matrix(points, travel)

        assert await keep_ways(system.databases["roster"], Failing()) == 2
        assert (first_asked, (await ways(system)).source) == ([1, 3], TravelSource.ROUTER)


async def test_no_colleague_sees_the_ways_from_a_home(roster: Running) -> None:
    router = Router()
    async with with_places(roster, router) as (system, _, times):
        await keep_ways(system.databases["roster"], times)
        for who, seen in ((RUTH, 2), (TOM, 6), (STRANGER, 0)):
            async with system.databases["roster"].transaction(Principal(str(who), Persona.NURSE, who)) as tx:
                assert len(await tx.all(select(KnownWay))) == seen


def test_the_router_is_the_one_that_operations_set() -> None:
    assert isinstance(osrm.opened(httpx.AsyncClient(), RosterSettings(app_env="test")), Estimate)
    set_up = RosterSettings(app_env="test", osrm_url="http://osrm:5000")
    assert isinstance(osrm.opened(httpx.AsyncClient(), set_up), Osrm)
