"""Play the day: `make demo`. Starts everything in this process, or plays against an installation that runs already."""

import asyncio
import logging
import re
import secrets
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import httpx
import psutil
import typer

from demo.barrow import TEAM, Calendar, latest_monday_before
from demo.callers import Gateway, Refused
from demo.day import Day, play
from demo.day.afternoon import contact, visit
from demo.day.evening import outputs, scorecard
from demo.day.meeting import rota
from demo.day.morning import assessment, decision, referral
from demo.invitation import invitation
from demo.partners.council import HOST as COUNCIL_HOST
from demo.partners.council import Council
from demo.partners.mesh import NOT_OURS, Mesh
from demo.report import Report
from demo.seed import sow
from demo.servers.http import serving
from demo.servers.ports import PortTaken, listening
from demo.servers.postgres import EmbeddedPostgres, MadeByAnOlderVersion
from demo.servers.rabbit import RabbitServer
from demo.up import FOLDER as UP
from gateway.guarded import guarded
from services.common.telemetry import configure_logging
from services.common.types import day_in_england

FOLDER = Path(".heatshield/demo")
AGAINST = Path(".heatshield/against")
STEPS = (
    ("A referral arrives from the surgery, by BaRS", referral),
    ("The team takes her on by consent", decision),
    ("One assessment, and a plan that she agrees", assessment),
    ("The visit is planned", visit),
    ("The nurse writes once what happened", contact),
    ("One entry, many outputs", outputs),
    ("The day's scorecard", scorecard),
    ("The team agrees its next rota", rota),
)


class Unreachable(Exception):
    """Nothing answers at the address to play against."""

    def __init__(self, url: str) -> None:
        super().__init__(f"{url} does not answer: start it with `make up`, or see that AGAINST is its address")


async def run(url: str, report: Report, folder: Path = FOLDER, council_host: str = COUNCIL_HOST) -> Day:
    """Seed the team and play the day at this address."""
    gateway, council = Gateway(url, secrets.token_hex(16)), Council(folder)
    async with council.listening(council_host) as council_url:
        try:
            calendar = Calendar(await _day_zero(gateway))
            day = Day(gateway, calendar, council)
            report.progress(f"day zero is {calendar.day(0)}")
            await sow(gateway, calendar, report, council_url)
            await play(day, report, STEPS)
        finally:
            await gateway.close()
    return day


async def _day_zero(gateway: Gateway) -> date:
    """The Monday that the rota began with, if the team was seeded before; otherwise the last Monday that is over."""
    answer = await gateway.call("ruth", "GET", f"/roster/v1/visit-plans?team_id={TEAM}&limit=1")
    items = answer.json()["items"] if answer.is_success else []
    if items:
        return date.fromordinal(date.fromisoformat(items[0]["from_on"]).toordinal() + 28)
    return latest_monday_before(day_in_england(datetime.now(UTC)))


@asynccontextmanager
async def embedded(port: int, report: Report, post: Mesh | None = None) -> AsyncIterator[tuple[str, EmbeddedPostgres]]:
    """Every service in this process, on a PostgreSQL of its own. Raises `PortTaken` before anything is started."""
    from demo.compose import create_app

    listening(port).close()
    postgres = EmbeddedPostgres(FOLDER)
    report.progress("starting PostgreSQL and the services")
    postgres.start()
    try:
        await postgres.create_databases()
        app = create_app(postgres.url, postgres.owner_url, FOLDER / "photos", f"http://127.0.0.1:{port}", post)
        async with serving(app, port=port, protocol=guarded(app.state.bounds)) as url:
            yield url, postgres
    finally:
        postgres.stop()


def memory_mb(postgres: EmbeddedPostgres) -> tuple[float, float]:
    """What this process and PostgreSQL's hold in memory, in MB; shared pages are counted once where the system says."""

    def own(process: psutil.Process) -> int:
        try:
            info = process.memory_full_info()
        except psutil.NoSuchProcess:
            # A server's process that ended while the others were asked.
            return 0
        return int(getattr(info, "pss", info.uss))

    server = psutil.Process(postgres.pid)
    return own(psutil.Process()) / 2**20, sum(map(own, [server, *server.children(recursive=True)])) / 2**20


async def play_embedded(port: int, report: Report, *, once: bool, fault: bool = False) -> None:
    """With a `fault` the surgery refuses the first document, as if it did not know the patient."""
    async with embedded(port, report, Mesh(refusals=[NOT_OURS] if fault else [])) as (url, postgres):
        day = await run(url, report)
        python, database = memory_mb(postgres)
        report.progress(f"memory: {python + database:.0f} MB (Python {python:.0f}, PostgreSQL {database:.0f})")
        if not once:
            print(invitation(url, day.calendar.day(0)), flush=True)
            await asyncio.Event().wait()


def forget() -> None:
    """Remove what the demo and `make up` keep. Both are stopped first if they run."""
    for folder in (FOLDER, UP):
        RabbitServer(folder / "rabbit").stop()
        EmbeddedPostgres(folder).forget()
        shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(AGAINST, ignore_errors=True)


async def play_against(url: str, report: Report, council_host: str) -> None:
    """The council's memory is kept apart for each installation that it was told by. Raises `Unreachable`."""
    try:
        async with httpx.AsyncClient(trust_env=False) as client:
            await client.get(f"{url}/health/live")
    except httpx.TransportError as error:
        raise Unreachable(url) from error
    await run(url.rstrip("/"), report, AGAINST / re.sub(r"[^a-z0-9]+", "-", url.lower()), council_host)


def main(
    port: Annotated[int, typer.Option(help="The gateway's port.")] = 8000,
    once: Annotated[bool, typer.Option("--once", help="Stop when the day is played.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the steps as JSON lines.")] = False,
    against: Annotated[str, typer.Option(help="Play against this address instead of starting anything.")] = "",
    council_host: Annotated[
        str, typer.Option(help="With --against: what the services there call this machine.")
    ] = COUNCIL_HOST,
    fault: Annotated[
        bool, typer.Option("--fault", help="The surgery refuses the first document; see docs/interop/systmone.md.")
    ] = False,
    reset: Annotated[bool, typer.Option("--reset", help="Forget the demo's data.")] = False,
) -> None:
    """Play one working day of the Barrow team, and say what each step proved."""
    configure_logging("WARNING")
    logging.getLogger("heatshield.access").setLevel(logging.WARNING)
    if reset:
        forget()
        return
    report = Report(as_json)
    try:
        if against:
            playing = play_against(against, report, council_host)
        else:
            playing = play_embedded(port, report, once=once, fault=fault)
        asyncio.run(playing)
    except KeyboardInterrupt:
        print("\nstopped", file=sys.stderr)
    except (PortTaken, Unreachable, Refused, MadeByAnOlderVersion) as error:
        sys.exit(str(error))
    sys.exit(0 if report.ok else 1)


if __name__ == "__main__":
    typer.run(main)
