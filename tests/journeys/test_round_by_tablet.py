"""Journey J1 as the reference app lives it: through the door, over a wire that is really cut, to the photo's last byte
(mission rows 1.13, 1.14, 3.10)."""

import contextlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from uuid6 import uuid7

from demo.barrow import TEAM, Calendar, employee, id_of
from demo.servers.http import serving
from demo.tablet.app import NoSignal, Tablet
from demo.tablet.queue import Queue
from gateway.guarded import Bounds, guarded
from gateway.main import create_app
from gateway.settings import GatewaySettings
from services.caseload.events import CareContactRecorded, PhotoAttached, WoundMeasured
from services.caseload.main import SERVICE as CASELOAD
from services.common.types import day_in_england
from services.governance.main import SERVICE as GOVERNANCE
from services.hr.main import SERVICE as HR
from services.roster.main import SERVICE as ROSTER
from tests.caseload.photographs import WHERE
from tests.caseload.sync.rounds import planned, today
from tests.caseload.uploading import a_large_jpeg
from tests.faults.wire import Wire
from tests.journeys.door import Door, move_in
from tests.running import Databases, running
from tests.signing import CLIENT_KEY

CALENDAR = Calendar(day_in_england(datetime.now(UTC)) - timedelta(days=2))
EDITH, AUDREY = "cl-01", "cl-18"
PHOTO = a_large_jpeg(1200)
FAR = 2**40
WOUND, PLAN, LINE = id_of("wound", EDITH, 0), id_of("plan", EDITH), id_of("line", EDITH, 0)
THREE, SOFTER = "Compression: 3 layers", "Compression: 2 layers, softer liner"
ABOUT_LINE = {"care_plan_id": PLAN, "line_id": LINE}


@dataclass
class Village:
    """The team's system, and the wire by which tablets reach it."""

    door: Door
    wire: Wire
    folder: Path
    stack: AsyncExitStack

    async def tablet(self, who: str) -> Tablet:
        token = self.door.system.issuer.token(str(employee(who)), "nurse")
        http = httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{self.wire.port}/caseload",
            headers={"Authorization": f"Bearer {token}"},
            timeout=20,
            trust_env=False,
        )
        await self.stack.enter_async_context(http)
        return Tablet(Queue(self.folder / f"{who}.sqlite"), http, employee(who))

    async def read(self, path: str, who: str = "tom") -> Any:
        return (await self.door.call(who, "GET", f"/caseload/v1/{path}")).json()

    async def line(self) -> str:
        plan = await self.read(f"care-plans/{PLAN}")
        return str(next(one["words"] for one in plan["lines"] if one["id"] == str(LINE)))


@asynccontextmanager
async def a_village(databases: Databases, folder: Path) -> AsyncIterator[Village]:
    services = (HR, CASELOAD, ROSTER, GOVERNANCE)
    async with AsyncExitStack() as stack:
        kept_in = (folder / "photos").as_uri()
        system = await stack.enter_async_context(running(databases, *services, photo_store=kept_in))
        door = Door(system)
        await move_in(door, CALENDAR)
        app, issuer = system.apps["caseload"], system.issuer.app()
        peers = {
            "caseload": await stack.enter_async_context(serving(app, lifespan=False)),
            "identity": await stack.enter_async_context(serving(issuer, lifespan=False)),
        }
        settings = GatewaySettings(app_env="test", client_key=CLIENT_KEY, peers=peers)
        url = await stack.enter_async_context(serving(create_app(settings), protocol=guarded(Bounds())))
        wire = Wire("127.0.0.1", int(url.rpartition(":")[2]))
        await wire.open()
        stack.push_async_callback(wire.close)
        yield Village(door, wire, folder, stack)


@pytest.fixture
async def village(databases: Databases, tmp_path: Path) -> AsyncIterator[Village]:
    async with a_village(databases, tmp_path) as made:
        yield made


async def _round_is_planned(village: Village) -> None:
    mine = {"team_id": str(TEAM), "employee_id": str(employee("tom"))}
    for client, clock, minutes in ((EDITH, "09:30", 75), (AUDREY, "11:00", 60)):
        starts = f"{today()}T{clock}:00Z"
        await planned(village.door.system, str(id_of("client", client)), starts, minutes=minutes, **mine)


def _at_ediths(tom: Tablet, base: int) -> Any:
    """Seven things that Tom does there; gives the id of the photo that he takes beside them."""
    began = (tom.now() - timedelta(hours=2)).isoformat()
    visit = {
        "id": str(uuid7()),
        "episode_of_care_id": str(id_of("episode", EDITH)),
        "employee_id": str(employee("tom")),
        "channel": "in_person",
        "started_at": began,
        "segments": [{"id": str(uuid7()), "activity_type": "nursing", "minutes": 75}],
        "interventions": ["02.14", "01.51", "04.50"],
    }
    on, scores = {"care_contact_id": visit["id"]}, {"occasion": "interim", "knowledge": 4, "behavior": 4, "status": 4}
    measured = {"id": str(uuid7()), "measured_at": began, "length_mm": 42, "width_mm": 28, **on}
    tom.note("record_care_contact", visit)
    tom.note("measure_wound", measured, about={"wound_id": WOUND})
    tom.note("add_note", {"id": str(uuid7()), "words": "Edges clean; she asks for her sister"}, about=on)
    for code in ("26", "29"):
        tom.note("rate_problem", {"id": str(uuid7()), **scores}, about={"problem_id": id_of("problem", EDITH, code)})
    tom.note("add_note", {"id": str(uuid7()), "words": "Sister rung"}, about=on)
    tom.note("change_line", {"words": SOFTER}, about=ABOUT_LINE, base_version=base)
    picture = tom.queue.folder / "wound.jpg"
    picture.write_bytes(PHOTO)
    return tom.photograph(picture, wound_id=WOUND)


@pytest.mark.timeout(400)
@pytest.mark.parametrize("toms_first", [False, True], ids=["joel's arrives first", "tom's arrives first"])
async def test_toms_tuesday_by_the_app_over_a_wire_that_is_cut(village: Village, toms_first: bool) -> None:
    tom, joel = await village.tablet("tom"), await village.tablet("joel")
    await _round_is_planned(village)
    pack = await tom.take_along(today())
    assert [visit["client_id"] for visit in pack["visits"]] == [str(id_of("client", one)) for one in (EDITH, AUDREY)]
    edith = next(one for one in pack["clients"] if one["client"]["id"] == str(id_of("client", EDITH)))
    (wound,) = edith["wounds"]
    assert (wound["last_measurement"]["area_mm2"], edith["home"]["signal_at_home"]) == (1440, "none")
    base = edith["care_plan"]["version"]

    village.wire.refuse()
    village.wire.reset()
    joel.note("change_line", {"words": THREE}, about=ABOUT_LINE, base_version=base)
    photo = _at_ediths(tom, base)
    for tablet in (tom, joel):
        with pytest.raises(NoSignal):
            await tablet.synchronise()
    await village.wire.accept()

    await _arrive(village, *((tom, joel) if toms_first else (joel, tom)))
    said = [*tom.queue.outcomes().values(), *joel.queue.outcomes().values()]
    assert (said.count("applied"), said.count("conflict")) == (7, 1)
    await _both_are_kept(village)
    await _record_is_whole(village, photo)


async def _both_are_kept(village: Village) -> None:
    assert await village.line() == THREE, "who wrote first is shown, whoever arrived first"
    for who in ("tom", "joel"):
        (conflict,) = (await village.read("sync/conflicts?needs_me=true", who))["items"]
        whole = await village.read(f"sync/conflicts/{conflict['id']}", who)
        assert {one["content"]["words"] for one in whole["versions"]} == {THREE, SOFTER}


async def _record_is_whole(village: Village, photo: Any) -> None:
    trend = (await village.read(f"wounds/{WOUND}"))["measurements"]
    assert [one["area_mm2"] / 100 for one in trend] == [17.34, 15.68, 14.4, 11.76]
    assert (await village.read(f"photos/{photo}"))["wound_id"] == str(WOUND)
    picture = await village.door.call("tom", "GET", f"/caseload/v1/photos/{photo}/picture")
    assert WHERE.encode() not in picture.content
    for told in (CareContactRecorded, PhotoAttached):
        assert len(await village.door.system.published("caseload", told)) == 1
    measured = await village.door.system.published("caseload", WoundMeasured)
    assert [one.data["area_mm2"] for one in measured].count(1176) == 1


async def _arrive(village: Village, *tablets: Tablet) -> None:
    """Over a line that is cut within the push, and within the photo, until all of it is there."""
    for tablet in tablets:
        for most in (900, 60_000, 200_000):
            village.wire.cut_after(most)
            with contextlib.suppress(NoSignal):
                await tablet.synchronise()
        village.wire.cut_after(FAR)
        await tablet.synchronise()
        assert (tablet.queue.unsent()[0], tablet.queue.photos()) == (0, [])
