"""A trust's SystmOne unit beside interop: the folder where its extracts are left, and the contacts that it holds."""

import dataclasses
import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from uuid6 import uuid7

from services.common.types import ENGLAND, day_in_england
from services.interop.main import SERVICE
from services.interop.usecases.extracts import forget_extracts, take_extracts
from tests.interop.gp import another_contact, record_contact
from tests.interop.records import Caseload, a_record
from tests.running import OTHER_TEAM, TEAM, Databases, Running, running, until

DAY = day_in_england(datetime.now(UTC)) - timedelta(days=1)
ANNE, BEN, CARA, DORA = "9990000204", "9990000034", "9990000042", "9990000050"
HEADS = "RowRef,UnitCode,PatientNumber,SeenAt,Gone"
LAYOUT: dict[str, Any] = {
    "columns": {
        "entry": "RowRef",
        "unit": "UnitCode",
        "nhs_number": "PatientNumber",
        "happened_at": "SeenAt",
        "deleted": "Gone",
    },
    "units": {"NORTH": str(TEAM), "SOUTH": str(OTHER_TEAM)},
    "date_format": "%d/%m/%Y %H:%M",
    "deleted_when": ["Yes"],
}


def at(text: str, day: date = DAY) -> datetime:
    """That time of the day on the clocks of England."""
    return datetime.combine(day, time.fromisoformat(text), ENGLAND)


def held(entry: str, number: str, when: str, unit: str = "NORTH", day: date = DAY) -> str:
    return f"{entry},{unit},{number},{at(when, day):%d/%m/%Y %H:%M},"


def a_file(*rows: str) -> bytes:
    return "\r\n".join([HEADS, *rows, ""]).encode()


WHOLE = a_file(held("1", ANNE, "09:00"))


def a_manifest(raw: bytes, rows: int, **told: Any) -> bytes:
    return json.dumps({"sha256": hashlib.sha256(raw).hexdigest(), "rows": rows} | told).encode()


@dataclasses.dataclass
class Unit:
    """A running interop, and where the trust leaves files for it."""

    system: Running
    root: Path

    def leaves(self, name: str, raw: bytes, manifest: bytes | None = None) -> None:
        folder = self.root / "in"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(raw)
        if manifest is not None:
            (folder / f"{name}.manifest.json").write_bytes(manifest)

    def is_looked_at(self) -> bool:
        return not list((self.root / "in").iterdir())

    async def ops(self, path: str, **asked: Any) -> Any:
        answer = await (await self.system.client("interop", "ops-1", "ops")).get(path, params=asked)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def extracts(self, **asked: Any) -> dict[str, dict[str, Any]]:
        return {one["name"]: one for one in (await self.ops("/v1/systmone-extracts", **asked))["items"]}

    async def standing(self) -> dict[str, Any]:
        partners = (await self.ops("/v1/partners"))["items"]
        return next(dict(one) for one in partners if one["name"] == "systmone")

    async def reckoned(self, day: date = DAY) -> list[dict[str, Any]]:
        asked = {"day": day.isoformat(), "partner": "systmone"}
        return list((await self.ops("/v1/reconciliations", **asked))["items"])


async def visited(system: Running, caseload: Caseload, *times: str, **person: Any) -> list[str]:
    """A client of the team's with contacts on the day, by their ids."""
    record = a_record(client_id=str(uuid7()), **person)
    for one in times:
        record = another_contact(record, at(one).astimezone(UTC).isoformat())
        await record_contact(system, caseload, record)
    return [one["id"] for one in record["care_contact"][1:]]


@asynccontextmanager
async def beside_systmone(
    databases: Databases, caseload: Caseload, place: str, root: Path, **own: Any
) -> AsyncIterator[Unit]:
    """Interop that looks there for extracts every now and then."""
    service = dataclasses.replace(SERVICE, background=(take_extracts(0.05), forget_extracts))
    told = {"systmone_place": place, "systmone_layout": LAYOUT, **own}
    async with running(databases, service, peers={"caseload": caseload.app()}, **told) as system:
        yield Unit(system, root)


async def taken(unit: Unit, name: str, raw: bytes, manifest: bytes | None = None) -> dict[str, Any]:
    unit.leaves(name, raw, manifest)
    await until(unit.is_looked_at)
    return (await unit.extracts())[name]
