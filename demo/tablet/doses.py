"""The first check against a double dose is the tablet's: by what was taken along, pulled, and noted on it since."""

from datetime import datetime, timedelta
from typing import Any

from demo.tablet.queue import Queue

A_DAY = timedelta(hours=24)


class PerhapsNotToBeGiven(Exception):
    """With an `override_reason`, why it was given all the same, it is noted."""


class DoseGivenAlready(PerhapsNotToBeGiven):
    """Somebody gave this medicine too short a time ago, as far as this tablet knows. Given all the same it is an
    incident."""

    def __init__(self, at: datetime) -> None:
        super().__init__(f"given at {at:%H:%M} UTC")
        self.at = at


class TooManyInADay(PerhapsNotToBeGiven):
    """With this dose more would be given within 24 hours than the medicine allows. Given all the same it is an
    incident."""

    def __init__(self, most: int) -> None:
        super().__init__(f"at most {most} in 24 hours")
        self.most = most


class NotKnownHere(PerhapsNotToBeGiven):
    """The medicine is in no day that was taken along, so that this tablet cannot tell when it was given last. Take the
    client's day along, or ask somebody who knows."""

    def __init__(self) -> None:
        super().__init__("the medicine is in no day that was taken along")


def require_may_be_given(queue: Queue, body: dict[str, Any]) -> None:
    """Raises `NotKnownHere`, `DoseGivenAlready` or `TooManyInADay`."""
    if body["outcome"] != "given" or body.get("override_reason"):
        return
    medicine_id, at = str(body["medicine_id"]), datetime.fromisoformat(str(body["happened_at"]))
    known = [one for one in _in_packs(queue) if one["id"] == medicine_id]
    if not known:
        raise NotKnownHere
    gap = timedelta(minutes=max(one["dose_gap_minutes"] for one in known))
    given = _given(queue, medicine_id, known)
    near = [one for one in given if abs(one - at) < gap]
    if near:
        raise DoseGivenAlready(max(near))
    allowed = [most for one in known if (most := one["maximum_in_24_hours"]) is not None]
    if allowed and _most_in_24_hours(given, at) > min(allowed):
        raise TooManyInADay(min(allowed))


def _most_in_24_hours(given: list[datetime], at: datetime) -> int:
    """In any 24 hours around this dose, which is one of them."""
    near = [one for one in given if abs(one - at) < A_DAY] + [at]
    return max(sum(first <= one < first + A_DAY for one in near) for first in near if first <= at)


def _given(queue: Queue, medicine_id: str, known: list[dict[str, Any]]) -> list[datetime]:
    """When it was given, each dose once, from wherever this tablet knows of it."""
    rows = {row["id"]: row for one in known for row in one["recorded"]}
    rows |= {row["id"]: row for row in queue.facts("administration") if row["medicine_id"] == medicine_id}
    # What nobody has settled yet counts as given.
    disputed = [row for row in queue.facts("dose_in_dispute") if row["medicine_id"] == medicine_id]
    rows |= {row["administration_id"]: {**row, "outcome": "given"} for row in disputed}
    noted = [body for body in queue.noted("record_administration") if str(body["medicine_id"]) == medicine_id]
    rows |= {body["id"]: body for body in noted}
    return [datetime.fromisoformat(row["happened_at"]) for row in rows.values() if row["outcome"] == "given"]


def _in_packs(queue: Queue) -> list[dict[str, Any]]:
    return [medicine for pack in queue.packs() for client in pack["clients"] for medicine in client["medicines"]]
