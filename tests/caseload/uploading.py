"""A photo sent in pieces, as an app on a bad line does it, word for word as tus 1.0 has it."""

from base64 import b64encode
from dataclasses import dataclass, field
from typing import Any

from PIL import Image

from tests.access.operations import DEVICE
from tests.caseload.photographs import Wounded, a_jpeg, sha256
from tests.caseload.story import new_id

ANOTHER_DEVICE = "01938000-0000-7000-8000-0000000000d2"
SPOKEN = {"Tus-Resumable": "1.0.0", "Device-Id": DEVICE}
STREAM = {"Content-Type": "application/offset+octet-stream"}
AT = "/v1/uploads"


def base64(text: str | bytes) -> str:
    return b64encode(text if isinstance(text, bytes) else text.encode()).decode()


def metadata(**told: str) -> str:
    return ",".join(f"{name} {base64(value)}" for name, value in told.items())


def a_large_jpeg(side: int = 1200) -> bytes:
    """Of noise, so that it does not get smaller; with a place, like any other."""
    return a_jpeg(Image.effect_noise((side, side), 90).convert("RGB"))


def told_of(wound_id: str, content: bytes, **changes: str) -> dict[str, str]:
    told = {"wound_id": wound_id, "photo_id": new_id(), "sha256": sha256(content), "agreed_how": "in_person"}
    return told | {"taken_at": "2026-11-04T10:20:00Z"} | changes


@dataclass
class Sender:
    """A nurse's device at a service."""

    by: Any
    headers: dict[str, str] = field(default_factory=lambda: dict(SPOKEN))

    async def begin(self, told: dict[str, str], length: int, content: bytes = b"", **more: str) -> Any:
        said = {"Upload-Length": str(length), "Upload-Metadata": metadata(**told)} | (STREAM if content else {})
        return await self.by.post(AT, headers={**self.headers, **said, **dashed(more)}, content=content)

    async def send(self, at: str, offset: int, content: Any, **more: str) -> Any:
        headers = {**self.headers, **STREAM, "Upload-Offset": str(offset), **dashed(more)}
        return await self.by.patch(at, headers=headers, content=content)

    async def look(self, at: str) -> Any:
        return await self.by.get(at, headers=self.headers)

    async def end(self, at: str) -> Any:
        return await self.by.delete(at, headers=self.headers)


def dashed(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


@dataclass
class Sending:
    """One photo of one wound, begun."""

    wound: Wounded
    sender: Sender
    content: bytes
    told: dict[str, str]
    at: str

    async def send(self, offset: int, until: int | None = None, **more: str) -> Any:
        return await self.sender.send(self.at, offset, self.content[offset:until], **more)

    async def offset(self) -> int:
        return int((await self.sender.look(self.at)).headers["upload-offset"])

    async def photos(self) -> list[dict[str, Any]]:
        """Those in the client's record."""
        record = await self.wound.client.nurse.get(f"/v1/clients/{self.wound.client.client_id}")
        found: list[dict[str, Any]] = record.json()["photo"]
        return found


async def begun(wound: Wounded, content: bytes, by: Any = None, **changes: str) -> Sending:
    sender, told = Sender(by or wound.client.nurse), told_of(wound.wound_id, content, **changes)
    answer = await sender.begin(told, len(content))
    assert answer.status_code == 201, answer.text
    return Sending(wound, sender, content, told, f"/v1/{answer.headers['location']}")
