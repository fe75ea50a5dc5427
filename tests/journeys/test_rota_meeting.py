"""Journey J3, steps 2 and 6: what if the team took Maureen on, and the rota that it agrees at its meeting."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from demo.barrow import DATA, TEAM, Calendar, employee, id_of
from demo.callers import until
from demo.report import Report
from demo.seed.rota import Rota
from services.caseload.main import SERVICE as CASELOAD
from services.common.types import day_in_england
from services.governance.main import SERVICE as GOVERNANCE
from services.hr.main import SERVICE as HR
from services.roster.events import ShiftPlanned
from services.roster.main import SERVICE as ROSTER
from services.roster.usecases.proposing import HANDLERS
from tests.journeys.door import Door, move_in
from tests.roster.jobs.asked import over, working
from tests.running import Databases, running

MEMBERS = [member["key"] for member in DATA["staff"]]
TODAY = day_in_england(datetime.now(UTC))
# The meeting is today, in the demo's week; the rota is that of the week after next.
CALENDAR = Calendar(TODAY - timedelta(days=TODAY.weekday()))
MONDAY, THURSDAY = 14, 17
RARE = ("bowel_care", "catheter")
EVERY_DAY = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


@pytest.fixture
async def door(databases: Databases) -> AsyncIterator[Door]:
    async with running(databases, HR, CASELOAD, ROSTER, GOVERNANCE) as system:
        made = Door(system)
        await move_in(made, CALENDAR)
        rota = Rota(made, CALENDAR, Report(as_json=True))
        await rota._shifts()
        await rota._standing_visits(set())
        yield made


def _of_team(*name: str, **body: Any) -> dict[str, Any]:
    return {"id": str(id_of("J3.6", *name)), "team_id": str(TEAM), **body}


async def test_maureens_two_hours_a_week_fit_on_tuesday_and_thursday(door: Door) -> None:
    """Step 2: asked before the decision, and nothing is kept of it."""
    visits = [{"times_a_week": 2, "minutes": 60, "role": "registered_nurse", "days": ["tue", "thu"]}]

    async def known() -> Any:
        asked = {"team_id": str(TEAM), "visits": visits, "week_of": CALENDAR.day(7)}
        answer = await door.call("tom", "POST", "/roster/v1/capacity/what-if", asked)
        return answer.json() if answer.is_success and answer.json()["fits"] else None

    found = await until(known)
    fits = {day["on"]: [visit["fits"] for visit in day["visits"]] for day in found["days"] if day["visits"]}
    assert fits == {CALENDAR.day(1): [True], CALENDAR.day(3): [True]}
    assert found["gap_minutes"] == 0


async def test_the_rota_from_a_draft_to_a_swap_between_colleagues(door: Door) -> None:
    """Step 6: the draft suggests, the team changes it and agrees, and a swap says what then rests on Ruth alone."""
    await who_can_do_what(door)
    version = await agreed(door, await changed(door, await suggested(door)))
    await six_are_told(door, version)
    await two_rare_visits(door)
    await priya_swaps_thursday_with_megan(door)


async def who_can_do_what(door: Door) -> None:
    for member in DATA["staff"]:
        for skill in set(member["skills"]) & set(RARE):
            about = {"employee_id": str(employee(member["key"])), "skill": skill, "from_on": CALENDAR.day(0)}
            await door.send("ruth", "/roster/v1/member-skills", _of_team("skill", member["key"], skill, **about))


async def suggested(door: Door) -> str:
    parts = [{"starts_minute": 540, "ends_minute": 1020, "unpaid_break_minutes": 30}]
    about = {"code": "D", "parts": parts, "from_on": CALENDAR.day(0)}
    await door.send("ruth", "/roster/v1/duty-types", _of_team("duty", **about))
    nurses = [{"kind": "role", "code": "registered_nurse", "people": 1}]
    needs = [{"code": "D", "days": EVERY_DAY, "people": 2, "of": nurses}]
    period = {"from_on": CALENDAR.day(MONDAY), "to_on": CALENDAR.day(MONDAY + 6), "needs": needs}
    await door.send("ruth", "/roster/v1/rotas", _of_team("rota", **period))
    job = await door.send("ruth", f"/roster/v1/rotas/{id_of('J3.6', 'rota')}/proposals", {"seconds": 2})
    async with working(door.system, HANDLERS):
        result = (await over(door.system, job["id"], 90)).result
    best = result["proposals"][0]["rota_version_id"]
    why = await door.get("priya", f"/roster/v1/rota-versions/{best}/explanation")
    assert why["proposed"]["words"]
    assert all(match["words"] for rule in why["rules"] for match in rule["matches"])
    return str(best)


async def changed(door: Door, draft: str) -> str:
    """The team's own word on the Thursday, and a day for whoever had none; all else stays as it was suggested."""
    thursday = {"ruth": "D", "priya": "D", "megan": None, "tom": None, "joel": None, "sandra": None}
    cells = [_cell(member, THURSDAY, code) for member, code in thursday.items()]
    whole = await door.get("ruth", f"/roster/v1/rota-versions/{draft}")
    on_duty = {duty["employee_id"] for duty in whole["duties"] if duty["day_on"] != CALENDAR.day(THURSDAY)}
    idle = [member for member in MEMBERS if str(employee(member)) not in on_duty and not thursday[member]]
    cells += [_cell(member, MONDAY + 1, "D") for member in idle]
    edit = {"id": str(id_of("J3.6", "edit")), "from_version_id": draft, "duties": cells}
    made = await door.send("priya", f"/roster/v1/rotas/{id_of('J3.6', 'rota')}/versions", edit)
    kept = {(duty["employee_id"], duty["day_on"]) for duty in made["duties"]}
    assert (str(employee("priya")), CALENDAR.day(THURSDAY)) in kept
    return str(edit["id"])


def _cell(member: str, day: int, code: str | None) -> dict[str, Any]:
    return {"employee_id": str(employee(member)), "day_on": CALENDAR.day(day), "code": code}


async def agreed(door: Door, version: str) -> str:
    at = f"/roster/v1/rota-versions/{version}"
    await _step(door, at, "propose")
    for member in MEMBERS:
        said = "can_live_with" if member == "priya" else "ok"
        await door.send(member, f"{at}/responses", {"id": str(id_of("J3.6", "said", member)), "answer": said})
    early = await door.call("megan", "POST", f"{at}/publish", {}, if_match=await _etag(door, at))
    assert (early.status_code, early.json()["code"]) == (409, "not_agreed")
    there = [str(employee(member)) for member in MEMBERS]
    decided = {"meeting_on": str(TODAY), "present": there, "facilitator_id": str(employee("megan"))}
    await _step(door, at, "decision", {"id": str(id_of("J3.6", "decided")), **decided})
    grounds = {"ground": {"kind": "agreement", "words": "Of the team's meeting"}}
    assert (await _step(door, at, "publish", grounds))["rota_version"]["state"] == "published"
    return version


async def six_are_told(door: Door, version: str) -> None:
    told = [one.data for one in await door.system.published("roster", ShiftPlanned)]
    of_rota = {one["employee_id"] for one in told if one["starts_at"][:10] >= CALENDAR.day(MONDAY)}
    whole = await door.get("tom", f"/roster/v1/rota-versions/{version}")
    assert of_rota == {duty["employee_id"] for duty in whole["duties"]} == {str(employee(one)) for one in MEMBERS}


async def two_rare_visits(door: Door) -> None:
    """Kenneth's bowel care and Frank's catheter, on the Thursday, by Ruth and by Priya."""
    for client, plan, nurse in (("cl-12", 0, "ruth"), ("cl-06", 1, "priya")):
        times = {"starts_at": CALENDAR.at(THURSDAY, "10:00"), "ends_at": CALENDAR.at(THURSDAY, "11:00")}
        whose = {"client_id": str(id_of("client", client)), "employee_id": str(employee(nurse))}
        plan_id = str(id_of("visit-plan", client, plan))
        visit = _of_team("visit", client, **whose, **times, visit_plan_id=plan_id, channel="in_person", purpose="Care")
        await door.insist("ruth", "/roster/v1/visits", visit)


async def priya_swaps_thursday_with_megan(door: Door) -> None:
    day = CALENDAR.day(THURSDAY)
    page = await door.get("priya", f"/roster/v1/shifts?team_id={TEAM}&from_on={day}&to_on={day}")
    (hers,) = [one["id"] for one in page["items"] if one["employee_id"] == str(employee("priya"))]
    swap = _of_team("swap", gives=[hers], to_employee_id=str(employee("megan")))
    await door.send("priya", "/roster/v1/swaps", swap)
    at = f"/roster/v1/swaps/{swap['id']}"
    await _step(door, at, "accept", {})
    delta = (await _step(door, at, "check"))["delta"]
    assert {one["skill"]: one["employee_ids"] for one in delta["skills"]} == {
        skill: [str(employee("ruth"))] for skill in RARE
    }
    resting = {visit for one in delta["skills"] for visit in one["visit_ids"]}
    assert resting == {str(id_of("J3.6", "visit", client)) for client in ("cl-12", "cl-06")}
    grounds = {"ground": {"kind": "agreement", "words": "Ruth said yes"}}
    assert (await _step(door, at, "apply", grounds, by="priya"))["state"] == "applied"
    page = await door.get("tom", f"/roster/v1/shifts?team_id={TEAM}&from_on={day}&to_on={day}")
    assert {one["employee_id"] for one in page["items"]} == {str(employee("ruth")), str(employee("megan"))}


async def _etag(door: Door, at: str) -> str:
    return str((await door.call("megan", "GET", at)).headers["ETag"])


async def _step(door: Door, at: str, verb: str, body: Any = None, *, by: str = "megan") -> Any:
    answer = await door.call(by, "POST", f"{at}/{verb}", body, if_match=await _etag(door, at))
    assert answer.is_success, answer.text
    return answer.json()
