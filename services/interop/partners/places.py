"""Where files for a partner lie, or from one: a folder of this machine's, or one on an SFTP server."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Protocol, TypeVar

import asyncssh

from services.common.outside import checked
from services.interop.domain.adapter import SFTP

# It tells of every connection and every file.
logging.getLogger("asyncssh").setLevel(logging.WARNING)

CONNECT_SECONDS, FILE_SECONDS = 10, 15
MOST_BYTES = 2**24
DEFAULT_PORT = 22
FoundT = TypeVar("FoundT")


class TooLarge(ValueError):
    """A file larger than anybody leaves is not read into memory. `size` is in bytes."""

    def __init__(self, size: int) -> None:
        super().__init__("too large")
        self.size = size


class Place(Protocol):
    """Folders `out`, `in`, `done` and `rejects`. Names have no folder in them."""

    async def names(self, folder: str) -> list[str]: ...

    async def read(self, folder: str, name: str) -> bytes:
        """Raises `TooLarge`, or what the network or the disk does: `FileNotFoundError` where it is not there."""
        ...

    async def write(self, folder: str, name: str, content: bytes) -> None:
        """Whole or not at all: as `.part` first, and by its name when it is there. The same name is written over."""
        ...

    async def move(self, name: str, source: str, target: str) -> None:
        """Raises what the network or the disk does: `FileNotFoundError` where it is not there."""
        ...


@cache
def _thread_for(root: Path) -> ThreadPoolExecutor:
    """One for each folder: a share whose server has gone keeps the thread that asks it, which cannot be ended."""
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="partner-folder")


class Disk:
    """A folder of this machine's, such as a share that the partner mounts. Raises `TimeoutError` or `OSError`."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def names(self, folder: str) -> list[str]:
        return await self._asked(lambda: sorted(one.name for one in self._in(folder).iterdir() if _is_own(one)))

    async def read(self, folder: str, name: str) -> bytes:
        def whole() -> bytes:
            path = self._in(folder) / name
            if (size := path.stat().st_size) > MOST_BYTES:
                raise TooLarge(size)
            return path.read_bytes()

        return await self._asked(whole)

    async def write(self, folder: str, name: str, content: bytes) -> None:
        def both() -> None:
            part = self._in(folder) / f"{name}.part"
            part.write_bytes(content)
            part.replace(self._in(folder) / name)

        await self._asked(both)

    async def move(self, name: str, source: str, target: str) -> None:
        await self._asked(lambda: (self._in(source) / name).replace(self._in(target) / name))

    async def _asked(self, ask: Callable[[], FoundT]) -> FoundT:
        async with asyncio.timeout(FILE_SECONDS):
            return await asyncio.get_running_loop().run_in_executor(_thread_for(self._root), ask)

    def _in(self, folder: str) -> Path:
        made = self._root / folder
        made.mkdir(parents=True, exist_ok=True)
        return made


def _is_own(path: Path) -> bool:
    """A link may lead to any file of this machine's, so that none is followed."""
    return path.is_file() and not path.is_symlink()


class Sftp:
    """A folder on the partner's server: known by its pinned key, connected to at the very address that was checked."""

    def __init__(self, url: str, host_key: str, key: str, hosts_inside: Collection[str]) -> None:
        at = SFTP.fullmatch(url)
        if at is None:
            raise ValueError("not an address of SFTP")
        self._user, self._host, self._root = at["user"], at["host"], at["path"] or "."
        self._port = int(at["port"] or DEFAULT_PORT)
        self._host_key, self._key, self._hosts_inside = host_key, key, hosts_inside

    @asynccontextmanager
    async def _open(self, folder: str) -> AsyncIterator[tuple[asyncssh.SFTPClient, str]]:
        """Raises `TimeoutError`, `OSError`, of it `FileNotFoundError` as a disk does, or `asyncssh.Error`."""
        async with asyncio.timeout(FILE_SECONDS):
            is_inside = self._host.lower() in self._hosts_inside
            where = self._host if is_inside else await checked(self._host, self._port)
            connecting = asyncssh.connect(
                where,
                self._port,
                username=self._user,
                client_keys=[asyncssh.import_private_key(self._key)],
                known_hosts=([asyncssh.import_public_key(self._host_key)], [], []),
                config=None,
                agent_path=None,
                preferred_auth="publickey",
                connect_timeout=CONNECT_SECONDS,
            )
            async with connecting as connection, connection.start_sftp_client() as sftp:
                path = f"{self._root}/{folder}"
                await sftp.makedirs(path, exist_ok=True)
                try:
                    yield sftp, path
                except asyncssh.SFTPNoSuchFile as error:
                    raise FileNotFoundError from error

    async def names(self, folder: str) -> list[str]:
        async with self._open(folder) as (sftp, path):
            return sorted(str(name) for name in await sftp.listdir(path) if str(name) not in (".", ".."))

    async def read(self, folder: str, name: str) -> bytes:
        async with self._open(folder) as (sftp, path):
            if (size := (await sftp.stat(f"{path}/{name}")).size or 0) > MOST_BYTES:
                raise TooLarge(size)
            async with sftp.open(f"{path}/{name}", "rb") as file:
                whole: bytes = await file.read(MOST_BYTES)
                return whole

    async def write(self, folder: str, name: str, content: bytes) -> None:
        async with self._open(folder) as (sftp, path):
            async with sftp.open(f"{path}/{name}.part", "wb") as file:
                await file.write(content)
            await _renamed(sftp, f"{path}/{name}.part", f"{path}/{name}")

    async def move(self, name: str, source: str, target: str) -> None:
        async with self._open(target) as (sftp, path):
            await _renamed(sftp, f"{self._root}/{source}/{name}", f"{path}/{name}")


async def _renamed(sftp: asyncssh.SFTPClient, source: str, target: str) -> None:
    """In one step where the server knows how (OpenSSH does); otherwise what stands in the way goes first."""
    try:
        await sftp.posix_rename(source, target)
    except asyncssh.SFTPOpUnsupported:
        with contextlib.suppress(asyncssh.SFTPNoSuchFile):
            await sftp.remove(target)
        await sftp.rename(source, target)
