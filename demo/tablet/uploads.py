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
# too many at once.
NOT_YET = ("wound_not_known", "too_many_uploads")


class PhotoRefused(Exception):
    """The server does not take this photo, and says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


async def send_all(ask: Ask, queue: Queue) -> None:
    """Send what is left of each photo; one that is refused stays on the tablet, with why, and keeps no other from being
    sent. Raises what `ask` does."""
    for photo in queue.photos():
        try:
            await _send(ask, queue, photo)
        except PhotoRefused as refused:
            if refused.code not in NOT_YET:
                queue.photo_is(photo.photo_id, refused.code)
        else:
            queue.photo_is(photo.photo_id, "sent")


async def _send(ask: Ask, queue: Queue, photo: PhotoToSend) -> None:
    device = {**VERSION, "Device-Id": str(queue.device_id)}
    location, offset = photo.location, 0
    if location is not None:
        found = await ask("HEAD", location, headers=device)
        if found.status_code in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
            location = None
        else:
            offset = int(found.headers["Upload-Offset"])
    if location is None:
        location = await _begin(ask, photo, device)
        queue.upload_is_at(photo.photo_id, location)
    size = photo.path.stat().st_size
    while offset < size:
        offset = await _go_on(ask, photo, location, offset, device)


async def _begin(ask: Ask, photo: PhotoToSend, device: dict[str, str]) -> str:
    told = ",".join(f"{name} {b64encode(value.encode()).decode()}" for name, value in photo.told.items())
    length = {"Upload-Length": str(photo.path.stat().st_size), "Upload-Metadata": told}
    begun = _taken(await ask("POST", "/v1/uploads", headers={**device, **length}))
    return f"/v1/{begun.headers['Location']}"


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
        told: dict[str, Any] = answer.json()
        raise PhotoRefused(told["code"])
    return answer


def sha256_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
