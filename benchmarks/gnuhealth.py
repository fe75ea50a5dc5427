"""The whole way through gateway and service with a token, beside GNU Health's server: patients read, found and made.

`make bench NAME=gnuhealth ARGS="--quick --json"`. Both hold as many people, in one PostgreSQL, and are asked in turn by
wrk over the same number of connections. Each has two processes: the gateway and caseload here; there two workers of
gunicorn with threads, without a log, which serve trytond faster than its own server does. Either user is signed in
beforehand: by a token here, by a session there.

What is asked for is as near as two systems come. A client here is read with the whole record and its audit entry; there
the patient's details and the ids of what belongs to it, fewer fields than GNU Health's own form asks for. By number one
is found: by NHS number here, by PUID there. A page is of twenty: of the nurse's clients here, there of those with a
family name, for caseload has no search by name. A person is made by a referral here, which is one row, its event and
its audit entry; there by one call that makes party and patient.
"""

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.gateway import Load, referring
from benchmarks.gateway_house import Side, house
from benchmarks.gnuhealth_people import People, clients, party, patients, settle
from benchmarks.gnuhealth_server import GnuHealth, database_in, gnu_health
from benchmarks.programs import ensure
from benchmarks.report import Figure, show

CONNECTIONS, PAGE = 8, 20
LINE = ["party.rec_name", "lastname", "puid", "dob", "age", "gender", "deceased"]
PARTS = ["appointments", "diseases", "medications", "vaccinations"]
# Each request in turn, written once. GNU Health refuses with a status of 200, so its answers are looked at.
IN_TURN = """
wrk.headers["Content-Type"] = "application/json"
local asked, made, at = {%s}, {}, 0
init = function()
  for i, one in ipairs(asked) do made[i] = wrk.format(one[1], one[2], nil, one[3]) end
end
request = function() at = at %% #made + 1; return made[at] end
"""
REFUSED = """
response = function(status, headers, body)
  if status ~= 200 or body:find('"error"', 1, true) then print(body); os.exit(1) end
end
"""


@dataclass(frozen=True)
class Deed:
    """One thing that both are asked to do, by the script for each."""

    name: str
    ours: str
    theirs: str


def in_turn(requests: Iterable[tuple[str, str, object]]) -> str:
    """A script that sends these, over and over. A JSON string is one of Lua's as well."""
    sent = [(method, path, "" if body is None else json.dumps(body)) for method, path, body in requests]
    return IN_TURN % ",".join("{" + ",".join(map(json.dumps, one)) + "}" for one in sent)


def calls(server: GnuHealth, method: str, each: Iterable[Sequence[object]]) -> str:
    path = "/" + server.url.split("/", 3)[3]
    return REFUSED + in_turn(("POST", path, {"id": 1, "method": f"model.{method}", "params": [*p, {}]}) for p in each)


def deeds(ours: People, server: GnuHealth, theirs: People) -> list[Deed]:
    find = "gnuhealth.patient.search_read"
    numbered = [[[["puid", "=", number]], 0, 1, None, LINE] for number in theirs.numbers]
    named = [[[["lastname", "ilike", f"%{name}%"]], 0, PAGE, None, LINE] for name in theirs.names]
    record = in_turn(("GET", f"/caseload/v1/clients/{id_}", None) for id_ in ours.ids)
    search = in_turn(("POST", "/caseload/v1/clients/_search", {"nhs_number": number}) for number in ours.numbers)
    page = in_turn([("GET", f"/caseload/v1/clients?limit={PAGE}", None)])
    reads = calls(server, "gnuhealth.patient.read", ([[int(id_)], LINE + PARTS] for id_ in theirs.ids))
    return [
        Deed("read", record, reads),
        Deed("search_by_number", search, calls(server, find, numbered)),
        Deed("search_page_of_20", page, calls(server, find, named)),
        Deed("create", referring(), calls(server, "party.party.create", [[[party("Example")]]])),
    ]


def figure_of(load: Load, deed: Deed, side: Side, server: GnuHealth, *, rounds: int, seconds: int) -> Figure:
    """A round to warm up, then each in turn."""
    ours, theirs = [], []
    for number in range(rounds + 1):
        mine = load.told(side.base + "/v1/referrals", f"Bearer {side.token()}", deed.ours, CONNECTIONS, seconds)
        other = load.told(server.url, server.authorization, deed.theirs, CONNECTIONS, seconds)
        if number:
            ours.append(mine.rate)
            theirs.append(other.rate)
    return Figure.of_rates(f"gnuhealth_{deed.name}", ours, theirs, "GNU Health 5.0.6", "requests/s")


def collect(*, quick: bool) -> list[Figure]:
    nginx, wrk = ensure("nginx", "wrk")
    people, rounds, seconds = (2_000, 1, 2) if quick else (20_000, 5, 5)
    figures: list[Figure] = []
    with house(nginx) as built, tempfile.TemporaryDirectory() as folder:
        asyncio.run(database_in(built.postgres))
        with gnu_health(built.postgres) as server:
            theirs = patients(built.postgres, server, people)
            ours = clients(built.postgres, built.sides["gateway"], people)
            asyncio.run(settle(built.postgres))
            for deed in deeds(ours, server, theirs):
                load, side = Load(wrk, Path(folder)), built.sides["gateway"]
                figures.append(figure_of(load, deed, side, server, rounds=rounds, seconds=seconds))
                print(f"{time.strftime('%X')} {figures[-1].name}: {figures[-1].told_ratio()}", file=sys.stderr)
    return figures


def main(
    quick: Annotated[bool, typer.Option("--quick", help="One round of two seconds each, with fewer people.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line per figure.")] = False,
) -> None:
    """Measure how much passes beside a hospital system of the same language and database."""
    show(collect(quick=quick), as_json=as_json)


if __name__ == "__main__":
    typer.run(main)
