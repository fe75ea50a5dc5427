"""Counting for figures: how many, and on how many clients that stands."""

from collections.abc import Iterable
from uuid import UUID

from services.common.figures import Cell


def counted(whole: str, found: Iterable[tuple[UUID, str]], *always: str) -> dict[str, Cell]:
    """A cell for each name that things were found under, one for all of them, and those that are always there."""
    things = list(found)
    cells = {whole: _cell(client_id for client_id, _ in things)}
    for name in sorted({*always, *(name for _, name in things)}):
        cells[name] = _cell(client_id for client_id, called in things if called == name)
    return cells


def _cell(client_ids: Iterable[UUID]) -> Cell:
    every = list(client_ids)
    return Cell(len(every), len(set(every)))
