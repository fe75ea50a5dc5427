"""What nurses of `benchmarks.offline` note on a round without signal, and the pushes that bring it.

At each door a contact, the measuring of a wound where there is one, a note and a rating; and so on from door to door.
No dose is among it: of each dose there is one record, so no two rounds of a benchmark could send the same.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from typing import Any, NamedTuple

import httpx
from uuid6 import uuid7

from benchmarks.caseload_nurses import Signing

AN_HOUR = timedelta(hours=1)
WORDS = "Wound clean and dry, less painful than last week; she walked to the gate and back with her frame."
SCORES = {"occasion": "interim", "knowledge": 3, "behavior": 4, "status": 4}
Body = dict[str, Any]


class Noted(NamedTuple):
    """One operation, before it has a number."""

    kind: str
    about: dict[str, str]
    body: Body


def noted(clients: Sequence[Mapping[str, Any]], employee_id: str) -> Iterator[Noted]:
    """What is done at the doors of a day pack, again and again, and with ids of its own each time."""
    for client in cycle(clients):
        yield from _at_the_door(client, employee_id)


def _at_the_door(client: Mapping[str, Any], employee_id: str) -> Iterator[Noted]:
    began = (datetime.now(UTC) - AN_HOUR).isoformat()
    contact: Body = {
        "id": _new_id(),
        "episode_of_care_id": client["episode_of_care"]["id"],
        "employee_id": employee_id,
        "channel": "in_person",
        "started_at": began,
        "segments": [{"id": _new_id(), "activity_type": "nursing", "minutes": 40}],
        "interventions": ["02.14"],
    }
    on = {"care_contact_id": contact["id"]}
    yield Noted("record_care_contact", {}, contact)
    for wound in client["wounds"]:
        size = {"id": _new_id(), "measured_at": began, "length_mm": 42, "width_mm": 28}
        yield Noted("measure_wound", {"wound_id": wound["id"]}, size | on)
    yield Noted("add_note", on, {"id": _new_id(), "words": WORDS})
    yield Noted("rate_problem", {"problem_id": client["problems"][0]["id"]}, {"id": _new_id(), **SCORES})


@dataclass
class Device:
    """One installation with its queue, and the clients of the round that its nurse took along."""

    employee_id: str
    clients: Sequence[Mapping[str, Any]]
    id: str = field(default_factory=lambda: _new_id())
    sequence: int = 0

    def __post_init__(self) -> None:
        self._noted = noted(self.clients, self.employee_id)

    def push(self, count: int) -> Body:
        """The body of a push of the next operations."""
        operations = [self._numbered(one) for one in islice(self._noted, count)]
        return {"device_id": self.id, "sent_at": _now(), "unsent": 0, "operations": operations}

    def _numbered(self, one: Noted) -> Body:
        self.sequence += 1
        told = {"kind": one.kind, "about": one.about, "base_version": None, "body": one.body}
        made = {"occurred_at": _now(), "made_by": self.employee_id}
        return {"operation_id": _new_id(), "sequence": self.sequence, **told, **made}


@dataclass(frozen=True)
class Pushing:
    """Devices that push in turn over one connection, so many operations each time."""

    base: str
    signing: Signing
    devices: Iterator[Device]
    count: int

    def times(self, seconds: float) -> list[float]:
        """How many seconds each push took, one after the other until so many have passed; one at least.

        Raises `RuntimeError` when anything was not applied.
        """
        found: list[float] = []
        with httpx.Client(base_url=self.base, trust_env=False, timeout=60) as http:
            while sum(found) < seconds:
                found.append(self._push(http, next(self.devices)))
        return found

    def _push(self, http: httpx.Client, device: Device) -> float:
        """What a bare side needs to know stands beside the token."""
        token = self.signing.of_nurse(device.employee_id)
        headers = {
            "Authorization": f"Bearer {token}",
            "X-Employee": device.employee_id,
            "Idempotency-Key": _new_id(),
        }
        request = http.build_request("POST", "/v1/sync/push", json=device.push(self.count), headers=headers)
        began = time.perf_counter()
        answer = http.send(request)
        took = time.perf_counter() - began
        if not answer.is_success or any(one["outcome"] != "applied" for one in answer.json()["results"]):
            raise RuntimeError(f"{self.base}: {answer.status_code} {answer.text[:2000]}")
        return took


def _new_id() -> str:
    return str(uuid7())


def _now() -> str:
    return datetime.now(UTC).isoformat()
