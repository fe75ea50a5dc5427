"""Photos of wounds: attached once, cleaned of what the camera wrote, and seen by whoever may see the record."""

import asyncio
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from uuid import UUID

import pytest
from PIL import Image

from tests.caseload.photographs import (
    BLUE,
    CAMERA,
    COMMENT,
    RED,
    TURNED_LEFT,
    WHERE,
    Wounded,
    a_jpeg,
    a_picture,
    a_png,
    another_profile,
    refused,
    sha256,
    wounded,
)
from tests.caseload.story import new_id
from tests.caseload.world import MEASURED, an_emergency
from tests.common.audited import newest, trail
from tests.running import DEPUTY, NURSE, STRANGER, Databases

NEAR = 12


@pytest.fixture
async def wound(databases: Databases, tmp_path: Path) -> AsyncIterator[Wounded]:
    async with wounded(databases, tmp_path / "photos") as made:
        yield made


def is_near(found: object, wanted: tuple[int, int, int]) -> bool:
    assert isinstance(found, tuple)
    return all(abs(one - other) < NEAR for one, other in zip(found, wanted, strict=True))


async def test_a_photo_reaches_the_record_by_its_id(wound: Wounded) -> None:
    sent = a_jpeg()
    await wound.client.post(f"/v1/wounds/{wound.wound_id}/measurements", {"id": new_id(), **MEASURED})
    answer = await wound.send(sent)
    assert answer.status_code == 201, answer.text
    photo = answer.json()
    assert (photo["wound_id"], photo["client_id"]) == (wound.wound_id, wound.client.client_id)
    assert (photo["sha256"], photo["width"], photo["height"]) == (sha256(sent), 60, 40)
    assert (photo["added_by"], photo["agreed_how"]) == (str(NURSE), "in_person")
    record = (await wound.client.nurse.get(f"/v1/clients/{wound.client.client_id}")).json()
    assert record["photo"] == [photo]
    assert [one["area_mm2"] for one in record["measurements"]] == [48 * 30]
    told = await wound.client.nurse.get(f"/v1/photos/{photo['id']}")
    assert (told.json(), told.headers["etag"]) == (photo, '"1"')


async def test_a_picture_is_shown_as_a_jpeg_that_nobody_keeps(wound: Wounded) -> None:
    photo = (await wound.send(a_png(), kind="image/png")).json()
    shown = await wound.picture(photo["id"])
    assert shown.status_code == 200
    assert shown.headers["content-type"] == "image/jpeg"
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert shown.headers["cache-control"] == "no-store"
    assert len(shown.content) == photo["size_bytes"] == int(shown.headers["content-length"])
    seen = Image.open(BytesIO(shown.content))
    assert (seen.format, seen.size) == ("JPEG", (60, 40))


@pytest.mark.parametrize(("content", "kind"), [(a_jpeg(), "image/jpeg"), (a_png(), "image/png")])
async def test_what_the_camera_wrote_beside_the_picture_is_not_kept(wound: Wounded, content: bytes, kind: str) -> None:
    assert any(mark in content for mark in (WHERE.encode(), CAMERA.encode(), COMMENT))
    photo = (await wound.send(content, kind=kind)).json()
    (kept,) = (path.read_bytes() for path in wound.kept())
    assert (await wound.picture(photo["id"])).content == kept
    assert not any(mark in kept for mark in (WHERE.encode(), CAMERA.encode(), COMMENT, b"Exif", b"ICC_PROFILE"))
    seen = Image.open(BytesIO(kept))
    assert not seen.getexif()
    assert not {"exif", "comment", "icc_profile", "xmp", "photoshop"} & set(seen.info)


async def test_a_picture_is_kept_upright(wound: Wounded) -> None:
    photo = (await wound.send(a_jpeg(orientation=TURNED_LEFT))).json()
    assert (photo["width"], photo["height"]) == (40, 60)
    seen = Image.open(BytesIO((await wound.picture(photo["id"])).content))
    assert is_near(seen.getpixel((2, 30)), RED)
    assert is_near(seen.getpixel((37, 30)), BLUE)


async def test_colours_stay_what_they_were_without_their_profile(wound: Wounded) -> None:
    """A wound's colour says how it heals."""
    photo = (await wound.send(a_jpeg(icc_profile=another_profile()))).json()
    seen = Image.open(BytesIO((await wound.picture(photo["id"])).content))
    red, green, blue = RED
    assert is_near(seen.getpixel((30, 5)), (blue, green, red))


async def test_a_profile_that_cannot_be_read_is_left_out(wound: Wounded) -> None:
    photo = (await wound.send(a_jpeg(icc_profile=b"nonsense" * 20))).json()
    seen = Image.open(BytesIO((await wound.picture(photo["id"])).content))
    assert is_near(seen.getpixel((30, 5)), RED)


async def test_the_same_request_again_gets_the_same_answer(wound: Wounded) -> None:
    sent, told = a_jpeg(), {"id": new_id(), "key": "k-1"}
    first, again = await wound.send(sent, **told), await wound.send(sent, **told)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["idempotency-replayed"] == "true"
    assert len(wound.kept()) == 1


async def test_the_same_photo_with_another_key_gets_the_same_answer(wound: Wounded) -> None:
    sent, photo_id = a_jpeg(), new_id()
    first, again = await wound.send(sent, id=photo_id), await wound.send(sent, id=photo_id)
    assert (again.status_code, again.json()) == (201, first.json())
    assert "idempotency-replayed" not in again.headers
    assert len(wound.kept()) == 1


async def test_the_same_photo_sent_at_once_is_attached_once(wound: Wounded) -> None:
    sent, photo_id = a_jpeg(), new_id()
    answers = await asyncio.gather(*(wound.send(sent, id=photo_id) for _ in range(4)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    record = (await wound.client.nurse.get(f"/v1/clients/{wound.client.client_id}")).json()
    assert [one["id"] for one in record["photo"]] == [photo_id]


async def test_an_id_is_one_photo_s(wound: Wounded) -> None:
    photo_id = new_id()
    await wound.send(a_jpeg(), id=photo_id)
    other = await wound.send(a_jpeg(a_picture(30, 30)), id=photo_id)
    refused(other, 409, "already_recorded", "/body/id")
    assert len(wound.kept()) == 1


async def test_another_team_s_nurse_is_told_of_no_photo(wound: Wounded) -> None:
    photo = (await wound.send(a_jpeg())).json()
    stranger = await wound.caseload.client("caseload", STRANGER)
    for at in (f"/v1/photos/{photo['id']}", f"/v1/photos/{photo['id']}/picture"):
        theirs, absent = await stranger.get(at), await stranger.get(at.replace(photo["id"], new_id()))
        refused(theirs, 404, "not_found", "/path")
        assert theirs.json() | {"instance": ""} == absent.json() | {"instance": ""}
    refused(await wound.send(a_jpeg(), by=stranger), 404, "not_found", "/path")
    assert len(wound.kept()) == 1
    assert (await wound.picture(photo["id"], await wound.caseload.client("caseload", DEPUTY))).status_code == 200


@pytest.mark.parametrize("persona", ["social_worker", "coach", "service", "council", "hr", "steering"])
async def test_guests_and_the_people_around_the_team_see_no_photo(wound: Wounded, persona: str) -> None:
    photo = (await wound.send(a_jpeg())).json()
    other = await wound.caseload.client("caseload", NURSE, persona)
    refused(await wound.picture(photo["id"], other), 403, "forbidden", "/header/Authorization")
    refused(await wound.send(a_jpeg(), by=other), 403, "forbidden", "/header/Authorization")


async def test_nobody_sends_or_sees_a_photo_unless_signed_in(wound: Wounded) -> None:
    nobody = await wound.caseload.client("caseload", None)
    assert (await wound.send(a_jpeg(), by=nobody)).status_code == 401
    assert (await wound.picture(new_id(), nobody)).status_code == 401
    assert wound.kept() == []


async def test_a_photo_is_seen_through_broken_glass(wound: Wounded) -> None:
    photo = (await wound.send(a_jpeg())).json()
    stranger = await wound.caseload.client("caseload", STRANGER)
    emergency = an_emergency(client_id=wound.client.client_id)
    assert (await stranger.post("/v1/break-glass", json=emergency)).status_code == 201
    at, glass = f"/v1/photos/{photo['id']}/picture", {"Break-Glass": emergency["id"]}
    assert (await stranger.get(at, headers=glass)).status_code == 200
    assert (await newest(wound.caseload.databases["caseload"])).purpose == "BTG"


async def test_each_look_is_on_record(wound: Wounded) -> None:
    photo = (await wound.send(a_jpeg())).json()
    database = wound.caseload.databases["caseload"]
    attached = await newest(database)
    assert (attached.action, attached.entity_type, attached.entity_id) == ("C", "photo", UUID(photo["id"]))
    before = len(await trail(database))
    for _ in range(2):
        await wound.picture(photo["id"])
    looks = (await trail(database))[before:]
    assert [one.operation for one in looks] == ["GET /v1/photos/{photo_id}/picture"] * 2
    assert {one.entity_id for one in looks} == {UUID(photo["id"])}
    assert {tuple(one.client_ids) for one in looks} == {(UUID(wound.client.client_id),)}
