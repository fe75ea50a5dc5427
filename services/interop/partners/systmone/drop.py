"""Where extracts are left: the folder `in`; what was taken goes to `done`, and what was refused to `rejects`."""

import re
from dataclasses import dataclass, field

from services.interop.partners.council.drop import DONE, IN, MANIFEST, REJECTS
from services.interop.partners.places import Place, TooLarge
from services.interop.partners.systmone.extract import Incoming

MOST_FILES = 20
# Of an extract; any other is left where it is.
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._()-]{0,199}")
UNFINISHED = (".part", ".tmp", ".filepart", MANIFEST)


@dataclass
class ExtractDrop:
    """A file without a manifest is whole when it is the same at two looks."""

    place: Place
    needs_manifest: bool
    _names: set[str] = field(default_factory=set)
    _seen: dict[str, str] = field(default_factory=dict)

    async def waiting(self) -> list[str]:
        """Names of files, in the order in which they are taken. Raises what the network or the disk does."""
        self._names = set(await self.place.names(IN))
        found = [name for name in sorted(self._names) if NAME.fullmatch(name) and not name.endswith(UNFINISHED)]
        self._seen = {name: digest for name, digest in self._seen.items() if name in self._names}
        return [name for name in found if self._has_manifest(name) or not self.needs_manifest][:MOST_FILES]

    def _has_manifest(self, name: str) -> bool:
        return f"{name}{MANIFEST}" in self._names

    async def fetch(self, name: str) -> Incoming | None:
        """The file; None where it may still be on its way. Raises what the network or the disk does."""
        file = await self._read(name)
        before, self._seen[name] = self._seen.get(name), file.digest
        return file if file.manifest is not None or before == file.digest else None

    async def _read(self, name: str) -> Incoming:
        try:
            manifest = await self.place.read(IN, f"{name}{MANIFEST}") if self._has_manifest(name) else None
            return Incoming(name, await self.place.read(IN, name), manifest)
        except TooLarge as error:
            return Incoming(name, b"", too_large=error.size)

    async def settle(self, file: Incoming, *, is_taken: bool) -> None:
        """This file has been judged: it is put away with its manifest, which without a file is nothing. What was left
        under its name meanwhile is another, and is looked at next time. Raises what the network or the disk does."""
        if (await self._read(file.name)).digest != file.digest:
            return
        target = DONE if is_taken else REJECTS
        await self.place.move(file.name, IN, target)
        if file.manifest is not None:
            await self.place.move(f"{file.name}{MANIFEST}", IN, target)
