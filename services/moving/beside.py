"""The files that a service keeps beside its database: put into an export, and back into a store."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

from pydantic import TypeAdapter, ValidationError

from services.common.errors import ServiceError
from services.common.files import FileStore
from services.common.service import Service
from services.moving.manifest import Part, Refused, ServicePart, Sha256, Sum, file_path, index_path, private


class Kept(NamedTuple):
    """A line of the index."""

    key: str
    size: int
    sha256: Sha256


LINE = TypeAdapter(Kept)


async def put_away(service: Service, folder: Path) -> Part | None:
    """Each file under its sum, and an index of them; None where a service keeps none. Raises `Refused`."""
    if service.beside is None:
        return None
    store, total = service.beside(service.settings()), Sum()
    (folder / service.name / "files").mkdir(mode=0o700)
    with private(index_path(folder, service.name)).open("wb") as index:
        async for key in _keys(service.name, store):
            content = Sum()
            content.add(held := await store.get(key))
            kept = Kept(key, len(held), content.part().sha256)
            private(file_path(folder, service.name, kept.sha256)).write_bytes(held)
            line = json.dumps(kept._asdict()).encode() + b"\n"
            total.add(line)
            index.write(line)
    return total.part()


async def _keys(service: str, store: FileStore) -> AsyncIterator[str]:
    try:
        async for some in store.after(""):
            for key, _ in some:
                yield key
    except ServiceError as error:
        raise Refused(f"the files of {service} cannot be reached ({error.code()})") from error


def check_all(service: Service, folder: Path) -> None:
    """Read every file that the index names. Raises `Refused` where one is missing, cut off or damaged."""
    for one in _indexed(service.name, folder):
        path = file_path(folder, service.name, one.sha256)
        if not path.is_file() or path.stat().st_size != one.size:
            raise Refused(f"{path} is missing or cut off: the export is incomplete; fetch it again")
        content = Sum()
        content.add(path.read_bytes())
        if content.part().sha256 != one.sha256:
            raise Refused(f"{path} is damaged: its sum is not its name; fetch it again")


def _indexed(service: str, folder: Path) -> Iterator[Kept]:
    path = index_path(folder, service)
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                yield LINE.validate_json(line)
            except ValidationError as error:
                raise Refused(f"{path}, line {number}, is no line of an index; fetch the export again") from error


@asynccontextmanager
async def put_back(service: Service, part: ServicePart, folder: Path) -> AsyncIterator[None]:
    """Files in their store, from which they are removed again where the import fails. Raises `Refused`."""
    if service.beside is None or part.files is None or not part.files.rows:
        yield
        return
    store = service.beside(service.settings())
    async for key in _keys(service.name, store):
        raise Refused(f"the store of {service.name}'s files is not empty: it holds {key}; name one that is new")
    put: list[str] = []
    try:
        for one in _indexed(service.name, folder):
            put.append(one.key)
            await store.put(one.key, file_path(folder, service.name, one.sha256).read_bytes())
        yield
    except BaseException as error:
        await store.remove(put)
        if isinstance(error, ServiceError):
            raise Refused(
                f"the files of {service.name} cannot be put anywhere ({error.code()}): set up a store"
            ) from error
        raise
