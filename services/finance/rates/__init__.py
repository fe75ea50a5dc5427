"""Rates as shipped: data with their sources. A released file is never edited: a new rate is a new file."""

import json
from datetime import date
from importlib.resources import files
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5


def rows(name: str) -> list[dict[str, Any]]:
    """The rows of one file. An id is made from what the rate is, so that every installation knows it by the same."""
    sets = json.loads(files(__package__).joinpath(f"{name}.json").read_text("utf-8"))["sets"]
    return [row for each in sets for row in _of(each)]


def _of(each: dict[str, Any]) -> list[dict[str, Any]]:
    start, end = date.fromisoformat(each["effective_from"]), each["effective_to"]
    days = {"effective_from": start, "effective_to": date.fromisoformat(end) if end else None}
    about = {name: each[name] for name in ("kind", "unit", "source", "status")}
    return [
        {"id": _id(each["kind"], key, start), "key": key, "amount": amount, **about, **days}
        for key, amount in each["amounts"].items()
    ]


def _id(kind: str, key: str, start: date) -> UUID:
    return uuid5(NAMESPACE_URL, f"heatshield:rate:{kind}:{key}:{start.isoformat()}")
