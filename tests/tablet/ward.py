"""One client, three tablets of two nurses, and what was noted on them, to be compared with what arrived."""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from demo.tablet.doses import DoseGivenAlready
from services.common.auth import SYSTEM
from tests.caseload.medicating import a_medicine, as_needed
from tests.caseload.story import OnCaseload, new_id, take_on
from tests.caseload.sync.rounds import at, has_plan, planned, today
from tests.running import DEPUTY, NURSE, Running, until
from tests.tablet.line import OnTablet, a_tablet

HELD_BY = (NURSE, DEPUTY, NURSE)
REPLICATED = ("care_contact", "note", "care_plan_line", "administration")
SINCE_AGREED = 2
ARRIVED = """
    select
      array(select id::text from care_contact where client_id = :client) as contacts,
      array(select n.id::text from note n join care_contact c on c.id = n.care_contact_id
            where c.client_id = :client) as notes,
      array(select id::text from administration where client_id = :client) as doses,
      array(select e.content ->> 'words' from plan_edit e where e.care_plan_id = :plan) as edits,
      array(select v.content ->> 'words' from sync_version v join sync_conflict c on c.id = v.conflict_id
            where c.client_id = :client) as versions,
      array(select v.content ->> 'id' from sync_version v join sync_conflict c on c.id = v.conflict_id
            where c.client_id = :client and c.kind = 'dose') as disputed,
      array(select happened_at from administration where medicine_id = :medicine and overrode is null
            order by happened_at) as given_at,
      array(select operation_id::text from sync_operation where outcome <> 'duplicate' and device_id = any(:devices))
        as operations
"""


@dataclass
class Ward:
    """What the nurses did, by the ids and the words that they noted."""

    system: Running
    client: OnCaseload
    plan: dict[str, Any]
    medicine: str
    tablets: list[OnTablet]
    contacts: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    doses: list[str] = field(default_factory=list)

    def visit(self, place: int) -> None:
        tablet = self.tablets[place]
        note = new_id()
        visit = tablet.visit(self.client.episode_id, note="Edges clean", note_id=note)
        tablet.app.note("record_care_contact", visit)
        self.contacts.append(visit["id"])
        self.notes.append(note)

    def add_note(self, place: int) -> None:
        """Of the last visit that was noted on this tablet, which may still be in its queue."""
        tablet = self.tablets[place]
        noted = tablet.app.queue.noted("record_care_contact")
        if noted:
            note = {"id": new_id(), "words": "She asks for her sister"}
            tablet.app.note("add_note", note, about={"care_contact_id": noted[-1]["id"]})
            self.notes.append(note["id"])

    def reword(self, place: int, line: int) -> None:
        """On the version that this tablet knows of."""
        tablet = self.tablets[place]
        known = [one["version"] for one in tablet.app.queue.facts("care_plan") if one["id"] == self.plan["id"]]
        words = f"As nurse {place} said it {len(self.words)}"
        about = {"care_plan_id": self.plan["id"], "line_id": self.plan["lines"][line]["id"]}
        tablet.app.note("change_line", {"words": words}, about=about, base_version=max(known, default=SINCE_AGREED))
        self.words.append(words)

    def give(self, place: int, hours_ago: int) -> None:
        """Unless the tablet knows of a dose near by."""
        tablet = self.tablets[place]
        at = (tablet.app.now() - timedelta(hours=hours_ago, minutes=1)).isoformat()
        dose = {"id": new_id(), "medicine_id": self.medicine, "outcome": "given", "happened_at": at}
        try:
            tablet.app.note("record_administration", dose)
        except DoseGivenAlready:
            return
        self.doses.append(dose["id"])

    async def settle(self, place: int) -> None:
        """Somebody settles what waits for them, if anything does."""
        person = await self.system.client("caseload", HELD_BY[place])
        listed = await person.get(f"/v1/sync/conflicts?client_id={self.client.client_id}&needs_me=true")
        for one in listed.json()["items"]:
            said: dict[str, Any] = {"settling": "same_dose_noted_twice", "reason": "One of us wrote it for both"}
            if one["kind"] == "care_plan_line":
                said = {"words": f"Settled {len(self.words)}"}
                self.words.append(said["words"])
            settled = await person.post(f"/v1/sync/conflicts/{one['id']}/settle", json=said)
            assert settled.is_success, settled.text

    async def arrived(self) -> Any:
        asked = {"client": self.client.client_id, "plan": self.plan["id"], "medicine": self.medicine}
        asked |= {"devices": [tablet.app.queue.device_id for tablet in self.tablets]}
        async with self.system.databases["caseload"].transaction(SYSTEM) as tx:
            return (await tx.session.execute(text(ARRIVED), asked)).one()

    async def conflicts(self) -> list[dict[str, Any]]:
        listed = await self.client.nurse.get(f"/v1/sync/conflicts?client_id={self.client.client_id}&limit=100")
        found: list[dict[str, Any]] = listed.json()["items"]
        return found

    def replica(self, tablet: OnTablet) -> dict[str, list[dict[str, Any]]]:
        """What a tablet holds of this client."""
        return {entity: tablet.app.queue.facts(entity) for entity in REPLICATED}

    async def all_agree(self) -> None:
        """Everybody has signal, and hears of everything. Raises `TimeoutError`."""

        async def is_so() -> bool:
            for tablet in self.tablets:
                await tablet.app.synchronise()
            first, *others = (self.replica(tablet) for tablet in self.tablets)
            arrived = await self.arrived()
            known = {one["id"] for one in first["care_contact"]} == set(arrived.contacts)
            return known and all(other == first for other in others)

        await until(is_so)


async def a_ward(system: Running, folder: Path) -> Ward:
    """A client with a plan of two lines and a medicine for when it is needed."""
    client = await take_on(system, nhs_number=None)
    plan, medicine = await has_plan(client), a_medicine(client.client_id, **as_needed())
    await client.post("/v1/medicines", medicine)
    for person in set(HELD_BY):
        await planned(system, client.client_id, at("09:00"), employee_id=str(person))
    tablets = [await a_tablet(system, folder, person) for person in HELD_BY]
    # What all of them know of when the signal goes.
    for tablet in tablets:
        await tablet.app.synchronise()
        await tablet.app.take_along(today())
    return Ward(system, client, plan, medicine["id"], tablets)
