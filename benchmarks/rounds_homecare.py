"""Home care routing and scheduling of Mankowska, Meisel and Bierwirth (2014): the loader and the best known costs.

The instances are those of iolab-uniud/hhcrsp in JSON (Ceschia, Di Gaspero, Rosati, Schaerf, ITOR 2024). A cost is a
third of distance, total lateness and worst lateness together.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from services.roster.domain.rounds.day import Call, Day, Hand, Nurse, Prices

# Nobody's shift ends in these instances, and no patient is left out.
OPEN_END, NEVER_OUT = 1e7, 1e7
THIRD = 1 / 3


def instances(folder: Path) -> dict[str, Path]:
    """The instances in the folder by size and number, `10_1`, the smallest first."""
    found = {}
    for path in folder.glob("*.json"):
        if named := re.search(r"_(\d+)_(\d+)$", path.stem):
            found[int(named[1]), int(named[2])] = path
    return {f"{size}_{number}": found[size, number] for size, number in sorted(found)}


def best_known(folder: Path) -> dict[str, float]:
    """The published cost of each instance, by its file's name; the table is a Markdown one."""
    table = folder / "best_known.md"
    rows = (
        [line.strip().strip("|").split("|") for line in table.read_text("utf-8").splitlines()] if table.exists() else []
    )
    head = [cell.strip() for cell in rows[0]] if rows else []
    found = {}
    for row in rows[2:]:
        cells = dict(zip(head, (cell.strip() for cell in row), strict=False))
        found[cells["instance"]] = float(cells["total_cost"])
    return found


def load(path: Path) -> Day:
    """An instance as a day: places are the office, then each patient; distances are minutes."""
    found = json.loads(path.read_text("utf-8"))
    abilities = [set(nurse["abilities"]) for nurse in found["caregivers"]]
    return Day(
        nurses=tuple(Nurse(nurse["id"], 0, OPEN_END, 0, 0) for nurse in found["caregivers"]),
        calls=tuple(_call(patient, place, abilities) for place, patient in enumerate(found["patients"], 1)),
        travel=tuple(tuple(row) for row in found["distances"]),
        prices=Prices(travel=THIRD, late=THIRD, worst_late=THIRD, overtime=0, no_break=0),
    )


def _call(patient: Mapping[str, Any], place: int, abilities: list[set[str]]) -> Call:
    hands = tuple(
        Hand(one["duration"], tuple(nurse for nurse, able in enumerate(abilities) if one["service"] in able))
        for one in patient["required_caregivers"]
    )
    step = patient.get("synchronization") or {}
    least, most = step["distance"] if step.get("type") == "sequential" else (0, 0)
    opens, closes = patient["time_window"]
    return Call(patient["id"], place, (opens, closes), hands, apart=(least, most), drop=NEVER_OUT)
