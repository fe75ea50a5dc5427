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
from tests.caseload.sync.rounds import LONGEST_SILENCE, at, has_plan, planned, quiet, today
from tests.running import DEPUTY, NURSE, Running, until
from tests.tablet.line import OnTablet, a_tablet

# Of each kind, by id.
Rows = dict[str, dict[str, dict[str, Any]]]
HELD_BY = (NURSE, DEPUTY, NURSE)
# What a tablet holds, by its name in the whole record.
REPLICATED = {"care_contact": "care_contact", "note": "notes", "care_plan": "care_plan", "care_plan_line": "lines"}
REPLICATED |= {"administration": "administration"}
SINCE_AGREED = 2
ARRIVED = """
    select
      array(select id::text from care_contact where client_id = :client) as contacts,
      array(select n.id::text from note n join care_contact c on c.id = n.care_contact_id
            where c.client_id = :client) as notes,
      array(select id::text from administration where client_id = :client) as doses,
      array(select v.content ->> 'id' from sync_version v join sync_conflict c on c.id = v.conflict_id
            where c.client_id = :client and c.kind = 'dose') as disputed,
      array(select happened_at from administration where medicine_id = :medicine and overrode is null
            order by happened_at) as given_at,
      array(select operation_id::text from sync_operation where outcome <> 'duplicate' and device_id = any(:devices))
        as operations
"""


@dataclass(frozen=True)
class Said:
    """Words of a line, and all words of it that whoever wrote them knew of: by their tablet, not by the server."""

    line: str
    knew: frozenset[str]


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
    words: dict[str, Said] = field(default_factory=dict)
    doses: list[str] = field(default_factory=list)
    taken_along: Rows = field(default_factory=dict)

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
        tablet, about = self.tablets[place], self.plan["lines"][line]["id"]
        queue = tablet.app.queue
        known = [one["version"] for one in queue.facts("care_plan") if one["id"] == self.plan["id"]]
        read = [one["words"] for one in queue.facts("care_plan_line") if one["id"] == about]
        by = f"As tablet {place} said it"
        own = [words for words, said in self.words.items() if words.startswith(by) and said.line == about]
        words = f"{by} {len(self.words)}"
        named = {"care_plan_id": self.plan["id"], "line_id": about}
        tablet.app.note("change_line", {"words": words}, about=named, base_version=max(known, default=SINCE_AGREED))
        self._said(words, about, [*read, *own])

    def _said(self, words: str, line: str, read: list[str]) -> None:
        """Who knew of words knew of what was known to whoever wrote those."""
        known = [self.words[one].knew for one in read if one in self.words]
        self.words[words] = Said(line, frozenset(read).union(*known))

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
                whole = (await person.get(f"/v1/sync/conflicts/{one['id']}")).json()
                self._said(said["words"], one["line_id"], [each["content"]["words"] for each in whole["versions"]])
            settled = await person.post(f"/v1/sync/conflicts/{one['id']}/settle", json=said)
            assert settled.is_success, settled.text

    async def arrived(self) -> Any:
        asked = {"client": self.client.client_id, "plan": self.plan["id"], "medicine": self.medicine}
        asked |= {"devices": [tablet.app.queue.device_id for tablet in self.tablets]}
        async with self.system.databases["caseload"].transaction(SYSTEM) as tx:
            return (await tx.session.execute(text(ARRIVED), asked)).one()

    async def conflicts(self) -> dict[str, dict[str, Any]]:
        """Those that are listed, open and settled, each with its versions, by id."""
        found = {}
        for is_open in ("true", "false"):
            path = f"/v1/sync/conflicts?client_id={self.client.client_id}&limit=100&open={is_open}"
            for one in (await self.client.nurse.get(path)).json()["items"]:
                found[one["id"]] = (await self.client.nurse.get(f"/v1/sync/conflicts/{one['id']}")).json()
        return found

    async def shown(self) -> Rows:
        """What the server shows of this client to whoever reads the record."""
        record = (await self.client.nurse.get(f"/v1/clients/{self.client.client_id}")).json()
        path = f"/v1/administrations?medicine_id={self.medicine}&limit=100"
        record["administration"] = (await self.client.nurse.get(path)).json()["items"]
        return {entity: {one["id"]: one for one in record[name]} for entity, name in REPLICATED.items()}

    def replica(self, tablet: OnTablet) -> Rows:
        """What a tablet holds of this client: what there was when the signal went, and what it has heard since."""
        heard = {entity: {one["id"]: one for one in tablet.app.queue.facts(entity)} for entity in REPLICATED}
        return {entity: self.taken_along[entity] | rows for entity, rows in heard.items()}

    async def all_agree(self) -> Rows:
        """Everybody has signal, and hears of everything that the server shows, which is what this gives.

        Raises `TimeoutError`.
        """

        async def is_so() -> Rows | None:
            for tablet in self.tablets:
                await tablet.app.push()
            await quiet(self.system)
            for tablet in self.tablets:
                await tablet.app.pull()
            first, *others = (self.replica(tablet) for tablet in self.tablets)
            if any(other != first for other in others):
                return None
            shown = await self.shown()
            return shown if _same(first, shown) else None

        found: Rows = await until(is_so, 2 * LONGEST_SILENCE)
        return found


def _same(held: Rows, shown: Rows) -> bool:
    """Row by row, in every field that is shown."""
    if any(held[entity].keys() != rows.keys() for entity, rows in shown.items()):
        return False
    pairs = [(held[entity][key], row) for entity, rows in shown.items() for key, row in rows.items()]
    return all(one.get(name) == value for one, row in pairs for name, value in row.items())


async def a_ward(system: Running, folder: Path) -> Ward:
    """A client with a plan of two lines and a medicine for when it is needed."""
    client = await take_on(system, nhs_number=None)
    plan, medicine = await has_plan(client), a_medicine(client.client_id, **as_needed())
    await client.post("/v1/medicines", medicine)
    visit = client.client_id, at("09:00")
    visits = {person: await planned(system, *visit, employee_id=str(person)) for person in set(HELD_BY)}
    tablets = [await a_tablet(system, folder, person) for person in HELD_BY]
    # What all of them know of when the signal goes.
    for tablet in tablets:
        await tablet.app.synchronise()
        await tablet.app.take_along(today())
    for person, visit_id in visits.items():
        # So that no later round is longer for it.
        gone = {"employee_id": str(person), "visit_id": visit_id, "status": "cancelled"}
        await planned(system, *visit, version=2, **gone)
    ward = Ward(system, client, plan, medicine["id"], tablets)
    ward.taken_along = await _first(client, plan["id"])
    return ward


async def _first(client: OnCaseload, plan_id: str) -> Rows:
    """What there is of the client before anybody notes anything: the plan."""
    plan = (await client.nurse.get(f"/v1/care-plans/{plan_id}")).json()
    lines = plan.pop("lines")
    none: Rows = {entity: {} for entity in REPLICATED}
    return none | {"care_plan": {plan_id: plan}, "care_plan_line": {one["id"]: one for one in lines}}
