"""One suite for both places where photos are kept: a folder, and a store that speaks S3."""

import asyncio
import urllib.request
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from moto.server import ThreadedMotoServer

from services.caseload.domain.photo import NoPhotoStore, PhotoLost, PhotoStoreAway
from services.caseload.partners.photo_store import KeptObjects, PhotoStore, opened
from services.caseload.settings import CaseloadSettings
from services.caseload.usecases import photos
from services.common.settings import ServiceSettings
from tests.caseload.photographs import Wounded, a_jpeg, a_picture, refused, wounded
from tests.caseload.uploading import a_large_jpeg, begun
from tests.running import Databases

NOBODYS = "http://127.0.0.1:9"
SIGNED = {"photo_store_key_id": "key", "photo_store_secret": "secret"}
TODAY = f"{datetime.now(UTC).date()}"


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


@pytest.fixture(params=["folder", "s3"])
def own(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, Any]:
    """The settings of each kind of store, which is empty."""
    if request.param == "folder":
        return {"photo_store": (tmp_path / "photos").as_uri()}
    endpoint, bucket = request.getfixturevalue("s3"), f"b{tmp_path.name.replace('_', '-').lower()}"[:60].strip("-")
    urllib.request.urlopen(urllib.request.Request(f"{endpoint}/{bucket}", method="PUT")).close()
    return {"photo_store": f"s3://{bucket}/caseload", "photo_store_endpoint": endpoint, **SIGNED}


@pytest.fixture
def store(own: dict[str, Any]) -> PhotoStore:
    return opened(CaseloadSettings(app_env="test", **own))


@pytest.fixture
async def wound(databases: Databases, tmp_path: Path, own: dict[str, Any]) -> AsyncIterator[Wounded]:
    async with wounded(databases, tmp_path / "photos", **own) as made:
        yield made


async def places(store: PhotoStore, after: str = "0") -> list[str]:
    return sorted([place async for some in store.after(after) for place, _ in some])


async def test_what_is_put_is_got_letter_for_letter(store: PhotoStore) -> None:
    content = bytes(range(256)) * 12_000
    await store.put("2026-11-04/a", content)
    assert await store.get("2026-11-04/a") == content


async def test_what_is_not_there_is_lost(store: PhotoStore) -> None:
    with pytest.raises(PhotoLost):
        await store.get("2026-11-04/a")


async def test_what_is_removed_is_gone_and_may_be_removed_again(store: PhotoStore) -> None:
    for place in ("2026-11-04/a", "2026-11-04/b"):
        await store.put(place, b"1")
    for _ in range(2):
        await store.remove(["2026-11-04/a", "2026-11-04/never"])
    assert await places(store) == ["2026-11-04/b"]


async def test_places_are_told_from_a_day_on_with_when_they_were_put(store: PhotoStore) -> None:
    assert await places(store) == []
    for place in ("2026-11-03/a", "2026-11-04/a", "2026-11-05/a"):
        await store.put(place, b"1")
    assert await places(store, "2026-11-04") == ["2026-11-04/a", "2026-11-05/a"]
    (some,) = [some async for some in store.after("2026-11-05")]
    ((_, put_at),) = some
    assert abs(put_at - datetime.now(UTC)) < timedelta(minutes=1)


async def test_a_photo_goes_there_and_back(wound: Wounded, store: PhotoStore) -> None:
    photo = (await wound.send(a_jpeg())).json()
    assert len(await places(store)) == 1
    shown = await wound.picture(photo["id"])
    assert (shown.status_code, len(shown.content)) == (200, photo["size_bytes"])


async def test_a_photo_in_pieces_goes_there_and_back(wound: Wounded, store: PhotoStore) -> None:
    """Smaller ones than S3 takes in an upload of its own."""
    content = a_large_jpeg()
    sending = await begun(wound, content)
    for start in range(0, 900_000, 300_000):
        await sending.send(start, start + 300_000)
    assert len(await places(store)) == 3
    assert (await sending.send(900_000)).status_code == 204
    (place,) = await places(store)
    assert (await wound.picture(sending.told["photo_id"])).content == await store.get(place)


async def test_a_photo_that_was_altered_or_lost_where_it_is_kept_is_not_shown(
    wound: Wounded, store: PhotoStore
) -> None:
    photo = (await wound.send(a_jpeg())).json()
    (place,) = await places(store)
    await store.put(place, a_jpeg(a_picture(30, 30)))
    refused(await wound.picture(photo["id"]), 503, "photo_lost", "")
    await store.remove([place])
    refused(await wound.picture(photo["id"]), 503, "photo_lost", "")


async def test_only_what_nobody_wrote_down_is_swept_and_only_after_a_day(wound: Wounded, store: PhotoStore) -> None:
    await wound.send(a_jpeg())
    (written,) = await places(store)
    await store.put(f"{TODAY}/orphan", b"1")
    database, now = wound.caseload.databases["caseload"], datetime.now(UTC)
    assert await photos.sweep(database, store, now) == 0
    assert len(await places(store)) == 2
    assert await photos.sweep(database, store, now + timedelta(days=2)) == 1
    assert await places(store) == [written]


async def test_many_are_swept_in_one_go(wound: Wounded, store: PhotoStore) -> None:
    await asyncio.gather(*(store.put(f"{TODAY}/{number}", b"1") for number in range(120)))
    later = datetime.now(UTC) + timedelta(days=2)
    assert await photos.sweep(wound.caseload.databases["caseload"], store, later) == 120
    assert await places(store) == []


async def test_a_store_that_is_away_keeps_nothing_and_says_so(databases: Databases, tmp_path: Path) -> None:
    own = {"photo_store": "s3://photos", "photo_store_endpoint": NOBODYS, **SIGNED}
    async with wounded(databases, tmp_path, **own) as wound:
        answer = await wound.send(a_jpeg(), key="k-1")
        refused(answer, 503, "photo_store_away", "")
        assert "127.0.0.1" not in answer.text
        record = (await wound.client.nurse.get(f"/v1/clients/{wound.client.client_id}")).json()
        assert record["photo"] == []


async def test_a_folder_that_nobody_may_write_to_is_a_store_that_is_away(tmp_path: Path) -> None:
    store = opened(CaseloadSettings(app_env="test", photo_store=(tmp_path / "photos").as_uri()))
    (tmp_path / "photos" / "2026-11-04").touch()
    with pytest.raises(PhotoStoreAway):
        await store.put("2026-11-04/a", b"1")


async def test_without_a_store_everything_else_works(databases: Databases, tmp_path: Path) -> None:
    async with wounded(databases, tmp_path, photo_store="") as wound:
        refused(await wound.send(a_jpeg()), 503, "no_photo_store", "")
        assert (await wound.client.nurse.get(f"/v1/wounds/{wound.wound_id}")).status_code == 200


async def test_no_store_is_asked_for_nothing() -> None:
    store = opened(ServiceSettings(app_env="test"))
    for asked in (store.put("a", b"1"), store.get("a"), store.remove(["a"])):
        with pytest.raises(NoPhotoStore):
            await asked
    assert await places(store) == []


@pytest.mark.parametrize("named", ["photos", "http://photos", "s3://", "gs://photos"])
def test_a_store_that_cannot_be_understood_stops_the_start(named: str) -> None:
    with pytest.raises(ValueError, match="CONFIG_PHOTO_STORE"):
        opened(CaseloadSettings(app_env="test", photo_store=named))


async def test_in_production_nothing_travels_in_the_clear() -> None:
    plain = CaseloadSettings(photo_store="s3://photos", photo_store_endpoint=NOBODYS, **SIGNED)
    store = opened(plain)
    assert isinstance(store, KeptObjects)
    with pytest.raises(PhotoStoreAway):
        await store.put("a", b"1")


def test_the_secret_is_in_no_text_of_the_settings() -> None:
    assert "secret" not in repr(CaseloadSettings(app_env="test", **SIGNED)).replace("photo_store_secret", "")
