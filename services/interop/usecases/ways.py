"""The way to one council, with what this installation was given."""

from uuid import UUID

from services.common.service import Runtime
from services.interop.partners.council.gateway import CouncilGateway
from services.interop.partners.council.ways import way
from services.interop.settings import InteropSettings


def way_to(runtime: Runtime, adapter: str, connection_id: UUID, url: str, host_key: str | None) -> CouncilGateway:
    """Raises `NoWay`."""
    given = runtime.settings
    own = given if isinstance(given, InteropSettings) else None
    return way(
        adapter,
        connection_id,
        url,
        host_key,
        outside=runtime.outside,
        folder=own.council_folder if own else "",
        sftp_key=own.sftp_key if own else "",
        hosts_inside=given.partner_hosts_inside,
    )
