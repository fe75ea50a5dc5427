"""A night: a client handed over to a service outside, her end-of-life plan and her syringe driver."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.caseload.story import OnCaseload, new_id
from tests.running import DEPUTY, Running

ORGANISATION = "Admission Prevention Service"
SISTER = {"name": "Lucy", "role": "Granddaughter", "phone": "01632 960102", "when": "At any hour"}
AGNES = {"name": "Agnes Okoro", "role": "Night nurse"}


def later(**how_much: float) -> str:
    return (datetime.now(UTC) + timedelta(**how_much)).isoformat()


def a_handover(client_id: str, **changes: Any) -> dict[str, Any]:
    handover = {
        "id": new_id(),
        "client_id": client_id,
        "organisation": ORGANISATION,
        "role": "Night nurse",
        "starts_at": later(minutes=1),
        "ends_at": later(hours=15),
        "watch_for": "Rattling breath; pain on turning",
        "to_do": "Give from the box as it says on the chart, then ring Lucy",
        "who_to_call": [SISTER],
        "on_call_id": str(DEPUTY),
    }
    return handover | changes


def an_end_of_life(**changes: Any) -> dict[str, Any]:
    """All that a plan says."""
    said = {
        "respect": {
            "summary": "Comfort at home; no admission for pneumonia",
            "resuscitation": "do_not_attempt",
            "signed_on": "2026-10-20",
            "signed_by": "Dr Amin, Barrow Surgery",
            "where_kept": "Yellow folder by the phone",
        },
        "preferred_place_of_care": "home",
        "preferred_place_of_death": "home",
        "wishes": "The window open, and the radio on",
        "night_plan": "Ernest sleeps next door; wake him",
        "verification_of_death": "A registered nurse may verify",
        "just_in_case_box": {
            "where_kept": "Top of the wardrobe",
            "medicines": [
                {"medicine": "Morphine 10 mg/ml", "amount": "5 ampoules", "expires_on": "2027-06-30"},
                {"medicine": "Midazolam 10 mg/2 ml", "amount": "5 ampoules", "expires_on": "2027-03-31"},
            ],
            "checked_at": "2026-11-02T10:00:00Z",
            "checked_by": "Ruth Adeyemi",
        },
        "who_to_call": [SISTER],
    }
    return said | changes


def a_check(**changes: Any) -> dict[str, Any]:
    check = {
        "id": new_id(),
        "checked_at": later(minutes=-10),
        "site": "Left upper arm",
        "rate_hundredths_ml_per_hour": 71,
        "volume_left_hundredths_ml": 1420,
        "next_due_at": later(hours=12),
        "words": "Site clean",
    }
    return check | changes


def a_driver(client_id: str, **changes: Any) -> dict[str, Any]:
    first = a_check()
    return {
        "id": new_id(),
        "client_id": client_id,
        "medicines": "Morphine 20 mg in 24 h",
        "first_check": first,
    } | changes


def a_summary_share(client_id: str, **changes: Any) -> dict[str, Any]:
    share = {
        "id": new_id(),
        "client_id": client_id,
        "organisation": "Barrow Surgery",
        "role": "GP",
        "purpose": "To see her before the weekend",
        "agreed_how": "in_person",
    }
    return share | changes


@dataclass
class Night:
    """A handover that was sent, and whoever holds its link, who is signed in nowhere."""

    caseload: Running
    client: OnCaseload
    outside: Any
    id: str
    link: str
    code: str
    pass_key: str = ""

    async def by_link(self, verb: str, body: dict[str, Any]) -> Any:
        return await self.outside.post(f"/open/handovers/{self.link}/{verb}", json=body)

    async def accept(self, **changes: Any) -> Any:
        answer = await self.by_link("accept", {"code": self.code, **AGNES, **changes})
        self.pass_key = answer.json().get("pass_key", self.pass_key)
        return answer

    async def look(self) -> Any:
        return await self.by_link("look", {"pass_key": self.pass_key})

    async def write_back(self, words: str = "Settled at two; nothing given", **changes: Any) -> Any:
        note = {"id": new_id(), "pass_key": self.pass_key, "words": words, **AGNES}
        return await self.by_link("notes", note | changes)

    async def read(self) -> Any:
        """As the team reads it."""
        return (await self.client.nurse.get(f"/v1/handovers/{self.id}")).json()


async def handed_over(caseload: Running, client: OnCaseload, **changes: Any) -> Night:
    """Drafted and sent."""
    handover = await client.post("/v1/handovers", a_handover(client.client_id, **changes))
    sent = await client.post(f"/v1/handovers/{handover['id']}/send", {"accept_by": later(minutes=30)})
    outside = await caseload.client("caseload", None)
    return Night(caseload, client, outside, handover["id"], sent["link"], sent["code"])
