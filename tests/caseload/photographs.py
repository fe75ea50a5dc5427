"""Pictures as a camera makes them, with all that it writes beside them, and a wound to attach them to."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from services.caseload.main import SERVICE
from tests.caseload.story import OnCaseload, new_id, take_on
from tests.running import DEPUTY, OTHER_TEAM, STRANGER, Databases, Running, running

RED, BLUE = (200, 30, 40), (20, 40, 200)
WHERE, CAMERA, COMMENT = "ZzLatitude", "ZzCamera", b"ZzComment at Barrow"
ORIENTATION, GPS, MAKE = 0x0112, 0x8825, 0x010F
TURNED_LEFT = 8


def a_picture(width: int = 60, height: int = 40) -> Image.Image:
    """Red above and blue below, so that it is seen which way is up."""
    picture = Image.new("RGB", (width, height), RED)
    picture.paste(BLUE, (0, height // 2, width, height))
    return picture


def a_jpeg(picture: Image.Image | None = None, *, orientation: int = 1, **options: Any) -> bytes:
    """With a place, a camera, a comment, and a colour profile."""
    exif, written = Image.Exif(), BytesIO()
    exif[ORIENTATION], exif[MAKE] = orientation, CAMERA
    exif[GPS] = {1: "N", 2: (54.0, 6.0, 36.0), 29: WHERE}
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    kept = {"exif": exif, "comment": COMMENT, "icc_profile": profile, "quality": 95, **options}
    (picture or a_picture()).save(written, "JPEG", **kept)
    return written.getvalue()


def another_profile() -> bytes:
    """sRGB with its red and its blue the other way round."""
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return srgb.replace(b"rXYZ", b"swap", 1).replace(b"bXYZ", b"rXYZ", 1).replace(b"swap", b"bXYZ", 1)


def a_png(picture: Image.Image | None = None) -> bytes:
    words, written = PngInfo(), BytesIO()
    words.add_text("Location", WHERE)
    words.add_itxt("Comment", COMMENT.decode())
    (picture or a_picture()).save(written, "PNG", pnginfo=words)
    return written.getvalue()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


async def send_photo(
    by: Any, wound_id: str, content: bytes, *, kind: str = "image/jpeg", key: str = "", **told: Any
) -> Any:
    """A picture as a tablet sends it; what is told as None is left out."""
    asked = {"id": new_id(), "taken_at": "2026-11-04T10:20:00Z", "agreed_how": "in_person"}
    asked |= {"sha256": sha256(content), **told}
    headers = {"Content-Type": kind} | ({"Idempotency-Key": key} if key else {})
    params = {name: value for name, value in asked.items() if value is not None}
    return await by.post(f"/v1/wounds/{wound_id}/photos", params=params, content=content, headers=headers)


@dataclass
class Wounded:
    """A client with a wound, and where the photos of it are kept."""

    caseload: Running
    client: OnCaseload
    wound_id: str
    folder: Path

    async def send(
        self, content: bytes, *, by: Any = None, kind: str = "image/jpeg", key: str = "", **told: Any
    ) -> Any:
        wound_id = told.pop("wound_id", self.wound_id)
        return await send_photo(by or self.client.nurse, wound_id, content, kind=kind, key=key, **told)

    async def picture(self, photo_id: str, by: Any = None) -> Any:
        return await (by or self.client.nurse).get(f"/v1/photos/{photo_id}/picture")

    def kept(self) -> list[Path]:
        return sorted(path for path in self.folder.rglob("*") if path.is_file())


@asynccontextmanager
async def wounded(databases: Databases, folder: Path, **own: Any) -> AsyncIterator[Wounded]:
    """Caseload with a folder for its photos, or with another store."""
    own = {"photo_store": folder.as_uri(), **own}
    async with running(databases, SERVICE, **own) as system:
        await system.join("caseload")
        await system.join("caseload", employee=DEPUTY)
        await system.join("caseload", team=OTHER_TEAM, employee=STRANGER)
        client, wound = await take_on(system), new_id()
        found = {"id": wound, "episode_of_care_id": client.episode_id, "site": "Left lower leg"}
        await client.post("/v1/wounds", found)
        yield Wounded(system, client, wound, folder)


def refused(answer: Any, status: int, code: str, pointer: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    (error,) = answer.json()["errors"]
    assert error["pointer"] == pointer
    assert error["way_out"]
