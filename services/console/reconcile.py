"""`heatshield reconcile DAY`: whether every partner has what it was to have of that day, and why where one has not."""

from datetime import datetime
from typing import Annotated, Any

import typer

from services.console.client import desks
from services.console.events import GATEWAY, AsJson, Token, Url
from services.console.tables import json_lines, table

Day = Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="A day in England, such as 2026-11-23.")]
OnePartner = Annotated[str | None, typer.Option("--partner", help="Only this one, such as council.")]


def reconcile(
    day: Day, partner: OnePartner = None, url: Url = GATEWAY, token: Token = "", as_json: AsJson = False
) -> None:
    """Compare what was done on a day with what was sent and what was acknowledged, for each partner.

    Exit code 1 with a difference, or with the service away.
    """
    asked_for: dict[str, Any] = {"day": day.date().isoformat()} | ({"partner": partner} if partner else {})
    with desks(url, token) as asked:
        lines = asked.get("interop", "/reconciliations", **asked_for)["items"]
    tell(lines, as_json=as_json)


def tell(lines: list[dict[str, Any]], *, as_json: bool) -> None:
    """Raises `typer.Exit` with code 1 where anything differs."""
    if as_json:
        json_lines(lines)
    else:
        table(("PARTNER", "CONNECTION", "DONE", "SENT", "ACKNOWLEDGED", "DIFFERENCES"), map(_row, lines))
        _tell(lines)
    if any(line["differences"] for line in lines):
        raise typer.Exit(1)


def _row(line: dict[str, Any]) -> tuple[object, ...]:
    differences = len(line["differences"]) + line["more_differences"]
    figures = (line["done"], line["sent"], line["acknowledged"])
    return (line["partner"], line["connection_id"], *figures, differences)


def _tell(lines: list[dict[str, Any]]) -> None:
    """Each difference on a line of its own, below the figures."""
    rows = [(one["kind"], one["about"], one["reason"]) for line in lines for one in line["differences"]]
    if rows:
        typer.echo()
        table(("DIFFERENCE", "ABOUT", "REASON"), rows)
    beside = sum(line["more_differences"] for line in lines)
    if beside:
        typer.echo(f"and {beside} more")
