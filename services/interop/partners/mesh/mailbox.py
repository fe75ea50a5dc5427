"""Our mailbox at MESH, by the NHS's own client, in a thread of its own: whatever is slow there delays nobody here."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

from mesh_client import MeshClient, MeshError
from requests import HTTPError, RequestException

from services.interop.domain.mesh_message import MOST_BYTES, Letter
from services.interop.settings import InteropSettings

# A message in one piece, as a letter of some pages is, is sent or fetched within this.
TIMEOUT_SECONDS = 30
PAGE = 50
DENIED = (401, 403)
FoundT = TypeVar("FoundT")


class MeshUnreachable(Exception):
    """MESH cannot be spoken with now. `code` says in which way."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class MeshRefused(Exception):
    """MESH takes this message for nobody; `code` is its own, such as 12 where no mailbox has this address."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Mailbox(Protocol):
    """Whatever raises `MeshUnreachable` may be tried again."""

    async def handshake(self) -> None:
        """Prove that the mailbox is ours, as MESH asks of everybody each day."""

    async def send(self, to: str, workflow_id: str, local_id: str, raw: bytes) -> str:
        """The id that MESH gives it. Raises `MeshRefused`."""

    async def waiting(self) -> list[str]:
        """The ids of what lies there, oldest first."""

    async def fetch(self, mesh_id: str) -> Letter:
        """One message; it goes on lying there."""

    async def acknowledge(self, mesh_id: str) -> None:
        """We have it, so it is taken away."""

    async def close(self) -> None:
        """Nothing is asked of it after this."""


class MeshMailbox:
    """A mailbox by its address, its password and our certificate."""

    def __init__(self, settings: InteropSettings) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="mesh")
        self._client = MeshClient(
            settings.mesh_url,
            settings.mesh_mailbox,
            settings.mesh_password,
            shared_key=settings.mesh_shared_key.encode(),
            cert=_certificate(settings),
            verify=settings.mesh_authority or None,
            # What fails is tried again by us, later, and a document never twice at once.
            max_retries=0,
            timeout=TIMEOUT_SECONDS,
            application_name="heatshield",
        )

    async def handshake(self) -> None:
        await self._asked(self._client.handshake)

    async def send(self, to: str, workflow_id: str, local_id: str, raw: bytes) -> str:
        def sent() -> str:
            try:
                return self._client.send_message(
                    to, raw, workflow_id=workflow_id, local_id=local_id, content_type="application/fhir+xml"
                )
            except MeshError as error:
                code = _code_of(error)
                raise (MeshRefused(code) if code else MeshUnreachable("answered_otherwise")) from None

        return await self._asked(sent)

    async def waiting(self) -> list[str]:
        return await self._asked(lambda: self._client.list_messages(max_results=PAGE))

    async def fetch(self, mesh_id: str) -> Letter:
        return await self._asked(lambda: _letter(self._client.retrieve_message(mesh_id)))

    async def acknowledge(self, mesh_id: str) -> None:
        await self._asked(lambda: self._client.acknowledge_message(mesh_id))

    async def close(self) -> None:
        self._client.close()  # type: ignore[no-untyped-call]
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _asked(self, ask: Callable[[], FoundT]) -> FoundT:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, ask)
        except HTTPError as error:
            status = error.response.status_code if error.response is not None else 0
            raise MeshUnreachable("denied" if status in DENIED else f"http_{status}") from None
        except (MeshRefused, MeshUnreachable):
            raise
        except (RequestException, OSError):
            raise MeshUnreachable("unreachable") from None
        except Exception:  # noqa: BLE001  what it sends may name the recipient, so that nothing of it goes on from here
            raise MeshUnreachable("unreadable") from None


def open_mailbox(settings: InteropSettings) -> Mailbox:
    """Raises `MeshUnreachable` where a certificate cannot be read."""
    try:
        return MeshMailbox(settings)
    except (OSError, ValueError):
        raise MeshUnreachable("misconfigured") from None


def _certificate(settings: InteropSettings) -> tuple[str, str] | None:
    paths = (settings.mesh_certificate, settings.mesh_certificate_key)
    return paths if all(paths) else None


def _code_of(error: MeshError) -> str | None:
    """MESH's own code, in either form of its answer; its words may name whom it is about."""
    told: Any = error.args[1] if len(error.args) > 1 and isinstance(error.args[1], dict) else {}
    details = told.get("detail") if isinstance(told.get("detail"), list) else []
    code = told.get("errorCode") or next((one.get("code") for one in details if isinstance(one, dict)), None)
    return str(code)[:20] if code else None


def _beginning(message: Any) -> bytes:
    """The bytes, as far as any are read: the client fetches and unpacks what it is asked for, and no more."""
    raw = bytearray()
    while len(raw) <= MOST_BYTES and (piece := message.read(MOST_BYTES + 1 - len(raw))):
        raw += piece
    return bytes(raw)


def _letter(message: Any) -> Letter:
    try:
        raw = _beginning(message)
    finally:
        message.close()
    return Letter(
        mesh_id=message.id(),
        recipient=message.recipient or "",
        sender=message.sender,
        workflow_id=message.workflow_id,
        message_type=message.message_type or "DATA",
        local_id=message.local_id,
        linked_id=message.mex_header("linkedmsgid"),
        status_code=message.mex_header("statuscode"),
        media_type=(message.content_type or "application/octet-stream")[:100],
        raw=raw,
    )
