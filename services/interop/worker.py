"""The listener for a trust's integration engine, in a process of its own: `python -m services work interop`."""

import asyncio
import re
from datetime import UTC, datetime

from services.common.service import Runtime
from services.interop import usecases
from services.interop.partners.hl7.listener import Listener, tls_of
from services.interop.settings import InteropSettings

ACK = re.compile(rb"MSA\|(A[AER])")
NO_ADDRESS = "CONFIG_HL7_ADDRESS: set INTEROP_HL7_ADDRESS to where the trust's engine sends, such as 10.0.0.5:2575"


async def listen(runtime: Runtime) -> None:
    """Take ADT messages for as long as the process lives. Raises `ValueError` where no address is set."""
    settings = runtime.settings
    if not isinstance(settings, InteropSettings) or settings.hl7_listens_at is None:
        raise ValueError(NO_ADDRESS)
    host, port = settings.hl7_listens_at

    told = runtime.metrics.counter("hl7_messages", "Messages of the trust's engine, by how they were answered", ["ack"])

    async def answer(raw: bytes) -> bytes | None:
        given = await usecases.answer_adt(runtime.database, settings, raw)
        said = ACK.search(given or b"")
        told.labels(runtime.metrics.service, said[1].decode() if said else "none").inc()
        return given

    listener = Listener(answer, lambda: datetime.now(UTC))
    tls = tls_of(settings.hl7_certificate, settings.hl7_certificate_key, settings.hl7_client_ca)
    server = await listener.serve(host, port, tls)
    try:
        await asyncio.Event().wait()
    finally:
        await listener.close(server)
