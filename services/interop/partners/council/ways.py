"""Which way leads to which council: as its connection says, with what the installation was given."""

from collections.abc import Collection
from pathlib import Path
from uuid import UUID

import httpx

from services.interop.domain.adapter import Adapter
from services.interop.partners.council.drop import FileDrop
from services.interop.partners.council.gateway import CouncilGateway
from services.interop.partners.council.portal import PortalPack
from services.interop.partners.council.stu3 import FhirStu3
from services.interop.partners.council.webhook import SignedWebhook
from services.interop.partners.places import Disk, Sftp


class NoWay(RuntimeError):
    """The installation has lost the folder or the key that this connection needs, or the council fetches for itself."""


def way(
    adapter: str,
    connection_id: UUID,
    url: str,
    host_key: str | None,
    *,
    outside: httpx.AsyncClient,
    folder: str,
    sftp_key: str,
    hosts_inside: Collection[str],
) -> CouncilGateway:
    """Raises `NoWay`."""
    if adapter == Adapter.FHIR_STU3:
        return FhirStu3(outside)
    if adapter == Adapter.PORTAL:
        return PortalPack()
    if adapter == Adapter.DAILY_CSV:
        raise NoWay
    if adapter == Adapter.FOLDER:
        if not folder:
            raise NoWay
        return FileDrop(Disk(Path(folder) / str(connection_id)))
    if adapter == Adapter.SFTP:
        if not sftp_key or not host_key:
            raise NoWay
        return FileDrop(Sftp(url, host_key, sftp_key, hosts_inside))
    return SignedWebhook(outside)
