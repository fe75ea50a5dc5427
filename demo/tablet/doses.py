"""The first check against a double dose is the tablet's: by what was taken along, pulled, and noted on it since."""

from datetime import datetime, timedelta
from typing import Any

from demo.tablet.queue import Queue


class DoseGivenAlready(Exception):
    """Somebody gave this medicine too short a time ago, as far as this tablet knows. With a reason why it was given all
    the same it is noted, and is an incident."""

    def __init__(self, at: datetime) -> None:
        super().__init__(f"given at {at:%H:%M} UTC")
        self.at = at


def require_not_given(queue: Queue, body: dict[str, Any]) -> None:
    """Raises `DoseGivenAlready`."""
    if body["outcome"] != "given" or body.get("override_reason"):
        return
    medicine_id, at = str(body["medicine_id"]), datetime.fromisoformat(str(body["happened_at"]))
    gap = timedelta(minutes=_gap_minutes(queue, medicine_id))
    near = [one for one in _given(queue, medicine_id) if abs(one - at) < gap]
    if near:
        raise DoseGivenAlready(max(near))


def _gap_minutes(queue: Queue, medicine_id: str) -> int:
    found = [one["dose_gap_minutes"] for one in _in_packs(queue) if one["id"] == medicine_id]
    return max(found, default=0)


def _given(queue: Queue, medicine_id: str) -> list[datetime]:
    taken_along = [row for one in _in_packs(queue) if one["id"] == medicine_id for row in one["recorded"]]
    pulled = [row for row in queue.facts("administration") if row["medicine_id"] == medicine_id]
    # What nobody has settled yet counts as given.
    disputed = [
        {**row, "outcome": "given"} for row in queue.facts("dose_in_dispute") if row["medicine_id"] == medicine_id
    ]
    noted = [body for body in queue.noted("record_administration") if str(body["medicine_id"]) == medicine_id]
    times = [row["happened_at"] for row in (*taken_along, *pulled, *disputed, *noted) if row["outcome"] == "given"]
    return [datetime.fromisoformat(time) for time in times]


def _in_packs(queue: Queue) -> list[dict[str, Any]]:
    return [medicine for pack in queue.packs() for client in pack["clients"] for medicine in client["medicines"]]
