"""What the app does: takes the day along, notes what is done, and sends it when there is signal."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from uuid6 import uuid7

from demo.tablet import uploads
from demo.tablet.doses import require_may_be_given
from demo.tablet.queue import Queue

# What one push may hold; the server's own limits are 500 operations and a MiB.
MOST_OPERATIONS, MOST_BYTES = 500, 900_000
# How long what was applied stays, for a server that was restored from a backup to ask for again.
KEPT = timedelta(days=14)
# What a whole push is refused with. One operation may be to blame, so it is sent again in halves, down to that one.
FAULTS = {HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNPROCESSABLE_ENTITY}
# Sign in anew, or wait: nothing is wrong with what was sent.
LATER = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}


class NoSignal(Exception):
    """Nothing was heard of what was sent last. All of it stays in the queue, and is sent again."""


class NotNow(Exception):
    """The server answers, and takes nothing for the moment: who is signed in has to sign in anew, or wait."""

    def __init__(self, answer: httpx.Response) -> None:
        self.status, self.code = answer.status_code, uploads.code_of(answer)
        super().__init__(f"{self.status} {self.code}")


class NotTaken(NotNow):
    """The server takes no push of this app, though it holds a single operation: a fault of the app, which sending again
    does not mend. The queue stays; its makers have to hear of `code`."""


@dataclass
class Tablet:
    """One installation, with whoever is signed in on it. `http` speaks to caseload, signed in as them."""

    queue: Queue
    http: httpx.AsyncClient
    employee_id: UUID
    # What the tablet's clock is off by; a real one does not know.
    clock_off: timedelta = timedelta()
    # How many operations the next push may hold: fewer after one that did not get through, more after each that did.
    at_once: int = MOST_OPERATIONS

    def __post_init__(self) -> None:
        self.queue.hold(self.employee_id)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.clock_off

    async def take_along(self, day: str) -> dict[str, Any]:
        """Read the day pack, or learn that the one at hand is it. Raises `NoSignal` or `NotNow`; the last one stays."""
        held = self.queue.pack(day)
        headers = {"If-None-Match": held[0]} if held else {}
        answer = await self._ask("GET", "/v1/day", params={"date": day}, headers=headers)
        if answer.is_success:
            self.queue.take_along(day, answer.headers["ETag"], answer.text, answer.headers["Sync-From"])
        elif answer.status_code != HTTPStatus.NOT_MODIFIED:
            raise NotNow(answer)
        return self.day(day)

    def day(self, day: str) -> dict[str, Any]:
        """The pack at hand. Raises `LookupError`."""
        held = self.queue.pack(day)
        if held is None:
            raise LookupError(day)
        return held[1]

    def note(
        self,
        kind: str,
        body: dict[str, Any],
        *,
        about: dict[str, UUID | str] | None = None,
        base_version: int | None = None,
    ) -> int:
        """Note what was done, whether there is signal or not; it is on the disk when this returns.

        Raises `DoseGivenAlready`, `TooManyInADay` or `NotKnownHere` where a dose was perhaps not to be given.
        """
        if kind == "record_administration":
            require_may_be_given(self.queue, body)
        content = {
            "about": {name: str(one) for name, one in (about or {}).items()},
            "base_version": base_version,
            "occurred_at": self.now().isoformat(),
            "made_by": str(self.employee_id),
            "body": body,
        }
        return self.queue.note(kind, content)

    def photograph(self, path: Path, *, wound_id: UUID, agreed_how: str = "in_person") -> UUID:
        """Keep a photo for sending, with an id of its own. Its wound may still be in the queue."""
        photo_id = uuid7()
        told = {"wound_id": str(wound_id), "agreed_how": agreed_how, "taken_at": self.now().isoformat()}
        self.queue.add_photo(photo_id, path, {"photo_id": str(photo_id), **told, "sha256": uploads.sha256_of(path)})
        return photo_id

    async def synchronise(self) -> None:
        """Send what waits, then the photos, whose wounds are known by then; then hear what others did.

        Raises `NoSignal`, `NotNow` or `NotTaken`; what was not answered by then stays in the queue.
        """
        await self.push()
        await uploads.send_all(self._ask, self.queue)
        # What was noted meanwhile, and that the photos are on this tablet alone no more.
        await self.push()
        await self.pull()
        self.queue.forget_before(self.now() - KEPT)

    async def push(self) -> None:
        """Send the queue in order, a batch at a time, until it is empty, and say what is left on the tablet alone.

        Raises `NoSignal`, `NotNow` or `NotTaken`.
        """
        while True:
            batch = self._batch()
            left, oldest = self.queue.unsent(beyond=batch[-1]["sequence"] if batch else 0)
            if not batch and left == self.queue.reported:
                return
            sent = {
                "device_id": str(self.queue.device_id),
                "sent_at": self.now().isoformat(),
                "unsent": left,
                "oldest_unsent_at": oldest,
                "operations": batch,
            }
            answer = await self._send(sent)
            if answer.is_success:
                self.queue.answered(answer.json()["results"])
                self.queue.report(left)
                self.at_once = min(MOST_OPERATIONS, 2 * self.at_once)
            else:
                self._fall_in(answer, len(batch))

    async def _send(self, sent: dict[str, Any]) -> httpx.Response:
        """Raises `NoSignal` or `NotNow`, and then sends less the next time if that may help."""
        try:
            # A key of its own each time: the operations' ids keep anything from being done twice.
            return await self._ask("POST", "/v1/sync/push", json=sent, headers={"Idempotency-Key": str(uuid7())})
        except NoSignal as error:
            # Where there was no connection, nothing was too large for it: a morning without signal costs no batch.
            if not isinstance(error.__cause__, httpx.ConnectError | httpx.ConnectTimeout):
                self._send_less(len(sent["operations"]))
            raise
        except NotNow as error:
            if error.status == HTTPStatus.REQUEST_TIMEOUT:
                self._send_less(len(sent["operations"]))
            raise

    def _send_less(self, sent: int) -> None:
        """Half of what was sent. Where that was nothing, its size was not to blame."""
        if sent:
            self.at_once = max(1, sent // 2)

    def _batch(self) -> list[dict[str, Any]]:
        batch: list[dict[str, Any]] = []
        size = 0
        for one in self.queue.waiting(self.at_once):
            size += len(json.dumps(one))
            if batch and size > MOST_BYTES:
                break
            batch.append(one)
        return batch

    def _fall_in(self, answer: httpx.Response, sent: int) -> None:
        """Number or send again what the server cannot place, and send less of what it cannot read. Raises `NotNow`
        where neither helps, and `NotTaken` where less cannot be sent."""
        code = uploads.code_of(answer)
        if answer.status_code in FAULTS:
            if sent <= 1:
                raise NotTaken(answer)
            self._send_less(sent)
        elif code == "sequence_reused":
            self.queue.renumber()
        elif code != "sequence_gap" or not self.queue.ask_again_from(int(answer.headers["Expected-Sequence"])):
            raise NotNow(answer)

    async def pull(self) -> None:
        """Hear what changed since, and take the days along again where that begins anew. Raises `NoSignal` or `NotNow`;
        days that were not taken again by then are taken the next time."""
        more = True
        while more:
            for day in self.queue.days_to_take_again():
                await self.take_along(day)
            since = self.queue.cursor
            answer = await self._ask("GET", "/v1/sync/pull", params={} if since is None else {"since": since})
            # It is too old, or was for other teams than those of whoever is signed in now.
            if since is not None and (answer.status_code == HTTPStatus.GONE or _is_bad_cursor(answer)):
                self.queue.start_over()
                continue
            if not answer.is_success:
                raise NotNow(answer)
            page = answer.json()
            self.queue.pulled(page["changes"], page["next"])
            more = page["more"]

    async def _ask(self, method: str, path: str, **sent: Any) -> httpx.Response:
        """Raises `NoSignal` or `NotNow`."""
        try:
            answer = await self.http.request(method, path, **sent)
        except httpx.TransportError as error:
            raise NoSignal from error
        if answer.status_code in LATER or answer.is_server_error:
            raise NotNow(answer)
        return answer


def _is_bad_cursor(answer: httpx.Response) -> bool:
    return answer.status_code == HTTPStatus.BAD_REQUEST and uploads.code_of(answer) == "bad_sync_cursor"
