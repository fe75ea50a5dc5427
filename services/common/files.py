"""Files that a service keeps beside its database, each under a key."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Protocol


class FileStore(Protocol):
    """Raises a `ServiceError` where it cannot be reached, or where there is none."""

    async def put(self, key: str, content: bytes) -> None:
        """Keep it under this key."""

    async def get(self, key: str) -> bytes:
        """What is kept under this key."""

    async def remove(self, keys: Sequence[str]) -> None:
        """Forget what is kept under these keys, as far as anything is."""

    def after(self, key: str) -> AsyncIterator[Sequence[tuple[str, datetime]]]:
        """The keys that come after this one, each with when it was put there; some at a time, in no order."""
