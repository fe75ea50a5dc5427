"""A person as PDS knows her, PDS at its own address, and a nurse who asks it."""

from typing import Any

from joserfc.jwk import RSAKey
from uuid6 import uuid7

from demo.partners import bars, pds
from demo.partners.pds import Demographics
from tests.interop.records import PERSON

HELD, NEWER, NOBODYS = "9990000204", "9990000212", "9990000220"
MAUREEN: dict[str, Any] = {"family": "Tabor", "given": "Maureen", "born": "1936-06-06"}
SHE = {name: value for name, value in PERSON.items() if not name.startswith("nhs_number")}
KEY = RSAKey.generate_key(2048)
CONNECTED = bars.connected(KEY) | pds.connected()


def around(nhs: Demographics) -> dict[str, Any]:
    return {bars.HOST: bars.Senders(KEY).app(), pds.HOST: nhs.app()}


async def ask(nurse: Any, **about: str) -> Any:
    return await nurse.post("/v1/traces", json={"id": str(uuid7()), **about})
