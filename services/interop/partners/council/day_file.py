"""The facts of one day as one file of CSV: the same rows as are dropped one by one, with the same totals."""

import hashlib
import json
from collections.abc import Iterable
from datetime import date
from typing import Any

from services.interop.domain.delivery import CouncilDelivery
from services.interop.partners.council.drop import COLUMNS, Totals, as_csv, lines_of, manifest, row_of


class DayFile:
    """Made piece by piece, so that no more than one piece is held at once; the same facts give the same bytes."""

    def __init__(self, day: date) -> None:
        self._name, self._totals, self._digest = f"{day.isoformat()}.csv", Totals(), hashlib.sha256()

    def heads(self) -> bytes:
        """The first piece."""
        return self._counted(as_csv(COLUMNS, ()))

    def piece(self, told: Iterable[CouncilDelivery]) -> bytes:
        """The rows of these facts, which follow those of the piece before."""
        return self._counted(lines_of(COLUMNS, map(self._row, told)))

    def manifest(self) -> dict[str, Any]:
        """What all pieces so far come to."""
        return manifest(self._name, self._digest.hexdigest(), self._totals)

    def _row(self, told: CouncilDelivery) -> dict[str, Any]:
        event = json.loads(told.payload)
        self._totals.add(event["data"])
        return row_of(event, told.id, told.happened_on)

    def _counted(self, made: bytes) -> bytes:
        self._digest.update(made)
        return made
