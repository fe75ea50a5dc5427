"""The headers of tus are read strictly, before a byte is let in, and nothing of them is told back."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.caseload.photographs import refused, wounded
from tests.caseload.story import new_id
from tests.caseload.uploading import (
    AT,
    SPOKEN,
    STREAM,
    Sender,
    Sending,
    a_large_jpeg,
    base64,
    begun,
    metadata,
    told_of,
)
from tests.running import Databases

LARGE = a_large_jpeg()
TOLD = {"photo_id": new_id(), "sha256": "0" * 64, "agreed_how": "in_person", "taken_at": "2026-11-04T10:20:00Z"}
METADATA = [
    ("", 400, ""),
    ("wound_id", 400, ""),
    ("wound_id ###", 400, ""),
    ("wound_id YQ", 400, ""),
    ("wound_id w6k=", 400, ""),
    (f"wound_id YQ==,{metadata(**TOLD)}", 422, "/wound_id"),
    (f"wound_id YQ==,wound_id YQ==,{metadata(**TOLD)}", 400, ""),
    (metadata(**TOLD), 422, "/wound_id"),
    (metadata(**TOLD, wound_id=new_id(), filename="Edith Pask.jpg"), 400, ""),
    (metadata(**TOLD | {"sha256": "A" * 64}, wound_id=new_id()), 422, "/sha256"),
    (metadata(**TOLD | {"taken_at": "2126-01-01T00:00:00Z"}, wound_id=new_id()), 422, "/taken_at"),
    (metadata(**TOLD | {"agreed_how": "not_asked"}, wound_id=new_id()), 422, "/agreed_how"),
    (metadata(**TOLD | {"photo_id": "1"}, wound_id=new_id()), 422, "/photo_id"),
]
CHECKSUMS = [
    ("md5 " + base64(bytes(16)), "checksum_not_spoken"),
    ("SHA1 " + base64(bytes(20)), "checksum_not_spoken"),
    ("sha1", "tus_header_unreadable"),
    ("sha1 !!!!", "tus_header_unreadable"),
    ("sha1 " + base64(bytes(16)), "tus_header_unreadable"),
]


@pytest.fixture
async def sending(databases: Databases, tmp_path: Path) -> AsyncIterator[Sending]:
    """One that is begun, of which nothing has arrived when the test is over."""
    async with wounded(databases, tmp_path / "photos") as wound:
        made = await begun(wound, LARGE)
        yield made
        assert (await made.offset(), wound.kept()) == (0, [])


def without(name: str) -> dict[str, str]:
    return {one: value for one, value in SPOKEN.items() if one != name}


async def test_another_version_is_not_spoken(sending: Sending) -> None:
    for version in ({}, *({"Tus-Resumable": one} for one in ("", "0.2.2", "1.0.1", "1.0.0,1.0.0"))):
        sender = Sender(sending.sender.by, without("Tus-Resumable") | version)
        for answer in (
            await sender.begin(sending.told, len(LARGE)),
            await sender.look(sending.at),
            await sender.send(sending.at, 0, LARGE),
            await sender.end(sending.at),
        ):
            refused(answer, 412, "tus_version_not_spoken", "/header/Tus-Resumable")
            assert answer.headers["tus-version"] == answer.headers["tus-resumable"] == "1.0.0"


async def test_a_number_is_written_in_digits(sending: Sending) -> None:
    by, whole = sending.sender.by, {**SPOKEN, **STREAM, "Upload-Metadata": metadata(**sending.told)}
    for value in (None, "", "-1", "+1", "1.0", "1e3", "\u0663", "9" * 20, "1,1"):
        length, offset = (
            {} if value is None else {name: value.encode()} for name in ("Upload-Length", "Upload-Offset")
        )
        refused(await by.post(AT, headers=whole | length), 400, "tus_header_unreadable", "/header/Upload-Length")
        sent = await by.patch(sending.at, headers=whole | offset, content=b"x")
        refused(sent, 400, "tus_header_unreadable", "/header/Upload-Offset")


async def test_what_is_said_of_a_photo_is_ids_and_codes(sending: Sending) -> None:
    for sent, status, pointer in METADATA:
        headers = {**SPOKEN, "Upload-Length": "10", "Upload-Metadata": sent}
        answer = await sending.sender.by.post(AT, headers=headers)
        assert answer.status_code == status, (sent, answer.text)
        assert [one["pointer"] for one in answer.json()["errors"]] == [f"/header/Upload-Metadata{pointer}"]
        assert not any(mark in answer.text for mark in ("Edith", "not_asked", "YQ=="))


async def test_a_device_names_itself(sending: Sending) -> None:
    for device in ({}, {"Device-Id": ""}, {"Device-Id": "tablet"}):
        sender = Sender(sending.sender.by, without("Device-Id") | device)
        for answer in (await sender.begin(sending.told, len(LARGE)), await sender.send(sending.at, 0, LARGE)):
            refused(answer, 400, "tus_header_unreadable", "/header/Device-Id")


async def test_a_checksum_that_cannot_be_looked_at_lets_no_byte_in(sending: Sending) -> None:
    for sent, code in CHECKSUMS:
        refused(await sending.send(0, 1000, Upload_Checksum=sent), 400, code, "/header/Upload-Checksum")


async def test_a_body_that_is_declared_as_something_else_is_not_read(sending: Sending) -> None:
    told = told_of(sending.wound.wound_id, LARGE)
    for kind in ("image/jpeg", "application/octet-stream", ""):
        begins = await sending.sender.begin(told, len(LARGE), LARGE[:1000], Content_Type=kind)
        for answer in (await sending.send(0, 1000, Content_Type=kind), begins):
            refused(answer, 415, "not_offset_stream", "/header/Content-Type")
    encoded = await sending.send(0, 1000, Content_Encoding="gzip")
    refused(encoded, 415, "encoded_body", "/header/Content-Encoding")


async def test_an_address_is_an_id(sending: Sending) -> None:
    for at in ("1", "..%2f..%2fetc", "x" * 300):
        answer = await sending.sender.look(f"{AT}/{at}")
        assert answer.status_code in (404, 422), answer.text
