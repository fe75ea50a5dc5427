"""A photo comes in pieces through the door itself, over sockets that are really cut."""

import asyncio
import json
import socket
import struct
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from demo.servers.http import serving
from gateway.guarded import Bounds, guarded
from gateway.main import create_app
from gateway.settings import GatewaySettings
from tests.caseload.photographs import WHERE, Wounded, sha256, wounded
from tests.caseload.uploading import SPOKEN, STREAM, a_large_jpeg, metadata, told_of
from tests.gateway.raw import Answer, Reader, request
from tests.running import NURSE, Databases, until
from tests.signing import CLIENT_KEY

PHOTO = a_large_jpeg(1600)
CUT = len(PHOTO) * 6 // 10
AT = "/caseload/v1/uploads"
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


@dataclass
class Way:
    """From a tablet to the record: the guarded door, and a service at its own address behind it."""

    wound: Wounded
    port: int
    token: str

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port)

    def lines(self, **more: Any) -> list[str]:
        named = {**SPOKEN, "Authorization": f"Bearer {self.token}", **more}
        return [f"{name.replace('_', '-')}: {value}" for name, value in named.items()]

    async def ask(self, line: str, body: bytes = b"", **more: Any) -> Answer:
        """One request on a connection of its own."""
        told = {"Content-Length": len(body), "Connection": "close", **more}
        reader, writer = await self.connect()
        writer.write(request(f"{line} HTTP/1.1", *self.lines(**told), body=body))
        found, came = Reader(), await reader.read()
        if line.startswith("HEAD"):
            # A parser waits for the body that HEAD has not.
            came = came.replace(b"content-length", b"x-length", 1) + b"\r\n"
            assert came.partition(b"\r\n\r\n")[2] == b"\r\n"
        found.feed(came)
        writer.close()
        (answer,) = found.answers
        return answer

    async def begin(self, told: dict[str, str], length: int, **more: Any) -> Answer:
        return await self.ask(f"POST {AT}", Upload_Length=length, Upload_Metadata=metadata(**told), **more)

    async def cut(self, at: str, offset: int, until_byte: int, *, reset: bool = True, pause: float = 0.5) -> None:
        """Announce the whole rest, send a part of it, and hang up."""
        reader, writer = await self.connect()
        head = {"Upload_Offset": offset, "Content-Length": len(PHOTO) - offset, **STREAM}
        writer.write(request(f"PATCH {at} HTTP/1.1", *self.lines(**head), body=PHOTO[offset:until_byte]))
        try:
            await writer.drain()
            await asyncio.sleep(pause)
        finally:
            if reset:
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
            writer.close()

    async def offset(self, at: str) -> int:
        answer = await self.ask(f"HEAD {at}")
        assert answer.status == 200
        return int(answer.headers["upload-offset"])

    async def photos(self) -> list[Any]:
        record = await self.wound.client.nurse.get(f"/v1/clients/{self.wound.client.client_id}")
        found: list[Any] = record.json()["photo"]
        return found


@asynccontextmanager
async def opened(databases: Databases, folder: Path, **bounds: Any) -> AsyncIterator[Way]:
    async with wounded(databases, folder) as wound:
        app, issuer = wound.caseload.apps["caseload"], wound.caseload.issuer
        async with serving(app, lifespan=False) as caseload, serving(issuer.app(), lifespan=False) as identity:
            peers = {"caseload": caseload, "identity": identity}
            settings = GatewaySettings(app_env="test", client_key=CLIENT_KEY, peers=peers, silence_seconds=3)
            door = serving(create_app(settings), protocol=guarded(Bounds(**bounds)))
            async with door as url:
                yield Way(wound, int(url.rpartition(":")[2]), issuer.token(str(NURSE), "nurse"))


@pytest.fixture
async def way(databases: Databases, tmp_path: Path) -> AsyncIterator[Way]:
    async with opened(databases, tmp_path / "photos") as made:
        yield made


async def begun(way: Way) -> str:
    answer = await way.begin(told_of(way.wound.wound_id, PHOTO), len(PHOTO))
    assert answer.status == 201, answer.body
    return f"/caseload/v1/{answer.headers['location']}"


@pytest.mark.parametrize("reset", [True, False], ids=["reset", "hung up"])
async def test_what_arrived_before_the_line_was_cut_is_kept(way: Way, reset: bool) -> None:
    """Mission, J1 step 6, over a real socket: cut at 60 %, gone on with from the byte that HEAD tells."""
    at = await begun(way)
    await way.cut(at, 0, CUT, reset=reset)
    await until(lambda: _is_at(way, at, CUT))
    await way.cut(at, CUT, CUT + 50_000, reset=reset)
    await until(lambda: _is_at(way, at, CUT + 50_000))
    rest = PHOTO[CUT + 50_000 :]
    last = await way.ask(f"PATCH {at}", rest, Upload_Offset=CUT + 50_000, **STREAM)
    assert (last.status, last.headers["upload-offset"]) == (204, str(len(PHOTO)))
    assert last.headers["tus-resumable"] == "1.0.0"
    (photo,) = await way.photos()
    assert photo["sha256"] == sha256(PHOTO)
    assert WHERE.encode() not in (await way.wound.picture(photo["id"])).content


async def _is_at(way: Way, at: str, byte: int) -> bool:
    return await way.offset(at) == byte


async def test_a_line_that_falls_silent_is_given_up_and_what_came_is_kept(databases: Databases, tmp_path: Path) -> None:
    async with opened(databases, tmp_path / "photos", body_seconds=1, slow_bytes_per_second=10**9) as way:
        at = await begun(way)
        hanging = asyncio.create_task(way.cut(at, 0, CUT, pause=30))
        await until(lambda: _is_at(way, at, CUT))
        hanging.cancel()
        await asyncio.gather(hanging, return_exceptions=True)


async def test_a_line_of_two_kilobytes_a_second_is_waited_for(way: Way) -> None:
    """Longer than any other body gets, and than the door waits for a service."""
    at = await begun(way)
    reader, writer = await way.connect()
    head = {"Upload_Offset": 0, "Content-Length": 16_000, "Connection": "close", **STREAM}
    writer.write(request(f"PATCH {at} HTTP/1.1", *way.lines(**head)))
    for start in range(0, 16_000, 1000):
        writer.write(PHOTO[start : start + 1000])
        await asyncio.sleep(0.5)
    assert (await reader.read()).startswith(b"HTTP/1.1 204 ")
    assert await way.offset(at) == 16_000
    writer.close()


async def test_the_door_passes_on_what_tus_asks(way: Way) -> None:
    told = await way.ask(f"OPTIONS {AT}")
    assert (told.status, told.headers["tus-version"], told.headers["tus-max-size"]) == (204, "1.0.0", "5000000")
    assert (await way.ask("OPTIONS /caseload/v1/clients")).status == 405
    at = await begun(way)
    by_post = await way.ask(
        f"POST {at}", PHOTO[:1000], Upload_Offset=0, **STREAM, **{"X-HTTP-Method-Override": "PATCH"}
    )
    assert (by_post.status, by_post.headers["upload-offset"]) == (204, "1000")
    assert (await way.ask(f"POST {at}", **{"X-HTTP-Method-Override": "DELETE"})).status == 204
    assert (await way.ask(f"HEAD {at}")).status == 410
    elsewhere = f"/caseload/v1/clients/{way.wound.client.client_id}"
    assert (await way.ask(f"POST {elsewhere}", **{"X-HTTP-Method-Override": "DELETE"})).status == 405


async def test_what_is_too_large_is_refused_before_it_comes(way: Way) -> None:
    told = await way.begin(told_of(way.wound.wound_id, PHOTO), 200_000_000)
    assert (told.status, told.code) == (413, "upload_too_large")
    at = await begun(way)
    more = await way.ask(f"PATCH {at}", Upload_Offset=0, **STREAM | {"Content-Length": "200000000"})
    assert (more.status, more.code) == (413, "file_too_large")


async def test_nobody_gets_in_without_a_token(way: Way) -> None:
    at, way.token = await begun(way), "a.b.c"
    for line in (f"POST {AT}", f"HEAD {at}", f"PATCH {at}", f"DELETE {at}", f"OPTIONS {AT}"):
        assert (await way.ask(line)).status == 401


# What knows nothing of us, in a process of its own: the tus project's client.
CLIENT = """
import json, sys
from tusclient.client import TusClient
at, headers, file, metadata, options = map(json.loads, sys.argv[1:])
uploader = TusClient(at, headers=headers).uploader(file, metadata=metadata, **options)
uploader.upload()
print(uploader.offset)
"""


async def uploaded(way: Way, port: int, folder: Path, told: dict[str, str], **options: Any) -> None:
    file, at = folder / "photo.jpg", f"http://127.0.0.1:{port}{AT}"
    file.write_bytes(PHOTO)
    headers = {"Authorization": f"Bearer {way.token}", "Device-Id": SPOKEN["Device-Id"]}
    sent = [json.dumps(one) for one in (at, headers, str(file), told, options)]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", CLIENT, *sent, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    said, failed = await process.communicate()
    assert said.decode().strip() == str(len(PHOTO)), failed.decode()[-2000:]


@dataclass
class Cutting:
    """A line that is cut after so many bytes, as often as there are numbers, and then holds."""

    port: int
    cuts: list[int]

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers, beyond = await asyncio.open_connection("127.0.0.1", self.port)
        back, passed = asyncio.create_task(_pour(answers, writer)), 0
        while chunk := await reader.read(20_000):
            beyond.write(chunk)
            await beyond.drain()
            passed += len(chunk)
            if self.cuts and passed > self.cuts[0]:
                self.cuts.pop(0)
                await asyncio.sleep(0.3)
                break
        back.cancel()
        for one in (beyond, writer):
            one.close()


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while chunk := await reader.read(20_000):
        writer.write(chunk)


async def test_the_tus_project_s_client_uploads_a_photo_over_a_line_that_is_cut(way: Way, tmp_path: Path) -> None:
    told, line = told_of(way.wound.wound_id, PHOTO), Cutting(way.port, [CUT, 90_000])
    async with await asyncio.start_server(line.carry, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        await uploaded(way, port, tmp_path, told, retries=5, retry_delay=1)
    assert line.cuts == []
    (photo,) = await way.photos()
    assert (photo["id"], photo["sha256"]) == (told["photo_id"], sha256(PHOTO))


async def test_the_tus_project_s_client_sends_parts_with_checksums(way: Way, tmp_path: Path) -> None:
    told = told_of(way.wound.wound_id, PHOTO)
    await uploaded(way, way.port, tmp_path, told, chunk_size=500_000, upload_checksum=True)
    assert [one["sha256"] for one in await way.photos()] == [sha256(PHOTO)]
