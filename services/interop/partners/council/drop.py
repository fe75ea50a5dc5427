"""Facts as files: CSV with a manifest of checksum, rows and control totals; and the council's answers, likewise."""

import asyncio
import csv
import hashlib
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.interop.domain.delivery import Attempt
from services.interop.domain.share import SharedField
from services.interop.partners.council.gateway import Answered, AnswerFile
from services.interop.partners.places import Place, TooLarge

MANIFEST = ".manifest.json"
OUT, IN, DONE, REJECTS = "out", "in", "done", "rejects"
MOST_FILES = 20
# Of a file of answers; any other is left where it is.
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
SUMMED = (SharedField.PERSONAL_CARE_MINUTES, SharedField.REABLEMENT_MINUTES, SharedField.WIDER_SUPPORT_MINUTES)
# What a fact is among the events of Client Level Data, release 2.
CLD_EVENT = {"financial_assessment_asked": "Request", "reablement_ending": "Review", "share_withdrawn": ""}
IN_FACTS = [one for one in SharedField if one is not SharedField.ENDED_ON]
COLUMNS = ("delivery_id", "event_id", "type", "cld_event", "happened_on", *IN_FACTS, "withdrawn_at")


@dataclass(frozen=True)
class FileDrop:
    """One file for each fact, named by the moment it was told and its id, so that names sort as facts happened."""

    place: Place

    async def hand_over(self, attempt: Attempt, now: datetime) -> Answered:
        """Left is not taken: the council's answer comes as a file of its own. The manifest comes last."""
        event = json.loads(attempt.payload)
        name = f"{event['time'].replace(':', '').replace('-', '')}-{attempt.delivery_id}.csv"
        content = as_csv(COLUMNS, [row_of(event, attempt.delivery_id, attempt.happened_on)])
        totals = Totals()
        totals.add(event["data"])
        told = json.dumps(manifest(name, hashlib.sha256(content).hexdigest(), totals), indent=1).encode()
        try:
            async with asyncio.timeout(30):
                await self.place.write(OUT, name, content)
                await self.place.write(OUT, f"{name}{MANIFEST}", told)
        except Exception:  # noqa: BLE001  whatever goes wrong at a partner's end is a failed attempt, and is tried again
            return Answered(None)
        return Answered(None, has_it=True, is_final=False)

    async def waiting(self) -> list[str]:
        """A file is there when its manifest is."""
        names = await self.place.names(IN)
        return [name for name in names if f"{name}{MANIFEST}" in names and NAME.fullmatch(name)][:MOST_FILES]

    async def fetch(self, name: str) -> AnswerFile:
        try:
            return AnswerFile(name, await self.place.read(IN, name), await self.place.read(IN, f"{name}{MANIFEST}"))
        except TooLarge as error:
            return AnswerFile(name, b"", b"", too_large=error.size)

    async def settle(self, name: str, rejects: bytes | None) -> None:
        if rejects is not None:
            await self.place.write(REJECTS, f"{name}.rejects.csv", rejects)
        await self.place.move(f"{name}{MANIFEST}", IN, DONE)
        await self.place.move(name, IN, DONE)


def row_of(event: Mapping[str, Any], delivery_id: UUID, happened_on: date | None) -> dict[str, Any]:
    kind = event["type"].split(".")[-2]
    about = {
        "delivery_id": delivery_id,
        "event_id": event["id"],
        "type": kind,
        "cld_event": CLD_EVENT.get(kind, "Service"),
        "happened_on": happened_on,
    }
    return {**about, **event["data"]}


def as_csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """RFC 4180, in UTF-8, with a line of heads."""
    return lines_of(columns, [dict(zip(columns, columns, strict=True))]) + lines_of(columns, rows)


def lines_of(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """The lines alone. No value begins as a formula does: ids, codes, dates and numbers."""
    text = io.StringIO(newline="")
    csv.DictWriter(text, columns, extrasaction="ignore", lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


@dataclass
class Totals:
    """What a file comes to, row by row."""

    rows: int = 0
    sums: dict[str, int] = field(default_factory=lambda: dict.fromkeys((one.value for one in SUMMED), 0))

    def add(self, data: Mapping[str, Any]) -> None:
        self.rows += 1
        for name in self.sums:
            self.sums[name] += data.get(name, 0)


def manifest(name: str, sha256: str, totals: Totals) -> dict[str, Any]:
    return {"file": name, "sha256": sha256, "rows": totals.rows, "control_totals": totals.sums}
