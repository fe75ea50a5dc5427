"""A photo comes in pieces, over a line that is cut, to any replica, and is attached once."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from services.caseload.events import PhotoAttached
from services.caseload.main import SERVICE
from tests.caseload.photographs import WHERE, Wounded, a_jpeg, a_png, sha256, wounded
from tests.caseload.story import new_id
from tests.caseload.uploading import SPOKEN, Sender, a_large_jpeg, base64, begun, metadata, told_of
from tests.caseload.world import MEASURED
from tests.running import NURSE, Databases, running

LARGE = a_large_jpeg()


@pytest.fixture
async def wound(databases: Databases, tmp_path: Path) -> AsyncIterator[Wounded]:
    async with wounded(databases, tmp_path / "photos") as made:
        yield made


async def test_a_photo_that_was_cut_off_goes_on_from_its_byte_and_is_whole(wound: Wounded) -> None:
    """Mission, J1 step 6: at 60 % the line drops; it goes on from there; its place is gone, the trend is whole."""
    assert WHERE.encode() in LARGE
    for length, width in ((51, 34), (49, 32), (48, 30), (42, 28)):
        measured = {**MEASURED, "id": new_id(), "length_mm": length, "width_mm": width}
        await wound.client.post(f"/v1/wounds/{wound.wound_id}/measurements", measured)
    sending, cut = await begun(wound, LARGE), len(LARGE) * 6 // 10
    assert (await sending.send(0, cut)).headers["upload-offset"] == str(cut)
    assert await sending.photos() == []
    resumed = await sending.offset()
    assert resumed == cut
    last = await sending.send(resumed)
    assert (last.status_code, last.headers["upload-offset"]) == (204, str(len(LARGE)))
    (photo,) = await sending.photos()
    assert (photo["id"], photo["sha256"]) == (sending.told["photo_id"], sha256(LARGE))
    shown = (await wound.picture(photo["id"])).content
    assert not any(mark in shown for mark in (WHERE.encode(), b"Exif"))
    assert [path.name.split("-")[0] for path in wound.kept()] == [photo_hash(wound)], "no piece is left"
    trend = [
        one["area_mm2"]
        for one in (await wound.client.nurse.get(f"/v1/clients/{wound.client.client_id}")).json()["measurements"]
    ]
    assert trend == [1734, 1568, 1440, 1176]


def photo_hash(wound: Wounded) -> str:
    (kept,) = wound.kept()
    return sha256(kept.read_bytes())


async def test_the_same_event_tells_of_a_photo_whichever_way_it_came(wound: Wounded) -> None:
    sending = await begun(wound, a_jpeg())
    await sending.send(0)
    other = (await wound.send(a_jpeg())).json()
    told = [one.data for one in await wound.caseload.published("caseload", PhotoAttached)]
    assert [one["photo_id"] for one in told] == [sending.told["photo_id"], other["id"]]
    assert {one["wound_id"] for one in told} == {wound.wound_id}
    assert set(told[0]) == {"photo_id", "wound_id", "client_id", "team_id", "taken_at"}


async def test_what_tus_is_spoken_is_told(wound: Wounded) -> None:
    answer = await wound.client.nurse.options("/v1/uploads")
    assert answer.status_code == 204
    told = {name: answer.headers[name] for name in answer.headers if name.startswith("tus-")}
    assert told == {
        "tus-resumable": "1.0.0",
        "tus-version": "1.0.0",
        "tus-extension": "creation,creation-with-upload,expiration,checksum,termination",
        "tus-checksum-algorithm": "sha1,sha256",
        "tus-max-size": "5000000",
    }


async def test_how_far_it_has_come_is_told_with_what_was_said_of_it(wound: Wounded) -> None:
    sending = await begun(wound, LARGE)
    sent = await sending.send(0, 1000)
    told = await sending.sender.look(sending.at)
    assert told.headers["upload-offset"] == sent.headers["upload-offset"] == "1000"
    assert told.headers["upload-length"] == str(len(LARGE))
    assert told.headers["upload-metadata"] == metadata(**sending.told)
    assert told.headers["cache-control"] == "no-store"
    assert told.headers["tus-resumable"] == sent.headers["tus-resumable"] == "1.0.0"
    days = parsedate_to_datetime(told.headers["upload-expires"]) - datetime.now(UTC)
    assert (round(days.total_seconds() / 86400), sent.headers["upload-expires"]) == (7, told.headers["upload-expires"])
    assert told.json()["offset_bytes"] == 1000


async def test_the_first_bytes_may_come_with_the_beginning(wound: Wounded) -> None:
    sender, told = Sender(wound.client.nurse), told_of(wound.wound_id, LARGE)
    answer = await sender.begin(told, len(LARGE), LARGE[:300_000])
    assert (answer.status_code, answer.headers["upload-offset"]) == (201, "300000")
    last = await sender.send(f"/v1/{answer.headers['location']}", 300_000, LARGE[300_000:])
    assert last.status_code == 204
    small = a_png()
    whole = await sender.begin(told_of(wound.wound_id, small), len(small), small)
    assert (whole.status_code, whole.headers["upload-offset"]) == (201, str(len(small)))
    assert "upload-expires" not in whole.headers
    record = (await wound.client.nurse.get(f"/v1/clients/{wound.client.client_id}")).json()
    assert [one["sha256"] for one in record["photo"]] == [sha256(LARGE), sha256(small)]


async def test_an_upload_whose_first_answer_was_lost_is_found_again_with_what_arrived(wound: Wounded) -> None:
    sender, told = Sender(wound.client.nurse), told_of(wound.wound_id, LARGE)
    first = await sender.begin(told, len(LARGE), LARGE[:300_000])
    again = await sender.begin(told, len(LARGE))
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["upload-offset"] == "300000"
    whole = await sender.begin(told, len(LARGE), LARGE)
    assert (whole.headers["location"], whole.headers["upload-offset"]) == (first.headers["location"], str(len(LARGE)))
    after = await sender.begin(told, len(LARGE))
    assert after.headers["location"] == first.headers["location"]
    record = (await wound.client.nurse.get(f"/v1/clients/{wound.client.client_id}")).json()
    assert [one["id"] for one in record["photo"]] == [told["photo_id"]]


async def test_a_photo_that_is_attached_already_needs_no_byte_more(wound: Wounded) -> None:
    content, photo_id = a_jpeg(), new_id()
    await wound.send(content, id=photo_id)
    sending = await begun(wound, content, photo_id=photo_id)
    assert await sending.offset() == len(content)
    assert (await sending.send(len(content))).status_code == 204
    assert len(await sending.photos()) == 1


async def test_pieces_come_to_any_replica_and_outlive_each(databases: Databases, tmp_path: Path) -> None:
    async with wounded(databases, tmp_path / "photos") as wound:
        sending = await begun(wound, LARGE)
        await sending.send(0, 400_000)
        own = {"photo_store": (tmp_path / "photos").as_uri()}
        async with running(databases, SERVICE, **own) as other:
            beside = Sender(await other.client("caseload", NURSE))
            assert (await beside.send(sending.at, 400_000, LARGE[400_000:700_000])).status_code == 204
        assert await sending.offset() == 700_000
    async with running(databases, SERVICE, **own) as restarted:
        after = Sender(await restarted.client("caseload", NURSE))
        assert (await after.send(sending.at, 700_000, LARGE[700_000:])).status_code == 204
        photo = await after.by.get(f"/v1/photos/{sending.told['photo_id']}")
        assert photo.json()["sha256"] == sha256(LARGE)


async def test_of_two_at_one_offset_one_wins(wound: Wounded) -> None:
    sending = await begun(wound, LARGE)
    answers = await asyncio.gather(*(sending.send(0, 300_000) for _ in range(4)))
    assert sorted(one.status_code for one in answers) == [204, 409, 409, 409]
    assert await sending.offset() == 300_000
    ends = await asyncio.gather(*(sending.send(300_000) for _ in range(3)))
    assert sorted(one.status_code for one in ends) == [204, 409, 409]
    assert [one["id"] for one in await sending.photos()] == [sending.told["photo_id"]]


async def test_who_comes_for_the_pieces_when_another_has_made_the_photo_of_them_is_told_so(
    wound: Wounded, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And not that the photo is lost."""
    sending = await begun(wound, LARGE)
    await sending.send(0, 300_000)
    store = wound.caseload.apps["caseload"].state.photos
    get, first = store.get, []

    async def late(key: str) -> bytes:
        monkeypatch.setattr(store, "get", get)
        first.append(await sending.send(300_000))
        content: bytes = await get(key)
        return content

    monkeypatch.setattr(store, "get", late)
    answer = await sending.send(300_000)
    assert [one.status_code for one in first] == [204]
    assert (answer.status_code, answer.json()["code"]) == (409, "offset_wrong")
    assert [one["id"] for one in await sending.photos()] == [sending.told["photo_id"]]


async def test_a_piece_that_is_lost_is_the_stores_fault(wound: Wounded) -> None:
    sending = await begun(wound, LARGE)
    await sending.send(0, 300_000)
    (piece,) = wound.kept()
    piece.unlink()
    answer = await sending.send(300_000)
    assert (answer.status_code, await sending.offset()) == (503, 300_000)


async def test_a_long_body_is_kept_piece_by_piece_as_it_comes(wound: Wounded) -> None:
    """So a process that is killed loses no more than the last piece."""
    sending, seen = await begun(wound, LARGE), []

    async def slowly() -> AsyncIterator[bytes]:
        for start in range(0, 900_000, 60_000):
            yield LARGE[start : start + 60_000]
            seen.append(await sending.offset())

    answer = await sending.sender.send(sending.at, 0, slowly())
    assert (answer.status_code, answer.headers["upload-offset"]) == (204, "900000")
    assert seen == sorted(seen)
    assert len(set(seen)) > 3


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
async def test_a_part_with_its_checksum_is_kept_when_it_is_right(wound: Wounded, algorithm: str) -> None:
    sending = await begun(wound, LARGE)
    right = hashlib.new(algorithm, LARGE[:500_000]).digest()
    wrong = await sending.send(0, 400_000, Upload_Checksum=f"{algorithm} {base64(right)}")
    assert (wrong.status_code, wrong.json()["code"]) == (460, "checksum_mismatch")
    assert (await sending.offset(), wound.kept()) == (0, [])
    answer = await sending.send(0, 500_000, Upload_Checksum=f"{algorithm} {base64(right)}")
    assert (answer.status_code, await sending.offset()) == (204, 500_000)


async def test_an_ended_upload_leaves_nothing(wound: Wounded) -> None:
    sending = await begun(wound, LARGE)
    await sending.send(0, 400_000)
    assert len(wound.kept()) == 1
    assert (await sending.sender.end(sending.at)).status_code == 204
    assert wound.kept() == []
    for answer in (
        await sending.sender.look(sending.at),
        await sending.send(400_000),
        await sending.sender.end(sending.at),
    ):
        assert (answer.status_code, answer.json()["code"]) == (410, "upload_gone")
        assert "upload-offset" not in answer.headers


async def test_a_photo_stays_when_its_upload_is_ended(wound: Wounded) -> None:
    sending = await begun(wound, a_jpeg())
    await sending.send(0)
    assert (await sending.sender.end(sending.at)).status_code == 204
    assert len(await sending.photos()) == 1


async def test_a_nurse_s_two_devices_each_send_their_own(wound: Wounded) -> None:
    """What both have is attached once."""
    content, told = a_jpeg(), told_of(wound.wound_id, a_jpeg())
    one, other = Sender(wound.client.nurse), Sender(wound.client.nurse, SPOKEN | {"Device-Id": new_id()})
    first, second = await one.begin(told, len(content)), await other.begin(told, len(content))
    assert first.headers["location"] != second.headers["location"]
    assert (await one.send(f"/v1/{first.headers['location']}", 0, content)).status_code == 204
    assert (await other.send(f"/v1/{second.headers['location']}", 0, content)).status_code == 204
    record = (await wound.client.nurse.get(f"/v1/clients/{wound.client.client_id}")).json()
    assert len(record["photo"]) == 1
