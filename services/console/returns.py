"""`heatshield returns`: having a statutory return made, or only looked over, and what is wrong with it."""

import time
from typing import Annotated, Any

import typer
from uuid6 import uuid7

from services.console.client import Desks, Refused, desks
from services.console.events import GATEWAY, AsJson, Token, Url
from services.console.tables import json_lines, note, table

app = typer.Typer(help="The statutory returns, made from the record.", no_args_is_help=True)
DryRun = Annotated[bool, typer.Option("--dry-run", help="Find what is wrong, and keep no row.")]
Seconds = Annotated[int, typer.Option(min=0, max=3600, help="How many seconds to wait until it is made.")]
Month = Annotated[str, typer.Argument(help="A month, such as 2026-10.")]
Quarter = Annotated[str, typer.Argument(help="A quarter, such as 2026-Q3.")]
Connection = Annotated[str, typer.Option(help="The id of the council's connection.")]
POLL_SECONDS = 0.5


@app.command()
def csds(
    month: Month,
    dry_run: DryRun = False,
    wait: Seconds = 600,
    url: Url = GATEWAY,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """The Community Services Data Set of a month. Exit code 1 where a row is left out."""
    _make({"kind": "csds", "period": month, "dry_run": dry_run}, wait, url, token, as_json=as_json)


@app.command()
def cld(
    quarter: Quarter,
    connection: Connection,
    dry_run: DryRun = False,
    wait: Seconds = 600,
    url: Url = GATEWAY,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """A council's Client Level Data to the end of a quarter. Exit code 1 where a row is left out."""
    asked = {"kind": "cld", "period": quarter, "dry_run": dry_run, "connection_id": connection}
    _make(asked, wait, url, token, as_json=as_json)


def _make(asked: dict[str, Any], wait: int, url: str, token: str, *, as_json: bool) -> None:
    with desks(url, token) as asking:
        begun = asking.post("interop", "/returns", {"id": str(uuid7()), **asked})
        made = _waited_for(asking, begun["id"], wait)
        if as_json:
            json_lines([made])
        else:
            _tell(made)
    if made["refused"]:
        raise typer.Exit(1)


def _waited_for(asking: Desks, return_id: str, seconds: int) -> dict[str, Any]:
    """Raises `Refused` for what fails, or takes longer."""
    until = time.monotonic() + seconds
    while True:
        found: dict[str, Any] = asking.get("interop", f"/returns/{return_id}")
        if found["status"] == "made":
            return found
        if found["status"] == "failed":
            raise Refused(f"the return {return_id} could not be made: quote this id to support")
        if time.monotonic() >= until:
            raise Refused(f"the return {return_id} is not made yet: look at /interop/v1/returns/{return_id} later")
        time.sleep(POLL_SECONDS)


def _tell(made: dict[str, Any]) -> None:
    table(("FILE", "ROWS", "SHA-256"), ((one["name"], one["rows"], one["sha256"]) for one in made["files"]))
    for one in made["faults"]:
        left = "left out" if one["refuses"] else "told"
        note(f"{one['rule']}: {one['table']}.{one['field']}, {one['count']} {left}. {one['reason']} {one['way_out']}")
    note(f"{made['kind']} {made['period']}: {made['rows']} rows, {made['refused']} left out; return {made['id']}")
