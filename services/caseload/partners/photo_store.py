"""Where photos are kept: a folder, or a store that speaks S3, behind the same four words.

An upload in parts ends in the same `put`.
"""

import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, S3Store
from yarl import URL

from services.caseload.domain.photo import NoPhotoStore, PhotoLost, PhotoStoreAway
from services.caseload.settings import CaseloadSettings
from services.common.files import FileStore

if TYPE_CHECKING:
    from obstore.store import S3Config

log = logging.getLogger(__name__)

CONNECT, ANSWER, ALL_TRIES = timedelta(seconds=2), timedelta(seconds=10), timedelta(seconds=15)


class PhotoStore(FileStore, Protocol):
    """Raises `PhotoStoreAway` where it cannot be reached, `NoPhotoStore` where there is none, and `PhotoLost`."""


class NoStore:
    """Where no store is set up."""

    async def put(self, key: str, content: bytes) -> None:
        raise NoPhotoStore

    async def get(self, key: str) -> bytes:
        raise NoPhotoStore

    async def remove(self, keys: Sequence[str]) -> None:
        raise NoPhotoStore

    async def after(self, key: str) -> AsyncIterator[Sequence[tuple[str, datetime]]]:
        """There is none."""
        return
        yield


class KeptObjects:
    """A folder or a bucket: to the library they are alike."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    async def put(self, key: str, content: bytes) -> None:
        with _reachable():
            await obstore.put_async(self._store, key, content)

    async def get(self, key: str) -> bytes:
        with _reachable():
            try:
                return bytes(await (await obstore.get_async(self._store, key)).bytes_async())
            except FileNotFoundError as error:
                raise PhotoLost from error

    async def remove(self, keys: Sequence[str]) -> None:
        with _reachable():
            for key in keys:
                with suppress(FileNotFoundError):
                    await obstore.delete_async(self._store, key)

    async def after(self, key: str) -> AsyncIterator[Sequence[tuple[str, datetime]]]:
        with _reachable():
            async for some in obstore.list(self._store, offset=key):
                yield [(one["path"], one["last_modified"]) for one in some]


@contextmanager
def _reachable() -> Iterator[None]:
    """What the library says of a failure may hold an address with its signature, so its kind alone is logged."""
    try:
        yield
    except (BaseError, OSError) as error:
        log.warning("photo store failed", extra={"error": type(error).__name__})
        raise PhotoStoreAway from error


def opened(settings: object) -> PhotoStore:
    """The store that these settings name. Raises `ValueError` for one that cannot be understood."""
    if not isinstance(settings, CaseloadSettings) or not settings.photo_store:
        return NoStore()
    at = URL(settings.photo_store)
    if at.scheme == "file":
        return KeptObjects(LocalStore(prefix=Path(at.path), mkdir=True))
    if at.scheme == "s3" and at.host:
        return KeptObjects(_bucket(at.host, at.path.strip("/"), settings))
    raise ValueError("CONFIG_PHOTO_STORE: set CASELOAD_PHOTO_STORE to file:///a/folder or s3://bucket/prefix")


def _bucket(name: str, prefix: str, settings: CaseloadSettings) -> S3Store:
    config: S3Config = {"region": settings.photo_store_region}
    if settings.photo_store_endpoint:
        config["endpoint"] = settings.photo_store_endpoint
    if settings.photo_store_key_id:
        config["access_key_id"] = settings.photo_store_key_id
        config["secret_access_key"] = settings.photo_store_secret
    # What shows somebody's wound travels encrypted.
    is_plain_allowed = settings.app_env != "production"
    return S3Store(
        name,
        prefix=prefix or None,
        config=config,
        client_options={"allow_http": is_plain_allowed, "connect_timeout": CONNECT, "timeout": ANSWER},
        retry_config={"max_retries": 2, "retry_timeout": ALL_TRIES},
    )
