"""A surgery that the team shares a client with, for the tests that start there."""

from dataclasses import dataclass, field
from typing import Any

from uuid6 import uuid7

from services.common.auth import Persona
from tests.access.world import AT_THE_SURGERY, World
from tests.caseload.medicating import told_of_role
from tests.caseload.story import OnCaseload, new_id, take_on
from tests.running import DEPUTY, NURSE, TEAM, Running

SURGERY, OTHER_SURGERY = "Z99901", "Z99902"
OLIVE = {"given_name": "Olive", "family_name": "Frost", "nhs_number": "999 000 0034"}


def a_surgery_seat(**changes: Any) -> dict[str, Any]:
    seat = {"team_id": str(TEAM), "ods_code": SURGERY, "guest": AT_THE_SURGERY, "role": "Practice nurse"}
    return {"id": new_id(), **seat, **changes}


def a_surgery_share(episode_id: str, **changes: Any) -> dict[str, Any]:
    told = {"ods_code": SURGERY, "basis": "direct_care", "told_on": "2026-11-03"}
    return {"id": new_id(), "episode_of_care_id": episode_id, **told, **changes}


def a_surgery_note(words: str = "Bloods are due on Friday", **changes: Any) -> dict[str, Any]:
    return {"id": new_id(), "words": words, **changes}


async def confirmed(caseload: Running, seat: dict[str, Any]) -> dict[str, Any]:
    """Another member of the team compares the person and the surgery."""
    deputy = await caseload.client("caseload", DEPUTY)
    answer = await deputy.post(f"/v1/surgery-seats/{seat['id']}/confirm", headers={"If-Match": '"1"'})
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()
    return made


@dataclass
class Huddle:
    """Maureen's surgery has a seat and Maureen on its list; Olive is with another surgery, whose seat is Oyin's."""

    caseload: Running
    maureen: OnCaseload
    olive: OnCaseload
    meera: Any
    oyin: Any
    kept: dict[str, Any] = field(default_factory=dict)

    @property
    def notes(self) -> str:
        return f"/v1/clients/{self.maureen.client_id}/surgery-notes"

    async def stop(self, reason: str = "objection", version: int = 1) -> Any:
        path = f"/v1/surgery-shares/{self.kept['share']['id']}/stop"
        return await self.maureen.nurse.post(path, json={"reason": reason}, headers={"If-Match": f'"{version}"'})

    async def end(self, version: int = 2) -> Any:
        path = f"/v1/surgery-seats/{self.kept['seat']['id']}/end"
        return await self.maureen.nurse.post(path, headers={"If-Match": f'"{version}"'})

    async def see(self, who: Any, note: dict[str, Any], version: int = 1) -> Any:
        return await who.post(f"/v1/surgery-notes/{note['id']}/see", headers={"If-Match": f'"{version}"'})

    async def shows_nothing(self, who: Any) -> None:
        """No list, and a client who is hidden in the same bytes as one who is not there."""
        assert (await who.get("/v1/surgery-list")).json() == {"items": [], "next_cursor": None}
        paths = [f"/v1/clients/{one}/surgery-notes" for one in (self.maureen.client_id, uuid7())]
        for hidden, absent in (
            [await who.get(path) for path in paths],
            [await who.post(path, json=a_surgery_note()) for path in paths],
        ):
            assert hidden.status_code == absent.status_code == 404
            assert {**hidden.json(), "instance": ""} == {**absent.json(), "instance": ""}


async def in_a_huddle(caseload: Running) -> Huddle:
    await told_of_role(caseload, NURSE, "registered_nurse")
    maureen, olive = await take_on(caseload), await take_on(caseload, **OLIVE)
    seat, share = a_surgery_seat(), a_surgery_share(maureen.episode_id)
    theirs = a_surgery_seat(ods_code=OTHER_SURGERY, guest="oyin@surgery.example", role="Receptionist")
    for one in (seat, theirs):
        await maureen.post("/v1/surgery-seats", one)
        await confirmed(caseload, one)
    await maureen.post("/v1/surgery-shares", share)
    await olive.post("/v1/surgery-shares", a_surgery_share(olive.episode_id, ods_code=OTHER_SURGERY))
    people = [await caseload.client("caseload", one["guest"], Persona.PRACTICE) for one in (seat, theirs)]
    return Huddle(caseload, maureen, olive, *people, kept={"seat": seat, "share": share})


async def write_surgery(made: World, client: OnCaseload) -> None:
    seat, share = a_surgery_seat(), a_surgery_share(client.episode_id)
    await client.post("/v1/surgery-seats", seat)
    await confirmed(made.system, seat)
    await client.post("/v1/surgery-shares", share)
    to, back = a_surgery_note("She asks for the Thursday clinic"), a_surgery_note()
    meera = await made.system.client("caseload", AT_THE_SURGERY, Persona.PRACTICE)
    path = f"/v1/clients/{client.client_id}/surgery-notes"
    await client.post(path, to)
    assert (await meera.post(path, json=back)).status_code == 201
    made.ids |= {"surgery_seat_id": seat["id"], "surgery_share_id": share["id"], "surgery_note_id": back["id"]}
    made.secrets["practice"] = {to["words"], back["words"]}
    made.bodies |= {
        "POST /v1/clients/{client_id}/surgery-notes": a_surgery_note("Seen this morning"),
        "POST /v1/surgery-shares": a_surgery_share(client.episode_id),
        "POST /v1/surgery-shares/{surgery_share_id}/stop": {"reason": "objection"},
        "POST /v1/surgery-seats": a_surgery_seat(guest="oyin@surgery.example"),
    }
