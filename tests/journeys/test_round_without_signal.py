"""Journey J1: Tom's Tuesday, a round with no signal and two who change one line (mission row 1.13).

Steps 2 to 5 and 8, with the demo team, over the API. The day pack and the photo have tests of their own.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from uuid6 import uuid7

from demo.barrow import Calendar, employee, id_of
from services.caseload.events import CareContactRecorded, CarePlanConflicted, OmahaRatingRecorded, WoundMeasured
from services.caseload.main import SERVICE as CASELOAD
from services.common.types import day_in_england
from services.governance.main import SERVICE as GOVERNANCE
from services.hr.main import SERVICE as HR
from services.roster.main import SERVICE as ROSTER
from tests.journeys.door import Door, move_in
from tests.running import Databases, running

CALENDAR = Calendar(day_in_england(datetime.now(UTC)) - timedelta(days=2))
EDITH = "cl-01"
WOUND, PLAN, LINE = id_of("wound", EDITH, 0), id_of("plan", EDITH), id_of("line", EDITH, 0)
PLAN_PATH = f"/caseload/v1/care-plans/{PLAN}"
TWO, THREE, SOFTER = "Compression: 2 layers", "Compression: 3 layers", "Compression: 2 layers, softer liner"
# Tom pushes from one tablet, Joel from another.
TABLETS = {"tom": str(uuid7()), "joel": str(uuid7())}


@pytest.fixture
async def door(databases: Databases) -> AsyncIterator[Door]:
    async with running(databases, HR, CASELOAD, ROSTER, GOVERNANCE) as system:
        made = Door(system)
        await move_in(made, CALENDAR)
        await change_online(made, "tom", TWO)
        yield made


async def plan(door: Door) -> Any:
    return (await door.call("tom", "GET", PLAN_PATH)).json()


async def line(door: Door) -> Any:
    return next(one for one in (await plan(door))["lines"] if one["id"] == str(LINE))


async def change_online(door: Door, who: str, words: str) -> None:
    version = (await plan(door))["version"]
    path, headers = f"{PLAN_PATH}/lines/{LINE}", {"If_Match": f'"{version}"'}
    assert (await door.call(who, "PUT", path, {"words": words}, **headers)).is_success


def did(who: str, sequence: int, kind: str, body: Any, at: datetime, about: Any = None, base: Any = None) -> Any:
    made = {"operation_id": str(uuid7()), "sequence": sequence, "kind": kind, "made_by": str(employee(who))}
    return made | {"occurred_at": at.isoformat(), "about": about or {}, "base_version": base, "body": body}


def change(who: str, sequence: int, words: str, at: datetime, base: int) -> Any:
    about = {"care_plan_id": str(PLAN), "line_id": str(LINE)}
    return did(who, sequence, "change_line", {"words": words}, at, about, base)


async def push(door: Door, who: str, operations: list[Any]) -> Any:
    sent = {"device_id": TABLETS[who], "sent_at": datetime.now(UTC).isoformat(), "unsent": 0}
    return await door.call(who, "POST", "/caseload/v1/sync/push", {**sent, "operations": operations})


async def outcomes(door: Door, who: str, operations: list[Any]) -> list[str]:
    answer = await push(door, who, operations)
    assert answer.status_code == 200, answer.text
    return [one["outcome"] for one in answer.json()["results"]]


def morning_at_ediths(base: int) -> list[Any]:
    """What Tom does where there is no signal: seven operations, the last of them the line of the plan."""
    began, now = datetime.now(UTC) - timedelta(hours=2), datetime.now(UTC)
    contact = {
        "id": str(uuid7()),
        "episode_of_care_id": str(id_of("episode", EDITH)),
        "employee_id": str(employee("tom")),
        "channel": "in_person",
        "started_at": began.isoformat(),
        "segments": [{"id": str(uuid7()), "activity_type": "nursing", "minutes": 75}],
        "interventions": ["02.14", "01.51", "04.50"],
        "note": "Wound smaller, edges clean",
        "note_id": str(uuid7()),
    }
    measured = {"id": str(uuid7()), "measured_at": began.isoformat(), "length_mm": 42, "width_mm": 28}
    scores = {"occasion": "interim", "knowledge": 4, "behavior": 4, "status": 4}
    on = {"care_contact_id": contact["id"]}

    def rated(code: str) -> tuple[Any, datetime, Any]:
        return {"id": str(uuid7()), **scores}, began, {"problem_id": str(id_of("problem", EDITH, code))}

    return [
        did("tom", 1, "record_care_contact", contact, began),
        did("tom", 2, "measure_wound", measured | on, began, {"wound_id": str(WOUND)}),
        did("tom", 3, "add_note", {"id": str(uuid7()), "words": "She asks for her sister"}, began, on),
        did("tom", 4, "rate_problem", *rated("26")),
        did("tom", 5, "rate_problem", *rated("29")),
        did("tom", 6, "add_note", {"id": str(uuid7()), "words": "Sister rung"}, now, on),
        change("tom", 7, SOFTER, now, base),
    ]


@pytest.mark.timeout(300)
async def test_toms_morning_arrives_whole_and_what_two_changed_is_settled_by_one(door: Door) -> None:
    before = (await plan(door))["version"]
    await change_online(door, "joel", THREE)
    queue = morning_at_ediths(before)
    ratings = len(await door.system.published("caseload", OmahaRatingRecorded))
    assert await outcomes(door, "tom", queue) == ["applied"] * 6 + ["conflict"]
    shown = await plan(door)
    assert (shown["version"], (await line(door))["words"]) == (before + 1, THREE)
    trend = (await door.call("joel", "GET", f"/caseload/v1/wounds/{WOUND}")).json()["measurements"]
    assert [one["area_mm2"] / 100 for one in trend] == [17.34, 15.68, 14.4, 11.76]

    (told,) = await door.system.published("caseload", CarePlanConflicted)
    assert set(told.data["people"]) == {str(employee("tom")), str(employee("joel"))}
    for who in ("tom", "joel"):
        mine = await door.call(who, "GET", "/caseload/v1/sync/conflicts?needs_me=true")
        assert [one["id"] for one in mine.json()["items"]] == [told.data["conflict_id"]]

    assert await outcomes(door, "tom", queue) == ["duplicate"] * 7
    gap = await push(door, "tom", [change("tom", 9, TWO, datetime.now(UTC), before)])
    assert (gap.status_code, gap.json()["code"], gap.headers["Expected-Sequence"]) == (409, "sequence_gap", "8")
    assert len(await door.system.published("caseload", CareContactRecorded)) == 1
    assert len(await door.system.published("caseload", OmahaRatingRecorded)) == ratings + 2
    assert [one.data["area_mm2"] for one in await door.system.published("caseload", WoundMeasured)].count(1176) == 1

    at = f"/caseload/v1/sync/conflicts/{told.data['conflict_id']}"
    conflict = (await door.call("tom", "GET", at)).json()
    holds = "Compression: 3 layers, softer liner"
    settled = await door.call("tom", "POST", f"{at}/settle", {"words": holds}, If_Match=f'"{conflict["version"]}"')
    assert settled.status_code == 200, settled.text
    assert ((await plan(door))["version"], (await line(door))["words"]) == (before + 2, holds)


@pytest.mark.timeout(300)
async def test_the_same_two_changes_end_alike_in_the_other_order_of_arrival(door: Door) -> None:
    base = (await plan(door))["version"]
    joel_at = datetime.now(UTC) - timedelta(minutes=15)
    toms, joels = change("tom", 1, SOFTER, datetime.now(UTC), base), change("joel", 1, THREE, joel_at, base)
    assert await outcomes(door, "tom", [toms]) == ["applied"]
    assert await outcomes(door, "joel", [joels]) == ["conflict"]
    assert (await line(door))["words"] == THREE
    (told,) = await door.system.published("caseload", CarePlanConflicted)
    conflict = (await door.call("tom", "GET", f"/caseload/v1/sync/conflicts/{told.data['conflict_id']}")).json()
    said = {(one["content"]["words"], one["made_by"], one["is_live"]) for one in conflict["versions"]}
    assert said == {(THREE, str(employee("joel")), True), (SOFTER, str(employee("tom")), False)}
