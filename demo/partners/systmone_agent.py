"""A made-up agent beside a made-up SystmOne: takes what is to be written, turns it into XML of its own, and answers.

As a process of its own: `HEATSHIELD_TOKEN=… python -m demo.partners.systmone_agent URL DEVICE`, where URL is interop's,
such as http://127.0.0.1:8000/interop. It writes whatever waits, and ends. The XML is made up: TPP's own is in XSDs that
a trust has.
"""

import asyncio
import os
import sys
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

import httpx
from uuid6 import uuid7

Entry = dict[str, Any]


@dataclass
class Unit:
    """A SystmOne unit with somebody logged in. `refusals` are what is said of the next entries, one by one.

    Without `patients`, by their NHS numbers, everybody is known.
    """

    patients: set[str] | None = None
    is_logged_in: bool = True
    refusals: list[Entry] = field(default_factory=list)
    written: list[bytes] = field(default_factory=list)

    def write(self, number: str, document: bytes) -> Entry:
        """What an agent says of it."""
        if not self.is_logged_in:
            return {"outcome": "not_tried", "reason": "nobody_logged_in"}
        if self.refusals:
            return {"outcome": "refused", **self.refusals.pop(0)}
        if self.patients is not None and number not in self.patients:
            return {"outcome": "refused", "reason": "patient_not_found", "system_code": "E404"}
        self.written.append(document)
        return {"outcome": "written"}


@dataclass
class Agent:
    """On one PC, signed in to Heatshield by `client`, whose address is interop's."""

    client: httpx.AsyncClient
    unit: Unit
    device: str = "PC-1"

    async def take(self, key: str | None = None) -> Entry | None:
        """The next entry, if one waits."""
        headers = {"Idempotency-Key": key or str(uuid7())}
        answer = await self.client.post("/v1/systmone-entries/take", json={"device": self.device}, headers=headers)
        answer.raise_for_status()
        items = answer.json()["items"]
        return items[0] if items else None

    async def tell(self, entry: Entry, told: Entry) -> httpx.Response:
        """Say what became of an entry."""
        headers = {"Idempotency-Key": str(uuid7())}
        body = {"take_id": entry["take_id"], **told}
        return await self.client.post(f"/v1/systmone-entries/{entry['id']}/outcome", json=body, headers=headers)

    async def work(self) -> str | None:
        """One entry from here to there: what was said of it; nothing where none waits."""
        entry = await self.take()
        if entry is None:
            return None
        told = self.unit.write(entry["contact"]["patient"]["nhs_number"], as_xml(entry))
        (await self.tell(entry, told)).raise_for_status()
        outcome: str = told["outcome"]
        return outcome


def as_xml(entry: Entry) -> bytes:
    """The contact in XML of nobody's but this file."""
    contact = entry["contact"]
    root = ElementTree.Element("MadeUpContact", unit=entry["unit"], ref=entry["care_contact_id"])
    ElementTree.SubElement(root, "Of", {name: str(value) for name, value in contact["patient"].items()})
    when = {"at": contact["started_at"], "minutes": str(contact["minutes"]), "how": contact["channel"]}
    ElementTree.SubElement(root, "Was", when)
    by = contact["by"]
    known = [by[name] for name in ("given_name", "family_name", "role") if by[name]]
    ElementTree.SubElement(root, "By").text = ", ".join(known) or by["employee_id"]
    for kind in ("problems", "interventions"):
        for one in contact[kind]:
            ElementTree.SubElement(root, kind.capitalize(), code=one["code"]).text = one["term"]
    return ElementTree.tostring(root)


async def _main(url: str, device: str, token: str) -> None:
    """Ends with what Heatshield said where it refuses, for the way out is in it."""
    async with httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {token}"}) as client:
        agent = Agent(client, Unit(), device)
        try:
            while (told := await agent.work()) is not None:
                print(told)
        except httpx.HTTPStatusError as refused:
            sys.exit(f"{refused.request.url.path} is refused: {refused.response.text}")
        except httpx.TransportError:
            sys.exit(f"nothing answers at {url}")


if __name__ == "__main__":
    if len(sys.argv) != 3 or "HEATSHIELD_TOKEN" not in os.environ:
        sys.exit("HEATSHIELD_TOKEN=… python -m demo.partners.systmone_agent URL DEVICE")
    asyncio.run(_main(sys.argv[1], sys.argv[2], os.environ["HEATSHIELD_TOKEN"]))
