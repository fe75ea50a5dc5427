"""What is wrong with an upload is said at once, and where no further byte would mend it, nothing of it stays."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.caseload.usecases import photos, uploads
from services.common.auth import SYSTEM, Persona, Principal
from tests.caseload.photographs import Wounded, refused, sha256, wounded
from tests.caseload.story import new_id
from tests.caseload.test_photos_refused import SVG, a_bomb
from tests.caseload.uploading import (
    ANOTHER_DEVICE,
    AT,
    SPOKEN,
    Sender,
    Sending,
    a_large_jpeg,
    begun,
    told_of,
)
from tests.common.audited import newest
from tests.running import DEPUTY, OTHER_TEAM, STRANGER, Databases

LARGE = a_large_jpeg()


@pytest.fixture
async def wound(databases: Databases, tmp_path: Path) -> AsyncIterator[Wounded]:
    """Afterwards no photo was attached."""
    async with wounded(databases, tmp_path / "photos") as made:
        yield made
        record = (await made.client.nurse.get(f"/v1/clients/{made.client.client_id}")).json()
        assert record["photo"] == []


async def gone(sending: Sending) -> None:
    """It is over, nothing of it is kept, and the way out is said."""
    assert sending.wound.kept() == []
    answer = await sending.sender.look(sending.at)
    refused(answer, 410, "upload_gone", "/path")
    assert "upload-offset" not in answer.headers


async def test_a_whole_that_is_not_what_was_announced_ends_its_upload(wound: Wounded) -> None:
    sending = await begun(wound, LARGE, sha256=sha256(b"another"))
    await sending.send(0, 400_000)
    refused(await sending.send(400_000), 422, "upload_not_as_sent", "/header/Upload-Metadata/sha256")
    await gone(sending)
    again = await begun(wound, LARGE, photo_id=sending.told["photo_id"])
    assert again.at != sending.at


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (SVG, "upload_is_no_photo"),
        (b"\xff\xd8\xff" + bytes(5000), "upload_is_no_photo"),
        (LARGE[: len(LARGE) // 2], "photo_damaged"),
        (a_bomb(12_000, 8000), "too_many_pixels"),
        (a_bomb(60_000, 60_000), "too_many_pixels"),
    ],
    ids=["svg", "nothing but a beginning", "half a photo", "a bomb", "a larger bomb"],
)
async def test_what_is_no_photo_ends_its_upload(wound: Wounded, content: bytes, code: str) -> None:
    sending = await begun(wound, content)
    await sending.send(0, 2)
    refused(await sending.send(2), 422, code, "/body")
    await gone(sending)


@pytest.mark.parametrize("length", [5_000_001, 200_000_000, 10**14])
async def test_what_would_be_too_large_is_refused_before_it_comes(wound: Wounded, length: int) -> None:
    sender = Sender(wound.client.nurse)
    answer = await sender.begin(told_of(wound.wound_id, LARGE), length, LARGE[:1000])
    refused(answer, 413, "upload_too_large", "/header/Upload-Length")
    assert wound.kept() == []


async def test_nobody_begins_photos_without_end(wound: Wounded) -> None:
    await wound.caseload.alter("caseload", "update rule set amount = 2 where code = 'photo.uploads_open'")
    first, second = await begun(wound, LARGE), await begun(wound, LARGE)
    third = told_of(wound.wound_id, LARGE)
    elsewhere = Sender(wound.client.nurse, SPOKEN | {"Device-Id": ANOTHER_DEVICE})
    for sender in (first.sender, elsewhere):
        answer = await sender.begin(third, len(LARGE), LARGE[:1000])
        refused(answer, 409, "too_many_uploads", "/header/Upload-Metadata/photo_id")
    assert wound.kept() == []
    # What is known is found again, and everybody has a number of their own.
    again = await first.sender.begin(first.told, len(LARGE))
    assert (again.status_code, again.headers["location"]) == (201, first.at.removeprefix("/v1/"))
    deputy = Sender(await wound.caseload.client("caseload", DEPUTY))
    assert (await deputy.begin(told_of(wound.wound_id, LARGE), len(LARGE))).status_code == 201
    assert (await second.sender.end(second.at)).status_code == 204
    assert (await first.sender.begin(third, len(LARGE))).status_code == 201


async def test_more_than_was_announced_is_refused(wound: Wounded) -> None:
    sending = await begun(wound, LARGE)
    await sending.send(0, 1000)
    refused(await sending.sender.send(sending.at, 1000, LARGE), 413, "upload_too_long", "/body")

    async def unannounced() -> AsyncIterator[bytes]:
        yield LARGE[1000:]
        yield b"more"

    refused(await sending.sender.send(sending.at, 1000, unannounced()), 413, "upload_too_long", "/body")
    assert await sending.offset() == 1000


@pytest.mark.parametrize("offset", [0, 999, 1001, 5_000_000])
async def test_bytes_for_another_place_are_refused(wound: Wounded, offset: int) -> None:
    sending = await begun(wound, LARGE)
    await sending.send(0, 1000)
    refused(await sending.sender.send(sending.at, offset, b"x"), 409, "offset_wrong", "/header/Upload-Offset")
    assert await sending.offset() == 1000


async def test_nobody_else_and_no_other_device_knows_of_an_upload(wound: Wounded) -> None:
    sending = await begun(wound, LARGE)
    nobody = Sending(wound, Sender(wound.client.nurse), LARGE, {}, f"{AT}/{new_id()}")
    deputy = Sender(await wound.caseload.client("caseload", DEPUTY))
    stranger = Sender(await wound.caseload.client("caseload", STRANGER))
    other_device = Sender(wound.client.nurse, SPOKEN | {"Device-Id": ANOTHER_DEVICE})
    for sender in (deputy, stranger, other_device):
        for answer, absent in (
            (await sender.look(sending.at), await sender.look(nobody.at)),
            (await sender.send(sending.at, 0, LARGE), await sender.send(nobody.at, 0, LARGE)),
            (await sender.end(sending.at), await sender.end(nobody.at)),
        ):
            refused(answer, 404, "not_found", "/path")
            assert answer.json() | {"instance": ""} == absent.json() | {"instance": ""}
    assert (await sending.offset(), wound.kept()) == (0, [])


async def test_a_wound_of_another_team_or_none_takes_no_upload(wound: Wounded) -> None:
    """A wound that was found without signal is sent first."""
    stranger = Sender(await wound.caseload.client("caseload", STRANGER))
    theirs = await stranger.begin(told_of(wound.wound_id, LARGE), len(LARGE), LARGE[:1000])
    absent = await stranger.begin(told_of(new_id(), LARGE), len(LARGE), LARGE[:1000])
    refused(theirs, 404, "wound_not_known", "/header/Upload-Metadata/wound_id")
    assert theirs.json() | {"instance": ""} == absent.json() | {"instance": ""}
    assert wound.kept() == []


async def test_who_left_the_team_sends_nothing_more(wound: Wounded) -> None:
    sending = await begun(wound, LARGE)
    await sending.send(0, 1000)
    await wound.caseload.alter("caseload", "update team_member set until_on = '2025-02-01'")
    refused(await sending.send(1000), 404, "not_found", "/path")
    await wound.caseload.alter("caseload", "update team_member set until_on = null")


async def test_an_upload_expires_and_its_pieces_are_swept(wound: Wounded) -> None:
    sending = await begun(wound, LARGE)
    await sending.send(0, 400_000)
    database, store = wound.caseload.databases["caseload"], wound.caseload.apps["caseload"].state.photos
    later = datetime.now(UTC) + timedelta(days=2)
    assert (await photos.sweep(database, store, later), await uploads.sweep_uploads(database, store, later)) == (0, 0)
    assert await sending.offset() == 400_000
    await wound.caseload.alter("caseload", "update photo_upload set expires_at = now()")
    refused(await sending.send(400_000), 410, "upload_gone", "/path")
    assert await uploads.sweep_uploads(database, store, datetime.now(UTC)) == 1
    await gone(sending)
    assert await uploads.sweep_uploads(database, store, datetime.now(UTC) + timedelta(days=40)) == 0
    refused(await sending.sender.look(sending.at), 404, "not_found", "/path")


async def test_a_piece_that_nobody_wrote_down_is_swept(wound: Wounded) -> None:
    database, store = wound.caseload.databases["caseload"], wound.caseload.apps["caseload"].state.photos
    await store.put(f"{datetime.now(UTC).date()}/piece-{new_id()}", b"x")
    assert await photos.sweep(database, store, datetime.now(UTC) + timedelta(days=2)) == 1


async def test_an_upload_comes_in_a_thousand_pieces_at_most(wound: Wounded) -> None:
    sending = await begun(wound, LARGE)
    await wound.caseload.alter("caseload", "update photo_upload set places = array_fill('x'::text, array[1000])")
    refused(await sending.send(0), 409, "too_many_pieces", "/path")


async def test_an_upload_of_nothing_is_no_photo(wound: Wounded) -> None:
    answer = await Sender(wound.client.nurse).begin(told_of(wound.wound_id, b""), 0)
    refused(answer, 422, "upload_is_no_photo", "/body")


@pytest.mark.parametrize("persona", ["social_worker", "coach", "service", "council", "hr", None])
async def test_who_is_no_nurse_uploads_nothing(wound: Wounded, persona: Any) -> None:
    sending = await begun(wound, LARGE)
    by = await wound.caseload.client("caseload", None if persona is None else new_id(), persona or "nurse")
    sender, status = Sender(by), 401 if persona is None else 403
    for answer in (
        await sender.begin(sending.told, len(LARGE), LARGE),
        await sender.look(sending.at),
        await sender.send(sending.at, 0, LARGE),
        await sender.end(sending.at),
        await by.options(AT),
    ):
        assert (answer.status_code, answer.headers["tus-resumable"]) == (status, "1.0.0")
    assert wound.kept() == []


async def test_a_store_that_is_away_loses_no_more_than_what_just_came(databases: Databases, tmp_path: Path) -> None:
    async with wounded(databases, tmp_path / "photos") as wound:
        sending = await begun(wound, LARGE)
        await sending.send(0, 400_000)
        (tmp_path / "photos").rename(tmp_path / "away")
        (tmp_path / "photos").touch()
        assert (await sending.send(400_000)).status_code == 503
        (tmp_path / "photos").unlink()
        (tmp_path / "away").rename(tmp_path / "photos")
        assert await sending.offset() == 400_000
        assert (await sending.send(400_000)).status_code == 204


async def test_what_was_uploaded_is_on_record_without_what_was_sent(wound: Wounded) -> None:
    sending = await begun(wound, SVG)
    await sending.send(0)
    row = await newest(wound.caseload.databases["caseload"])
    assert (row.operation, row.reason_code) == ("PATCH /v1/uploads/{upload_id}", "upload_is_no_photo")
    assert (row.entity_type, str(row.entity_id)) == ("upload", sending.at.rpartition("/")[2])


async def test_the_rows_of_another_team_are_behind_the_second_wall(wound: Wounded) -> None:
    await begun(wound, LARGE)
    database = wound.caseload.databases["caseload"]
    async with database.transaction(SYSTEM) as tx:
        table = tx.metadata.tables["photo_upload"]
        assert len(await tx.rows(table.select())) == 1
    async with database.transaction(Principal(str(STRANGER), Persona.NURSE, STRANGER)) as tx:
        assert await tx.teams() == frozenset({OTHER_TEAM})
        assert await tx.rows(table.select()) == []
