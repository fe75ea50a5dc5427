"""The gateway beside nginx, before the same service: how much passes in a second, and how much later it arrives.

`make bench NAME=gateway ARGS="--quick --json"`. The sides are asked in turn, by wrk, a process of its own.

Every side ends in the same work of the service: it verifies an internal token, which it then knows for a minute, and
writes its audit record. The gateway gets that token from identity for what the nurse shows, and keeps it as long; nginx
and the service asked directly, are sent one that was exchanged before the round. An added p50 is what a side takes
longer than the service asked directly: below zero where noise was more than that, and then without a ratio.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.gateway_house import REFERRAL, House, Side, house
from benchmarks.programs import ensure
from benchmarks.report import Figure, show

CONNECTIONS = 16
# Of a round, where a side answers nothing within a shorter one.
LONGEST_SECONDS = 30
# Told in one JSON line by the load generator itself.
SUMMARY = """
done = function(summary, latency, requests)
  local bad = summary.errors.connect + summary.errors.read + summary.errors.write
    + summary.errors.status + summary.errors.timeout
  print(string.format('{"requests": %d, "seconds": %f, "p50_ms": %f, "bad": %d}',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1000, bad))
end
"""
# Each with an id and a key of its own, as a tablet sends it.
POST = """
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
math.randomseed(%d)
local function word(most) return math.random(0, most) end
request = function()
  local id = string.format("01938000-%%04x-7%%03x-8%%03x-%%04x%%04x%%04x", word(65535), word(4095), word(4095),
    word(65535), word(65535), word(65535))
  wrk.headers["Idempotency-Key"] = id
  return wrk.format(nil, nil, nil, '{"id": "' .. id .. '", ' .. [[%s]])
end
"""


class NothingAnswered(RuntimeError):
    """A side was so slow that no answer came in the longest round."""


@dataclass(frozen=True)
class Told:
    """What wrk tells of one round."""

    rate: float
    p50_ms: float


def referring() -> str:
    """The script that refers a new person with each request."""
    return POST % (time.monotonic_ns() % 2**31, json.dumps(REFERRAL)[1:])


@dataclass(frozen=True)
class Load:
    """The load generator: a program, and a script for each kind of request."""

    wrk: str
    folder: Path

    def round(self, side: Side, path: str, *, is_post: bool, connections: int, seconds: int) -> Told:
        signed = f"Bearer {side.token()}"
        return self.told(side.base + path, signed, referring() if is_post else "", connections, seconds)

    def told(self, url: str, authorization: str, asking: str, connections: int, seconds: int) -> Told:
        """Of a round whose requests a script may make; of a longer one where a slow side answered none within it.

        Raises `RuntimeError` when one of them did not succeed, and `NothingAnswered` for none in the longest round.
        """
        script = self.folder / "script.lua"
        script.write_text(asking + SUMMARY)
        for patience in sorted({seconds, LONGEST_SECONDS}):
            told = self._asked(url, authorization, script, connections, patience)
            if told["requests"]:
                return Told(told["requests"] / told["seconds"], told["p50_ms"])
        raise NothingAnswered(f"{url}: nothing was answered in {LONGEST_SECONDS} seconds")

    def _asked(self, url: str, authorization: str, script: Path, connections: int, seconds: int) -> dict[str, Any]:
        asked = [
            f"-t1 -c{connections} -d{seconds} --timeout 30s -s".split(),
            [str(script), "-H", f"Authorization: {authorization}"],
        ]
        done = subprocess.run([self.wrk, *sum(asked, []), url], capture_output=True, text=True, check=False)
        told: dict[str, Any] = {} if done.returncode else json.loads(done.stdout.strip().splitlines()[-1])
        if not told or told["bad"]:
            raise RuntimeError(f"{url}: {done.stdout}{done.stderr}")
        return told


def figures_of(load: Load, built: House, kind: str, path: str, *, rounds: int, seconds: int) -> list[Figure]:
    """A round to warm up, then each way in turn: first with many connections, then with one."""
    rates: dict[str, list[float]] = {name: [] for name in built.sides}
    times: dict[str, list[float]] = {name: [] for name in built.sides}
    for number in range(rounds + 1):
        for name, side in built.sides.items():
            many = load.round(side, path, is_post=kind == "post", connections=CONNECTIONS, seconds=seconds)
            one = load.round(side, path, is_post=kind == "post", connections=1, seconds=seconds)
            if number:
                rates[name].append(many.rate)
                times[name].append(one.p50_ms)
    p50 = {name: statistics.median(found) for name, found in times.items()}
    added = {name: p50[name] - p50["direct"] for name in ("gateway", "nginx")}
    unit = "requests/s"
    return [
        Figure.of_rates(f"gateway_{kind}", rates["gateway"], rates["nginx"], "nginx", unit),
        Figure.of_times(f"gateway_{kind}_added_p50", added["gateway"], added["nginx"], "nginx's added p50"),
        Figure.of_rates(f"gateway_{kind}_direct_shown_beside", rates["gateway"], rates["direct"], "no door", unit),
        Figure.of_rates(f"one_process_{kind}_shown_beside", rates["one process"], rates["nginx"], "nginx", unit),
    ]


def collect(*, quick: bool) -> list[Figure]:
    nginx, wrk = ensure("nginx", "wrk")
    rounds, seconds = (1, 1) if quick else (5, 3)
    figures: list[Figure] = []
    with house(nginx) as built, tempfile.TemporaryDirectory() as folder:
        load = Load(wrk, Path(folder))
        for kind, path in (("get", built.one_path), ("list", built.list_path), ("post", "/v1/referrals")):
            some = figures_of(load, built, kind, path, rounds=rounds, seconds=seconds)
            for one in some:
                print(f"{time.strftime('%X')} {one.name}: {one.told_ratio()}", file=sys.stderr, flush=True)
            figures += some
    return figures


def main(
    quick: Annotated[bool, typer.Option("--quick", help="One round of a second each, within a minute.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line per figure.")] = False,
) -> None:
    """Measure what the door costs."""
    show(collect(quick=quick), as_json=as_json)


if __name__ == "__main__":
    typer.run(main)
