"""`heatshield audit`: whether the audit trails are whole, and their newest seals, to be kept elsewhere."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from services.console.client import SERVICES, Away, Desks, ServiceName, desks
from services.console.events import GATEWAY, AsJson, OfService, Token, Url
from services.console.tables import json_lines, note, table

app = typer.Typer(help="The audit trails of all services.", no_args_is_help=True)
Anchors = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, help="What an earlier `verify --json` printed, kept elsewhere since."),
]


@app.callback()
def _group() -> None:
    """Keeps `verify` a command of its own while it is the only one."""


@app.command()
def verify(
    service: OfService = None, anchors: Anchors = None, url: Url = GATEWAY, token: Token = "", as_json: AsJson = False
) -> None:
    """Read every trail again and compare it with its seals.

    Keep what --json prints where nobody who can write to the databases can, and give it back with --anchors: then the
    newest rows cannot vanish unseen either. Exit code 1 with a break, or a service away.
    """
    known, away = _read(anchors), list[str]()
    with desks(url, token) as asked:
        found = list(_verified(asked, (service,) if service else SERVICES, known, away))
    if as_json:
        json_lines(found)
    else:
        table(("SERVICE", "OK", "ROWS", "UNSEALED", "SEAL", "HASH"), map(_row, found))
    for one in found:
        for broken in one["breaks"]:
            note(f"{one['service']}: {_told(broken)}")
    for text in away:
        note(text)
    if away or not all(one["ok"] for one in found):
        raise typer.Exit(1)


def _verified(
    asked: Desks, services: Sequence[ServiceName], known: dict[str, Any], away: list[str]
) -> Iterator[dict[str, Any]]:
    for service in services:
        try:
            yield _verified_one(asked, service, known.get(service))
        except Away as error:
            away.append(str(error))


def _verified_one(asked: Desks, service: ServiceName, anchor: Any) -> dict[str, Any]:
    """Part by part, since a long trail takes longer than one answer may."""
    compared = {"anchor_n": anchor["n"], "anchor_hash": anchor["hash"]} if anchor else {}
    page = asked.get(service, "/audit/integrity", **compared)
    whole = page
    while page["next_after"] is not None:
        page = asked.get(service, "/audit/integrity", after=page["next_after"])
        sums = {name: whole[name] + page[name] for name in ("seals", "rows", "archived", "breaks")}
        whole = {**page, **sums, "ok": whole["ok"] and page["ok"]}
    return {name: value for name, value in whole.items() if name != "next_after"}


def _read(anchors: Path | None) -> dict[str, Any]:
    """The newest seal of each service, as it was printed."""
    if anchors is None:
        return {}
    try:
        lines = [json.loads(line) for line in anchors.read_text("utf-8").splitlines() if line.strip()]
        return {line["service"]: line["last_seal"] for line in lines if line["last_seal"] is not None}
    except (ValueError, KeyError, TypeError) as error:
        raise typer.BadParameter(f"{anchors} is not what `audit verify --json` printed") from error


def _row(one: dict[str, Any]) -> tuple[object, ...]:
    seal = one["last_seal"] or {"n": None, "hash": None}
    return (one["service"], "yes" if one["ok"] else "NO", one["rows"], one["unsealed"], seal["n"], seal["hash"])


def _told(broken: dict[str, Any]) -> str:
    rows = f", rows {broken['first_seq']} to {broken['last_seq']}" if broken["first_seq"] is not None else ""
    return f"{broken['what'].replace('_', ' ')} at seal {broken['seal']}{rows}"
