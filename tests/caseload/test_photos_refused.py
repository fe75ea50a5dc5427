"""What is no photo, not the whole of one or too much of one is refused before anything is kept."""

import struct
import zlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from services.common.auth import SYSTEM
from tests.caseload.photographs import Wounded, a_jpeg, a_picture, a_png, refused, sha256, wounded
from tests.caseload.story import new_id
from tests.common.audited import newest
from tests.running import Databases

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
MOST_BYTES = 5_000_000


@pytest.fixture
async def wound(databases: Databases, tmp_path: Path) -> AsyncIterator[Wounded]:
    """Afterwards nothing was kept and nothing was written down."""
    async with wounded(databases, tmp_path / "photos") as made:
        yield made
        record = (await made.client.nurse.get(f"/v1/clients/{made.client.client_id}")).json()
        assert (record["photo"], made.kept()) == ([], [])


def chunk(name: bytes, content: bytes) -> bytes:
    checked = name + content
    return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))


def a_bomb(width: int, height: int) -> bytes:
    """A few bytes that unpack to as many pixels as they say."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    packed = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (SVG, "image/jpeg"),
        (b"%PDF-1.7", "image/jpeg"),
        (b"", "image/jpeg"),
        (b"\x00" * 100, "image/png"),
        (a_png(), "image/jpeg"),
        (a_jpeg(), "image/png"),
    ],
    ids=["svg", "pdf", "nothing", "zeros", "png as jpeg", "jpeg as png"],
)
async def test_what_is_no_such_picture_is_refused(wound: Wounded, content: bytes, kind: str) -> None:
    refused(await wound.send(content, kind=kind), 422, "not_a_photo", "/body")


@pytest.mark.parametrize("kind", ["image/svg+xml", "image/gif", "application/json", "text/html", "", "image/*"])
async def test_what_is_declared_as_something_else_is_not_read(wound: Wounded, kind: str) -> None:
    refused(await wound.send(a_jpeg(), kind=kind), 415, "not_a_kind_of_photo", "/header/Content-Type")


@pytest.mark.parametrize("part", [0.3, 0.6, 0.98])
async def test_half_a_photo_is_none(wound: Wounded, part: float) -> None:
    noisy = Image.effect_noise((200, 200), 80).convert("RGB")
    for content, kind in ((a_jpeg(noisy), "image/jpeg"), (a_png(noisy), "image/png")):
        cut = content[: int(len(content) * part)]
        refused(await wound.send(cut, kind=kind), 422, "photo_damaged", "/body")


@pytest.mark.parametrize("size", [(5001, 5000), (12_000, 8000), (60_000, 60_000)])
async def test_a_bomb_is_not_unpacked(wound: Wounded, size: tuple[int, int]) -> None:
    refused(await wound.send(a_bomb(*size), kind="image/png"), 422, "too_many_pixels", "/body")


async def test_what_is_packed_beside_the_picture_is_not_unpacked_either(wound: Wounded) -> None:
    words = chunk(b"zTXt", b"a\x00\x00" + zlib.compress(bytes(200_000_000)))
    content = a_png()
    refused(await wound.send(content[:33] + words + content[33:], kind="image/png"), 422, "photo_damaged", "/body")


async def test_more_than_five_megabytes_are_not_read(wound: Wounded) -> None:
    refused(await wound.send(a_jpeg() + bytes(MOST_BYTES)), 413, "photo_too_large", "/body")


async def test_a_smaller_limit_holds_from_the_day_it_is_set(wound: Wounded) -> None:
    """Both limits are rules, which any nurse may read."""
    rules = {one["code"]: one["amount"] for one in (await wound.client.nurse.get("/v1/rules")).json()["items"]}
    assert (rules["photo.most_bytes"], rules["photo.most_pixels"]) == (MOST_BYTES, 25_000_000)
    table = wound.caseload.databases["caseload"].metadata.tables["rule"]
    async with wound.caseload.databases["caseload"].transaction(SYSTEM) as tx:
        smaller = {"per": 1, "unit": "x", "source": "test", "status": "derived", "from_on": tx.today}
        rows = [{"code": "photo.most_bytes", "amount": 900}, {"code": "photo.most_pixels", "amount": 1000}]
        await tx.session.execute(table.insert(), [smaller | row for row in rows])
    plain = a_png(a_picture(40, 40))
    assert len(plain) < 900
    refused(await wound.send(plain, kind="image/png"), 422, "too_many_pixels", "/body")
    refused(await wound.send(a_jpeg()), 413, "photo_too_large", "/body")


async def test_what_arrives_altered_is_refused(wound: Wounded) -> None:
    refused(await wound.send(a_jpeg(), sha256=sha256(b"another")), 422, "photo_not_as_sent", "/query/sha256")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sha256", None),
        ("sha256", "ABC"),
        ("sha256", "A" * 64),
        ("id", None),
        ("id", "1"),
        ("taken_at", "2126-01-01T00:00:00Z"),
        ("taken_at", "2026-11-04"),
        ("agreed_how", None),
        ("agreed_how", "not_asked"),
    ],
)
async def test_what_is_said_of_a_photo_is_checked(wound: Wounded, name: str, value: Any) -> None:
    refused_for = await wound.send(a_jpeg(), **{name: value})
    assert refused_for.status_code == 422
    assert [one["pointer"] for one in refused_for.json()["errors"]] == [f"/query/{name}"]


async def test_an_unknown_parameter_is_refused(wound: Wounded) -> None:
    refused(await wound.send(a_jpeg(), latitude="54.11"), 400, "unknown_parameter", "/query/latitude")


async def test_a_wound_that_is_not_there_takes_no_photo(wound: Wounded) -> None:
    refused(await wound.send(a_jpeg(), wound_id=new_id()), 404, "not_found", "/path")
    answer = await wound.send(a_jpeg(), wound_id="leg")
    assert [one["pointer"] for one in answer.json()["errors"]] == ["/path/wound_id"]


async def test_a_compressed_body_is_refused(wound: Wounded) -> None:
    headers = {"Content-Type": "image/jpeg", "Content-Encoding": "gzip"}
    told = {"id": new_id(), "taken_at": "2026-11-04T10:20:00Z", "agreed_how": "in_person", "sha256": sha256(b"a")}
    at = f"/v1/wounds/{wound.wound_id}/photos"
    answer = await wound.client.nurse.post(at, params=told, content=b"a", headers=headers)
    refused(answer, 415, "encoded_body", "/header/Content-Encoding")


async def test_a_photo_without_a_key_is_told_to_make_one(wound: Wounded) -> None:
    sent = a_jpeg()
    told = {"id": new_id(), "taken_at": "2026-11-04T10:20:00Z", "agreed_how": "in_person", "sha256": sha256(sent)}
    at, headers = f"/v1/wounds/{wound.wound_id}/photos", {"Content-Type": "image/jpeg"}
    answer = await wound.client.nurse.post(at, params=told, content=sent, headers=headers, auth=None)
    refused(answer, 400, "idempotency_key_required", "/header/Idempotency-Key")


async def test_a_refusal_is_on_record_without_what_was_sent(wound: Wounded) -> None:
    await wound.send(SVG)
    row = await newest(wound.caseload.databases["caseload"])
    assert (row.outcome, row.reason_code) == (4, "not_a_photo")
    assert row.fields == ["agreed_how", "id", "sha256", "taken_at"]
