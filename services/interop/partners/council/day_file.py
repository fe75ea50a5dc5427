"""The facts of one day as one file of CSV: the same rows as are dropped one by one, with the same totals."""

import csv
import io
import json
from datetime import date
from typing import Any

from services.interop.domain.delivery import CouncilDelivery
from services.interop.partners.council.drop import COLUMNS, Totals, manifest, row_of


class DayFile:
    """Written row by row; the same facts give the same bytes."""

    def __init__(self, day: date) -> None:
        self.name = f"{day.isoformat()}.csv"
        self._text = io.StringIO(newline="")
        self._writer = csv.DictWriter(self._text, COLUMNS, extrasaction="ignore", lineterminator="\r\n")
        self._writer.writeheader()
        self._totals = Totals()

    def take(self, told: CouncilDelivery) -> None:
        event = json.loads(told.payload)
        self._writer.writerow(row_of(event, told.id, told.happened_on))
        self._totals.add(event["data"])

    def content(self) -> bytes:
        return self._text.getvalue().encode()

    def manifest(self) -> dict[str, Any]:
        return manifest(self.name, self.content(), self._totals)
