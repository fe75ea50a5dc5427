"""J5, steps 5 to 7: an agency's calls, a day of visits at the surgery and at the trust, and an admission."""

from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from typing import Any

from sqlalchemy import select

from demo.barrow import DATA, TEAM, Calendar, employee
from demo.partners.mesh import FILED
from services.common.auth import SYSTEM
from services.common.types import day_in_england
from services.interop.partners.hooks import RETRY_AFTER
from tests.interop.following import follow, latest
from tests.interop.hook import a_subscription, numbers, values
from tests.interop.writes import FHIR, a_stay
from tests.journeys.around_the_council import Barrow, Client, new_id
from tests.roster.facts import clearance, hear
from tests.running import until

BASE = "/fhir/R4"
# The system of the council's that arranges care, as its sign-in names it.
ARRANGES = "westmere-brokerage"
YESTERDAY = day_in_england(datetime.now(UTC)) - timedelta(days=1)
# Half an hour each; Leonard's is at nine.
STARTS = ("09:00", "09:45", "10:30", "11:15", "12:00", "13:00", "13:45", "14:30")
# Seconds for what goes through several services and a partner, on a machine that has much else to do.
PATIENT = 120
# How often an endpoint is tried that is down for two hours.
TRIES = sum(after < timedelta(hours=2) for after in accumulate(RETRY_AFTER))


async def on_shift(barrow: Barrow, who: str, day: date) -> None:
    at = Calendar(day).at
    whose = {"id": new_id("shift", who, str(day)), "team_id": str(TEAM), "employee_id": str(employee(who))}
    times = {"starts_at": at(0, "08:00"), "ends_at": at(0, "18:00"), "unpaid_break_minutes": 30}
    await barrow.sends("ruth", "roster", "/v1/shifts", {**whose, **times, "kind": "shift"})
    await hear(barrow.system, clearance(employee(who), team_id=TEAM))


async def planned(barrow: Barrow, client: Client, who: str, day: date, at: str) -> dict[str, Any]:
    """A visit of half an hour."""
    starts_at = datetime.fromisoformat(Calendar(day).at(0, at))
    visit = {
        "id": new_id("visit", client.key, str(day), at),
        "team_id": str(TEAM),
        "client_id": client.client_id,
        "employee_id": str(employee(who)),
        "starts_at": starts_at.isoformat(),
        "ends_at": (starts_at + timedelta(minutes=30)).isoformat(),
        "purpose": "Dressing",
    }
    made: dict[str, Any] = await barrow.sends(who, "roster", "/v1/visits", visit)
    return made


async def the_agencys_calls_come_from_the_council(barrow: Barrow, leonard: Client, connection_id: str) -> None:
    """Step 5: nobody of the team typed them, and a visit at nine warns."""
    await leonard.shares(connection_id, ["council_ref"], "LAS-40085")
    council = await barrow.system.client("interop", ARRANGES, "integrator")
    calls = [{"days": [1, 2, 3, 4, 5, 6, 7], "at": "08:45", "minutes": 45}]
    told = {"council_ref": "LAS-40085", "care_ref": "PKG-7", "agency": "Larkfield", "kind": "personal_care"}
    told |= {"times": calls, "from_on": (YESTERDAY - timedelta(days=30)).isoformat()}
    path = "/v1/social-care/agency-care"
    assert (await council.post(path, json=told)).status_code == 200
    unknown = await council.post(path, json=told | {"council_ref": "LAS-1"})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown_case")

    async def shown() -> Any:
        asked = {"on": YESTERDAY.isoformat()}
        about = await barrow.reads("tom", "caseload", f"/v1/clients/{leonard.client_id}/other-care", **asked)
        return about["items"]

    (call,) = await until(shown)
    assert (call["agency"], call["kind"]) == ("Larkfield", "personal_care")
    await on_shift(barrow, "tom", YESTERDAY)

    async def roster_heard() -> Any:
        async with barrow.system.databases["roster"].transaction(SYSTEM) as tx:
            return await tx.all(select(tx.metadata.tables["agency_call"]))

    await until(roster_heard)
    foreseen = await planned(barrow, leonard, "tom", YESTERDAY, STARTS[0])
    assert foreseen["warnings"] == ["agency_is_there"]


async def a_day_reaches_the_surgery_and_the_trust(barrow: Barrow, clients: list[Client]) -> None:
    """Step 6: eight visits of a day, the first of which is planned already, while Ewan's endpoint is down."""
    visited = [clients[number % len(clients)] for number in range(len(STARTS))]
    for client, at in zip(visited[1:], STARTS[1:], strict=True):
        await planned(barrow, client, "tom", YESTERDAY, at)
    for client in clients:
        await client.is_known_to_the_nhs()
    ewan = await barrow.caller("interop", "ewan")
    subscriptions = [await _subscribed(ewan, one) for one in ("Appointment?status=fulfilled", "EpisodeOfCare")]
    cursor = await latest(ewan)
    barrow.hook.answers = [503] * TRIES
    for client, at in zip(visited, STARTS, strict=True):
        await _recorded(barrow, client, at)
    await _all_events_come_in_order_and_again_by_cursor(barrow, ewan, subscriptions[0], cursor)
    await _the_day_adds_up_at_the_surgery(barrow, clients)


async def _subscribed(ewan: Any, criteria: str) -> str:
    answer = await ewan.post(f"{BASE}/Subscription", json=a_subscription(criteria))
    assert answer.status_code == 201, answer.text
    path = f"{BASE}/Subscription/{answer.json()['id']}"

    async def is_active() -> bool:
        return bool((await ewan.get(path)).json()["status"] == "active")

    await until(is_active)
    return path


async def _recorded(barrow: Barrow, client: Client, at: str) -> None:
    """One entry of Tom's, and nothing else by anybody."""
    contact = {
        "id": new_id("contact", client.key, at),
        "episode_of_care_id": client.episode_id,
        "visit_id": new_id("visit", client.key, str(YESTERDAY), at),
        "employee_id": str(employee("tom")),
        "channel": "in_person",
        "started_at": Calendar(YESTERDAY).at(0, at),
        "segments": [{"id": new_id("segment", client.key, at), "activity_type": "nursing", "minutes": 30}],
    }
    await barrow.sends("tom", "caseload", "/v1/care-contacts", contact)


async def _all_events_come_in_order_and_again_by_cursor(barrow: Barrow, ewan: Any, path: str, cursor: str) -> None:
    def told() -> list[str]:
        bundles = [one for one in barrow.hook.told("event-notification") if path in str(values(one)["subscription"])]
        return [number for bundle in bundles for number in numbers(bundle)]

    await until(lambda: len(told()) >= len(STARTS), PATIENT)
    assert barrow.hook.answers == [], "it was down"
    assert told() == [str(number) for number in range(1, len(told()) + 1)]
    assert numbers((await ewan.get(f"{path}/$events")).json()) == told()

    async def done() -> Any:
        found, _ = await follow(ewan, cursor)
        visits = [one for one in found if one["type"] == "roster.visit.done.v1"]
        return found if len(visits) == len(STARTS) else None

    ids = [one["id"] for one in await until(done, PATIENT)]
    assert len(set(ids)) == len(ids)
    again, _ = await follow(ewan, cursor)
    assert [one["id"] for one in again][: len(ids)] == ids


async def _the_day_adds_up_at_the_surgery(barrow: Barrow, clients: list[Client]) -> None:
    async def documents() -> Any:
        found = (await barrow.reads("tom", "interop", "/v1/gp-documents"))["items"]
        return found if sum(len(one["contacts"]) for one in found) == len(STARTS) else None

    for one in await until(documents, PATIENT):
        await barrow.sends("tom", "interop", f"/v1/gp-documents/{one['id']}/send")

    async def reckoned() -> Any:
        asked = {"day": YESTERDAY.isoformat(), "partner": "gp_documents"}
        (line,) = (await barrow.reads("nadia", "interop", "/v1/reconciliations", **asked))["items"]
        return line if line["acknowledged"] == line["done"] else None

    line = await until(reckoned, PATIENT)
    assert (line["done"], line["sent"], line["acknowledged"], line["differences"]) == (8, 8, 8, [])
    assert len(barrow.mesh.sent) == len(clients), "one document for each client's day"
    assert FILED in barrow.mesh.codes


async def an_admission_pauses_harolds_care(barrow: Barrow, harold: Client) -> None:
    """Step 7."""
    monday = YESTERDAY + timedelta(days=14 - YESTERDAY.weekday())
    await on_shift(barrow, "ruth", monday)
    visit = await planned(barrow, harold, "ruth", monday, "10:00")
    ewan = await barrow.caller("interop", "ewan")
    stay = a_stay(period={"start": (datetime.now(UTC) - timedelta(hours=1)).isoformat()})
    number = next(one["nhs_number"] for one in DATA["clients"] if one["given_name"] == "Harold")
    stay["subject"]["identifier"]["value"] = number[:-1] + "7"
    wrong = await ewan.post(f"{BASE}/Encounter", json=stay, headers=FHIR)
    assert (wrong.status_code, "Encounter.subject" in wrong.text) == (422, True), wrong.text
    stay["subject"]["identifier"]["value"] = number
    admitted = await ewan.post(f"{BASE}/Encounter", json=stay, headers=FHIR)
    assert admitted.status_code == 201, admitted.text

    async def cancelled() -> Any:
        read = await barrow.reads("ruth", "roster", f"/v1/visits/{visit['id']}")
        return read if read["status"] == "cancelled" else None

    assert (await until(cancelled))["cancel_reason"] == "The client's care is paused."
    episode = await barrow.reads("ruth", "caseload", f"/v1/episodes-of-care/{harold.episode_id}")
    assert (episode["status"], episode["pause_reason"]) == ("onhold", "in_hospital")
    alerts = (await barrow.reads("ruth", "caseload", "/v1/alerts", team_id=str(TEAM)))["items"]
    (told,) = [one for one in alerts if one["kind"] == "hospital_stay"]
    assert str(employee("ruth")) in told["for_people"]
    await until(lambda: harold.episode_id in str(barrow.hook.told("event-notification")))
