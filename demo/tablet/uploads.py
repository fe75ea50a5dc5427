"""Photos, sent by tus: begun once, and gone on with from wherever the line was cut."""

import hashlib
from base64 import b64encode
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx

from demo.tablet.queue import PhotoToSend, Queue

VERSION = {"Tus-Resumable": "1.0.0"}
STREAM = {"Content-Type": "application/offset+octet-stream"}
# On 50 kbit/s some ten seconds; what was cut off is sent again from the last byte that arrived.
PIECE = 64 * 1024
Ask = Callable[..., Awaitable[httpx.Response]]
# The wound may wait for somebody's look on the server, as what is late does: the photo waits with it. So does one of
# too many at once. A piece may have come twice, or otherwise than it was sent.
NOT_YET = ("wound_not_known", "too_many_uploads", "offset_wrong", "checksum_mismatch")
NOT_THERE = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)
# How often one photo is gone on with, from where the server says that it is, before it waits for the next time.
TRIES = 3


class PhotoRefused(Exception):
    """The server does not take this photo, and says why. `is_final` is what no sending again would mend."""

    def __init__(self, answer: httpx.Response) -> None:
        self.code = code_of(answer)
        super().__init__(f"{answer.status_code} {self.code}")
        # What says no without a code is something between here and the server.
        self.is_final = bool(self.code) and self.code not in NOT_YET and answer.status_code not in NOT_THERE


async def send_all(ask: Ask, queue: Queue) -> None:
    """Send what is left of each photo; one that is refused for good stays on the tablet, with why, and keeps no other
    from being sent. Any other waits. Raises what `ask` does."""
    for photo in queue.photos():
        try:
            await _send(ask, queue, photo)
        except PhotoRefused as refused:
            if refused.is_final:
                queue.photo_is(photo.photo_id, refused.code)
        else:
            queue.photo_is(photo.photo_id, "sent")


async def _send(ask: Ask, queue: Queue, photo: PhotoToSend) -> None:
    """Raises `PhotoRefused`, and what `ask` does."""
    device = {**VERSION, "Device-Id": str(queue.device_id)}
    location, size = photo.location, photo.path.stat().st_size
    for left in reversed(range(TRIES)):
        location, offset = await _place(ask, queue, photo, location, device)
        try:
            while offset < size:
                offset = await _go_on(ask, photo, location, offset, device)
        except PhotoRefused as refused:
            if refused.is_final or not left:
                raise
        else:
            return


async def _place(
    ask: Ask, queue: Queue, photo: PhotoToSend, location: str | None, device: dict[str, str]
) -> tuple[str, int]:
    """Where the upload is, and how far it came; begun anew where it is there no more. HEAD does not say what it is
    refused for, and the beginning does."""
    if location is not None:
        found = await ask("HEAD", location, headers=device)
        if found.is_success:
            return location, int(found.headers["Upload-Offset"])
    begun = await _begin(ask, photo, device)
    location = f"/v1/{begun.headers['Location']}"
    queue.upload_is_at(photo.photo_id, location)
    return location, int(begun.headers["Upload-Offset"])


async def _begin(ask: Ask, photo: PhotoToSend, device: dict[str, str]) -> httpx.Response:
    told = ",".join(f"{name} {b64encode(value.encode()).decode()}" for name, value in photo.told.items())
    length = {"Upload-Length": str(photo.path.stat().st_size), "Upload-Metadata": told}
    return _taken(await ask("POST", "/v1/uploads", headers={**device, **length}))


async def _go_on(ask: Ask, photo: PhotoToSend, location: str, offset: int, device: dict[str, str]) -> int:
    with photo.path.open("rb") as file:
        file.seek(offset)
        piece = file.read(PIECE)
    checksum = {"Upload-Checksum": f"sha256 {b64encode(hashlib.sha256(piece).digest()).decode()}"}
    headers = {**device, **STREAM, "Upload-Offset": str(offset), **checksum}
    answer = _taken(await ask("PATCH", location, content=piece, headers=headers))
    return int(answer.headers["Upload-Offset"])


def _taken(answer: httpx.Response) -> httpx.Response:
    if not answer.is_success:
        raise PhotoRefused(answer)
    return answer


def code_of(answer: httpx.Response) -> str:
    """What a refusal is called; empty where whoever answers says nothing of it, as a HEAD or another's page does."""
    if "json" not in answer.headers.get("content-type", "") or not answer.content:
        return ""
    told: Any = answer.json()
    return str(told.get("code") or "") if isinstance(told, dict) else ""


def sha256_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
