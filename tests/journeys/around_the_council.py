"""The services that a journey goes through, composed in one process with the demo team, and beside them a council, the
NHS's platform with PDS, MESH with a surgery behind it, and a trust's endpoint, each at an address of its own."""

import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from joserfc.jwk import RSAKey
from uuid6 import uuid7

from demo.barrow import DATA, TEAM, employee, id_of
from demo.partners import bars, pds
from demo.partners import council as partner
from demo.partners.mesh import Mesh
from services.caseload.main import SERVICE as CASELOAD
from services.finance.main import SERVICE as FINANCE
from services.finance.usecases import ask_for_decisions
from services.identity.main import SERVICE as IDENTITY
from services.interop.main import SERVICE as INTEROP
from services.interop.partners.hooks import RETRY_AFTER
from services.interop.usecases import deliver_facts, exchange_gp_documents, notify, number_changes
from services.roster.main import SERVICE as ROSTER
from tests.interop.gp import OF_THE_NHS
from tests.interop.hook import Hook
from tests.running import Databases, Running, running, until

CLIENTS = {one["given_name"].lower(): one for one in DATA["clients"]}
PERSON = ("given_name", "family_name", "sex", "birth_on", "nhs_number", "address_line", "postcode", "phone")
COUNCIL = "council.example"
# The council's own system knows Olive's case by this id, and by no other.
OLIVES_CASE = "LAS-40093"
RAYMONDS_CASE = "LAS-40174"
SURGERY = "A81001"


@dataclass
class Barrow:
    """The demo team at work. `typed` is every text that anybody sent, by whom and to which operation."""

    system: Running
    council: partner.Council
    mesh: Mesh
    hook: Hook
    day: list[date]
    typed: list[tuple[str, str]] = field(default_factory=list)
    at: dict[tuple[str, str], Any] = field(default_factory=dict)

    async def caller(self, service: str, key: str) -> Any:
        """Somebody of the demo by first name, signed in at one service."""
        if (service, key) not in self.at:
            around = {one["key"]: one["persona"] for one in DATA["around"]}
            self.at[service, key] = await self.system.client(service, employee(key), around.get(key, "nurse"))
        return self.at[service, key]

    async def reads(self, key: str, service: str, path: str, **asked: Any) -> Any:
        answer = await (await self.caller(service, key)).get(path, params=asked)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def sends(self, key: str, service: str, path: str, body: Any = None, *, by: str = "POST") -> Any:
        answer = await (await self.caller(service, key)).request(by, path, json=body)
        assert answer.is_success, answer.text
        self.typed += [(text, f"{by} {path}") for text in _texts(body)]
        return answer.json()

    async def refused(self, key: str, service: str, path: str, body: Any = None) -> tuple[int, str]:
        answer = await (await self.caller(service, key)).post(path, json=body)
        return answer.status_code, answer.json()["code"]

    async def heard(self, service: str, event: str) -> list[dict[str, Any]]:
        """The data of the events of this name that a service told the others."""
        return [one.data for one in await self.system.published(service) if one.type == event]

    async def takes_on(self, key: str, nurse: str = "tom") -> "Client":
        """A client of the demo, referred and accepted; interop knows them in the end."""
        about, team = CLIENTS[key], str(TEAM)
        referral = {
            "id": new_id(key, "referral"),
            "team_id": team,
            "source": about["source"],
            "reason": about["why"],
            "urgency": "routine",
            "received_at": "2026-11-02T09:00:00Z",
            "person": {name: about[name] for name in PERSON},
        }
        made = Client(self, key, new_id(key), new_id(key, "episode"))
        acceptance = {
            "client_id": made.client_id,
            "episode_of_care_id": made.episode_id,
            "named_nurse_id": str(employee(about["named_nurse"])),
            "deputy_id": str(employee(about["deputy"])),
            "pathway": about["pathway"],
            "urgent_reason": f"The team meets on Wednesday, and {about['given_name']} cannot wait",
        }
        await self.sends(nurse, "caseload", "/v1/referrals", referral)
        await self.sends(nurse, "caseload", f"/v1/referrals/{referral['id']}/accept", acceptance)
        await until(lambda: self._knows(made))
        return made

    async def _knows(self, client: "Client") -> bool:
        guest = await self.caller("interop", "tom")
        return (await guest.get(f"/fhir/R4/Patient/{client.client_id}")).status_code == 200


@dataclass
class Client:
    """One of the demo's clients on the caseload."""

    barrow: Barrow
    key: str
    client_id: str
    episode_id: str

    async def is_assessed(self) -> None:
        about = CLIENTS[self.key]
        assessment = {
            "id": new_id(self.key, "assessment"),
            "episode_of_care_id": self.episode_id,
            "assessed_on": "2026-11-03",
            "what_matters": about["goal"],
            "problems": [],
            "care_act": {
                "needs_from_impairment": True,
                "significant_impact": True,
                "findings": [
                    {"outcome": "hygiene", "ability": "only_with_help"},
                    {"outcome": "clothing", "ability": "only_with_help"},
                ],
            },
        }
        await self.barrow.sends("tom", "caseload", "/v1/assessments", assessment)
        await self.barrow.sends("tom", "caseload", f"/v1/assessments/{assessment['id']}/complete")

    async def agrees_a_plan(self, words: str, **changes: Any) -> str:
        """The line of the plan that is personal care."""
        name, line_id = CLIENTS[self.key]["given_name"], new_id(self.key, "personal care")
        lines = [
            {"id": line_id, "domain": "social_care", "intervention": "01.41", "words": words},
            {
                "id": new_id(self.key, "wound care"),
                "domain": "nursing",
                "intervention": "02.14",
                "words": f"{name}: dress",
            },
        ]
        plan = {
            "id": new_id(self.key, "plan"),
            "episode_of_care_id": self.episode_id,
            "client_words": f"{name} says what matters most",
            "expected_visits": 12,
            "ends_on": "2027-01-15",
            "lines": lines,
        }
        await self.barrow.sends("tom", "caseload", "/v1/care-plans", plan | changes)
        agreement = {"agreed_how": "in_person", "agreed_on": "2026-11-09"}
        await self.barrow.sends("tom", "caseload", f"/v1/care-plans/{plan['id']}/agree", agreement)
        return line_id

    async def changes_line(self, line_id: str, words: str) -> None:
        path = f"/v1/care-plans/{new_id(self.key, 'plan')}/lines/{line_id}"
        await self.barrow.sends("tom", "caseload", path, {"words": words}, by="PUT")

    async def shares(self, connection_id: str, fields: list[str], council_ref: str) -> str:
        """With the council, by consent."""
        share = {
            "id": new_id(self.key, "share"),
            "client_id": self.client_id,
            "connection_id": connection_id,
            "purpose": f"One plan for {CLIENTS[self.key]['given_name']}",
            "basis": "consent",
            "consented_on": "2026-11-02",
            "fields": fields,
            "council_ref": council_ref,
        }
        made = await self.barrow.sends("tom", "interop", "/v1/shares", share)
        return str(made["id"])

    async def is_known_to_the_nhs(self) -> None:
        """PDS says that the number is the client's; and the surgery may be told of the care from long ago on."""
        trace = {"id": str(uuid7()), "client_id": self.client_id}
        await self.barrow.sends("tom", "interop", "/v1/traces", trace)
        share = {
            "id": new_id(self.key, "surgery share"),
            "episode_of_care_id": self.episode_id,
            "ods_code": SURGERY,
            "basis": "direct_care",
            "told_on": "2026-11-02",
        }
        await self.barrow.sends("tom", "caseload", "/v1/surgery-shares", share)
        await until(self._is_verified)

    async def _is_verified(self) -> bool:
        reader = await self.barrow.caller("interop", "tom")
        shown = (await reader.get(f"/fhir/R4/Patient/{self.client_id}")).json()
        (number,) = shown["identifier"]
        (said,) = number["extension"][0]["valueCodeableConcept"]["coding"]
        return bool(said["code"] == "01")

    async def invites(self, guest: str) -> None:
        """A seat for the social worker at the weekly meeting."""
        seat = {
            "id": new_id(self.key, "seat"),
            "client_id": self.client_id,
            "guest": str(employee(guest)),
            "purpose": f"{CLIENTS[self.key]['given_name']} at the weekly meeting",
            "fields": ["given_name", "care_act_view", "social_care_lines"],
        }
        await self.barrow.sends("tom", "caseload", "/v1/guest-seats", seat)


def new_id(*name: str) -> str:
    return str(id_of("journey", *name))


def _texts(body: Any) -> list[str]:
    """What somebody typed: words, and the council's own ids of cases. Ids, dates and choices are picked."""
    if isinstance(body, dict):
        return [
            text for name, value in body.items() for text in _texts({"case": value} if name == "case_id" else value)
        ]
    if isinstance(body, list):
        return [text for value in body for text in _texts(value)]
    return [body] if isinstance(body, str) and (" " in body or body.startswith("LAS-")) else []


@asynccontextmanager
async def at_work(databases: Databases, folder: Path) -> AsyncIterator[Barrow]:
    day, key = [date(2026, 12, 12)], RSAKey.generate_key(2048)
    council, mesh, hook = partner.Council(folder, frozenset({OLIVES_CASE, RAYMONDS_CASE})), Mesh(), Hook()
    beside = {
        COUNCIL: council.app(),
        "trust.example": hook.app(),
        bars.HOST: bars.Senders(key).app(),
        pds.HOST: pds.barrow().app(),
    }
    at_once = (timedelta(0),) * len(RETRY_AFTER)
    work = (
        deliver_facts(at_once),
        number_changes(0.05),
        notify(0.05, at_once),
        exchange_gp_documents(0.05),
    )
    composed = (
        IDENTITY,
        CASELOAD,
        ROSTER,
        dataclasses.replace(INTEROP, background=work),
        dataclasses.replace(FINANCE, background=(ask_for_decisions(lambda: day[0], every=0.1),)),
    )
    async with mesh.listening() as url:
        told = OF_THE_NHS | {"mesh_url": url} | bars.connected(key) | pds.connected()
        async with running(databases, *composed, peers=beside, **told) as system:
            for service in ("caseload", "roster", "interop", "finance"):
                for one in DATA["staff"]:
                    await system.join(service, team=TEAM, employee=employee(one["key"]))
            yield Barrow(system, council, mesh, hook, day)
