"""Journey J3: the team's weekly meeting, from the agenda to what is written back (mission rows 3.08 and 5.43).

Steps 1 to 5, with the demo team; whether Maureen's visits fit, and step 6, are asked in `test_rota_meeting.py`.
"""

import dataclasses
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from demo.barrow import DATA, TEAM, Calendar, employee, id_of, people
from demo.callers import until
from demo.partners.surgery import DOS_SERVICE_ID, referral_message, waiting_patient
from demo.report import Report
from demo.seed.rota import Rota
from services.caseload.main import SERVICE as CASELOAD
from services.common.types import day_in_england
from services.finance.main import SERVICE as FINANCE
from services.finance.usecases import ask_for_decisions
from services.governance.domain.meeting import iso_week
from services.governance.main import SERVICE as GOVERNANCE
from services.hr.main import SERVICE as HR
from services.interop.main import SERVICE as INTEROP
from services.roster.main import SERVICE as ROSTER
from tests.journeys.door import Door, move_in
from tests.running import Databases, owner, running

MEMBERS = [member["key"] for member in DATA["staff"]]
JOAN, BERYL, OLIVE, LEONARD = (id_of("client", key) for key in ("cl-03", "cl-05", "cl-09", "cl-08"))
TODAY = day_in_england(datetime.now(UTC))
# The meeting is on the Wednesday of the demo's week, and that is today.
CALENDAR = Calendar(TODAY - timedelta(days=2))
MEETING, MAUREENS = id_of("meeting", "J3"), id_of("decision", "dc-1")
WIN = "Kenneth walked to the shop"
# The team rated its clients a month ago.
A_MONTH_AGO = "update rating_fact set rated_at = rated_at - interval '30 days'"
# Beryl's 35th day, on which finance asks what follows, as its clock has it.
DAY_OF_DECISION = TODAY + timedelta(days=18)


@pytest.fixture
async def door(databases: Databases) -> AsyncIterator[Door]:
    finance = dataclasses.replace(FINANCE, background=(ask_for_decisions(lambda: DAY_OF_DECISION, every=0.5),))
    async with running(databases, HR, CASELOAD, ROSTER, GOVERNANCE, INTEROP, finance) as system:
        made = Door(system)
        await move_in(made, CALENDAR)
        rota = Rota(made, CALENDAR, Report(as_json=True))
        await rota._standing_visits(set())
        for words in DATA["team"]["ground_rules"]:
            await made.send("ruth", "/governance/v1/ground-rules", _of_team(words=words))
        for obstacle in DATA["obstacles"]:
            raised = {name: obstacle[name] for name in ("title", "kind", "tag", "owner")}
            raised["raised_on"] = CALENDAR.day(obstacle["raised"])
            await made.send("ruth", "/governance/v1/obstacles", _of_team("obstacle", obstacle["key"], **raised))
        yield made


def _of_team(*name: str, **body: Any) -> dict[str, Any]:
    return {"id": str(id_of(*(name or tuple(map(str, body.values()))))), "team_id": str(TEAM), **body}


async def two_referrals(door: Door) -> tuple[str, str]:
    """Maureen comes from the surgery's own system; Bernard, who has no health need, from the vicar."""
    endpoint = _of_team("endpoint", "barrow", dos_service_id=DOS_SERVICE_ID)
    await door.send("nadia", "/interop/v1/service-endpoints", endpoint)
    message = referral_message(waiting_patient(), CALENDAR)
    ids = {"x_request_id": str(id_of("x")), "x_correlation_id": str(id_of("y"))}
    sent = await door.call("ewan", "POST", "/fhir/R4/$process-message", message, **ids)
    assert sent.status_code == 200, sent.text
    bernard = next(one for one in DATA["waiting"] if one["key"] == "rf-20")
    person = {name: bernard[name] for name in ("given_name", "family_name", "birth_on", "nhs_number")}
    told = {"source": bernard["source"], "reason": "Lonely since his wife died", "health_need": False}
    told |= {"received_at": CALENDAR.at(-1, "09:00"), "referrer": "The vicar of Barrow", "person": person}
    await door.send("ruth", "/caseload/v1/referrals", _of_team("referral", "rf-20", **told))

    async def received() -> Any:
        page = await door.get("ruth", f"/caseload/v1/referrals?team_id={TEAM}&status=received")
        return page["items"] if len(page["items"]) == 2 else None

    found = {one["family_name"]: one["id"] for one in await until(received)}
    return found["Tabor"], found["Pask"]


async def propose(door: Door, key: str, title: str, *subjects: tuple[str, str]) -> str:
    about = [{"kind": kind, "id": subject} for kind, subject in subjects]
    proposal = {"title": title, "proposal": "As said at the meeting", "subjects": about}
    await door.send("megan", "/governance/v1/decisions", _of_team("decision", key, **proposal))
    return f"/governance/v1/decisions/{id_of('decision', key)}"


async def adopt(door: Door, path: str, **positions: str) -> dict[str, Any]:
    """Everybody takes a position, and agrees where nothing else is said."""
    for member in MEMBERS:
        position = {"position": positions.get(member, "agree")}
        await door.send(member, f"{path}/positions", position)
    adopted: dict[str, Any] = await door.send("megan", f"{path}/adopt", {"review_on": CALENDAR.day(32)})
    return adopted


async def agenda(door: Door) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await door.get("tom", f"/governance/v1/meetings/{MEETING}/agenda"))["items"]
    return items


def of_kind(items: list[dict[str, Any]], kind: str, what: str = "subject_id") -> list[Any]:
    return [item[what] for item in items if item["kind"] == kind]


async def test_the_weekly_meeting_from_agenda_to_what_is_written_back(door: Door) -> None:
    maureen, bernard = await two_referrals(door)
    await before_the_meeting(door, maureen)
    await the_agenda_is_drawn(door, maureen, bernard)
    await maureen_is_taken_on(door, maureen)
    await bernard_is_not(door, bernard)
    await a_rule_is_not_adopted_over_an_objection(door)
    await joans_plan_is_looked_at_again(door)
    await maureen_is_new_at_the_next_meeting(door)
    await the_social_worker_sees_three_clients_for_seven_days(door)


async def before_the_meeting(door: Door, maureen: str) -> None:
    """Joan is worse than at the last meeting; the proposals of the week are there; something went well."""
    await door.system.alter("governance", A_MONTH_AGO)
    worse = {"id": str(id_of("rating", "J3")), "occasion": "interim", "knowledge": 3, "behavior": 3, "status": 1}
    await door.send("ruth", f"/caseload/v1/problems/{id_of('problem', 'cl-03', '24')}/ratings", worse)
    await propose(door, "dc-1", "Take Maureen on; Tom named, Joel deputy", ("referral", maureen))
    await propose(door, "dc-2", "Phones off at lunch, in the place of rule 6")
    await door.send("sandra", "/governance/v1/wins", _of_team("win", words=WIN))


async def the_agenda_is_drawn(door: Door, maureen: str, bernard: str) -> None:
    """Step 1: it holds what came up, as ids and codes, and no name."""

    async def heard() -> bool:
        path = f"/governance/v1/measures?team_id={TEAM}&from_on={TODAY}&to_on={TODAY}"
        told = {one["code"]: one["value"] for one in (await door.get("ruth", path))["items"] if one["part"] is None}
        return bool(told.get("problems_rated"))

    assert await until(heard)
    assert await until(lambda: finance_has_asked(door))
    called = {"held_on": str(TODAY), "chair_id": str(employee("megan"))}
    await door.send("megan", "/governance/v1/meetings", {"id": str(MEETING), "team_id": str(TEAM), **called})
    items = await agenda(door)
    assert set(of_kind(items, "new_referral")) == {maureen, bernard}
    reablement = zip(of_kind(items, "reablement", "client_id"), of_kind(items, "reablement", "number"), strict=True)
    assert list(reablement) == [(str(BERYL), 17)]
    assert of_kind(items, "reablement_decision", "client_id") == [str(BERYL)]
    assert of_kind(items, "acuity_up", "client_id") == [str(JOAN)]
    assert len(of_kind(items, "win")) == 1
    assert set(of_kind(items, "obstacle")) == {str(id_of("obstacle", key)) for key in ("ob-1", "ob-2", "ob-3")}
    assert len(of_kind(items, "decision_due")) == 2
    assert of_kind(items, "rota", "code") == [iso_week(TODAY + timedelta(days=7))]
    (monday,) = of_kind(items, "client_facing", "day")
    week = await door.get("tom", f"/roster/v1/time-summary?team_id={TEAM}&week_of={monday}")
    assert round(week["standing_share"]["percent"], 1) == 28.4
    await nobody_is_named(door)


async def nobody_is_named(door: Door) -> None:
    text = (await door.call("tom", "GET", f"/governance/v1/meetings/{MEETING}/agenda")).text
    text += (await door.call("anneke", "GET", f"/governance/v1/meetings/summary?team_id={TEAM}")).text
    everybody = DATA["clients"] + DATA["waiting"]
    told = [one[name] for one in everybody for name in ("family_name", "nhs_number") if one[name] in text]
    assert told == []
    assert (await door.refused("anneke", "GET", f"/governance/v1/meetings/{MEETING}/agenda"))[0] == 403


async def finance_has_asked(door: Door) -> bool:
    """Governance has heard that Beryl's free days started, and that nobody has said what follows them."""
    async with owner(door.system.databases["governance"].url) as connection:
        told = "select count(*) from reablement_fact where started_on is not null and undecided_on is not null"
        return bool(await connection.fetchval(told))


async def maureen_is_taken_on(door: Door, maureen: str) -> None:
    """Step 2: five agree, Priya can live with it; the referral is accepted by that decision, and the GP can tell."""
    adopted = await adopt(door, f"/governance/v1/decisions/{MAUREENS}", priya="can_live_with")
    assert (adopted["status"], adopted["consent"]["agree"], adopted["consent"]["can_live_with"]) == ("adopted", 5, 1)
    acceptance = {
        "client_id": str(id_of("maureen", "client")),
        "episode_of_care_id": str(id_of("maureen", "episode")),
        "named_nurse_id": str(employee("tom")),
        "deputy_id": str(employee("joel")),
        "pathway": "recovery",
        "decision_id": str(MAUREENS),
    }

    async def accepted() -> Any:
        answer = await door.call("tom", "POST", f"/caseload/v1/referrals/{maureen}/accept", acceptance)
        return answer.json() if answer.is_success else None

    episode = await until(accepted)
    assert (episode["named_nurse_id"], episode["deputy_id"]) == (str(employee("tom")), str(employee("joel")))

    async def told_the_gp() -> bool:
        answer = await door.call("ewan", "GET", f"/fhir/R4/ServiceRequest/{maureen}")
        return answer.is_success and acceptance["client_id"] in answer.text

    assert await until(told_the_gp)
    assert await until(lambda: outcome_of(door, maureen)) == "accepted"


async def outcome_of(door: Door, referral_id: str) -> str | None:
    return next(item["outcome"] for item in await agenda(door) if item["subject_id"] == referral_id)


async def bernard_is_not(door: Door, bernard: str) -> None:
    """Step 3: no health need, so he is introduced to the Befrienders; what is told of it holds nothing clinical."""
    path = f"/caseload/v1/referrals/{bernard}/not-take"
    no = {"reason": "no_health_need", "signpost": "Barrow Befrienders, Thursdays at two in the village hall"}
    answered = await door.send("megan", path, no)
    assert (answered["status"], answered["not_taken_reason"]) == ("not_taken", "no_health_need")
    told = [
        one for one in await door.system.published("caseload") if one.type.startswith("caseload.referral.not_taken")
    ]
    about = {"referral_id", "team_id", "source", "reason", "received_at", "decided_at", "inbound_referral_id"}
    assert [set(one.data) for one in told] == [about]
    assert await until(lambda: outcome_of(door, bernard)) == "not_taken"


async def a_rule_is_not_adopted_over_an_objection(door: Door) -> None:
    """Step 4: Ruth cannot live with it, so it becomes a trial of 30 days; a ninth rule replaces one."""
    path = f"/governance/v1/decisions/{id_of('decision', 'dc-2')}"
    objection = {"position": "cannot_live_with", "reason": "Joan's daughter rings at lunch"}
    for member in MEMBERS:
        await door.send(member, f"{path}/positions", objection if member == "ruth" else {"position": "agree"})
    refused = await door.refused("megan", "POST", f"{path}/adopt", {"review_on": CALENDAR.day(32)})
    assert refused == (409, "objection_stands")
    await door.send("megan", f"{path}/not-adopt", {"reason": "Tried for a month first, with one phone on"})
    trial = await propose(door, "dc-2 trial", "For 30 days: phones off at lunch, but one")
    assert (await adopt(door, trial))["review_on"] == CALENDAR.day(32)
    ninth = {"id": str(id_of("ninth rule")), "team_id": str(TEAM), "words": "Phones off at lunch"}
    assert await door.refused("megan", "POST", "/governance/v1/ground-rules", ninth) == (
        409,
        "rule_needs_to_replace_one",
    )


async def joans_plan_is_looked_at_again(door: Door) -> None:
    """What is agreed for a client at the meeting is among her tasks in caseload."""
    (item,) = [one for one in await agenda(door) if one["kind"] == "acuity_up"]
    who = {"task": "review_plan", "employee_id": str(employee("ruth")), "due_on": CALENDAR.day(4)}
    task = {"id": str(id_of("task", "J3")), "agenda_item_id": item["id"], **who}
    await door.send("megan", "/governance/v1/meeting-actions", task)

    async def tasks() -> Any:
        return (await door.get("ruth", f"/caseload/v1/actions?client_id={JOAN}"))["items"]

    (found,) = await until(tasks)
    assert (found["id"], found["employee_id"], found["due_on"]) == (task["id"], who["employee_id"], who["due_on"])
    attended = {"present": [str(employee(member)) for member in MEMBERS], "coach_joined": True}
    held = await door.send("megan", f"/governance/v1/meetings/{MEETING}/hold", attended)
    assert held["status"] == "held"
    health = await door.get("anneke", f"/governance/v1/meetings/summary?team_id={TEAM}")
    assert (health["held"], health["coach_joined"], health["items"]["obstacle"]) == (1, 1, 3)


async def maureen_is_new_at_the_next_meeting(door: Door) -> None:
    """She was taken on at this meeting, on the day that it was held; nobody else is new."""
    next_week = {"held_on": str(TODAY + timedelta(days=7)), "chair_id": str(employee("tom"))}
    drawn = await door.send("tom", "/governance/v1/meetings", _of_team("meeting", "J3 next", **next_week))
    assert of_kind(drawn["items"], "new_client", "client_id") == [str(id_of("maureen", "client"))]


async def the_social_worker_sees_three_clients_for_seven_days(door: Door) -> None:
    """Step 5: Olive, Leonard and Beryl share with Gareth; nobody else is there for him, and in a week nobody is."""
    shared = {"guest": people()["gareth"].subject, "purpose": "One plan for help at home", "fields": ["given_name"]}
    theirs = {str(client) for client in (OLIVE, LEONARD, BERYL)}
    for client in theirs:
        seat = {"id": str(id_of("seat", client)), "client_id": client, **shared}
        await door.send("megan", "/caseload/v1/guest-seats", seat)
    seen = await door.get("gareth", "/caseload/v1/shared-clients")
    assert {one["client_id"] for one in seen["items"]} == theirs
    assert (await door.refused("gareth", "GET", f"/caseload/v1/shared-clients/{JOAN}"))[0] == 404
    assert (await door.refused("gareth", "GET", f"/caseload/v1/clients/{JOAN}"))[0] == 403
    await door.system.alter("caseload", "update guest_seat set until_at = until_at - interval '7 days'")
    assert (await door.get("gareth", "/caseload/v1/shared-clients"))["items"] == []
    for client in theirs:
        assert (await door.refused("gareth", "GET", f"/caseload/v1/shared-clients/{client}"))[0] == 404
