"""Visits week by week: Ruth at work on Mondays, a series of hers, and what became of its days."""

from datetime import date, datetime, timedelta
from typing import Any

from uuid6 import uuid7

from services.common.types import ENGLAND, day_in_england
from tests.roster.facts import RUTH, TOM, a_plan, a_shift
from tests.running import Running

NINE, TEN = 540, 600
TODAY = day_in_england(datetime.now(ENGLAND))
MONDAY = TODAY + timedelta(days=7 - TODAY.weekday())


def on(week: int, weekday: int = 0) -> date:
    return MONDAY + timedelta(days=7 * week + weekday)


def clock(day: date, hour: int) -> str:
    return datetime(day.year, day.month, day.day, hour, tzinfo=ENGLAND).isoformat()


async def shifts(nurse: Any, *weeks: int, weekdays: tuple[int, ...] = (0,), who: tuple[Any, ...] = (RUTH,)) -> None:
    for week in weeks:
        for weekday in weekdays:
            day = on(week, weekday)
            for one in who:
                shift = a_shift(employee_id=one, starts_at=clock(day, 8), ends_at=clock(day, 16))
                assert (await nurse.post("/v1/shifts", json=shift)).status_code == 201


async def at_work(roster: Running) -> Any:
    """Ruth, with three Mondays of shifts ahead of her, as Tom has."""
    ruth = await roster.nurse("roster")
    await shifts(ruth, 0, 1, 2, who=(RUTH, TOM))
    return ruth


async def begun(nurse: Any, plan_changes: dict[str, Any] | None = None, **changes: Any) -> Any:
    plan = a_plan(minutes=60, days=[], from_on=str(TODAY), **(plan_changes or {}))
    assert (await nurse.post("/v1/visit-plans", json=plan)).status_code == 201
    series = {
        "id": str(uuid7()),
        "visit_plan_id": plan["id"],
        "employee_id": str(RUTH),
        "starts_minute": NINE,
        "weekdays": [1],
        "from_on": str(TODAY),
        "until_on": str(on(2)),
    }
    return await nurse.post("/v1/visit-series", json=series | changes)


async def change(nurse: Any, answer: Any, **said: Any) -> Any:
    series = answer.json()["series"]
    newest = (await nurse.get(f"/v1/visit-series/{series['id']}")).json()["version"]
    path, tag = f"/v1/visit-series/{series['id']}/change", {"If-Match": f'"{newest}"'}
    return await nurse.post(path, json=said, headers=tag)


async def visit_on(nurse: Any, day: date) -> Any:
    """The one visit of a day that is not off."""
    found = (await nurse.get("/v1/visits", params={"on": str(day)})).json()["items"]
    return next((visit for visit in found if visit["status"] != "cancelled"), None)


async def times(nurse: Any, *days: date) -> list[str | None]:
    """When the visit of each day begins, and who makes it, on the clocks of England."""
    told = []
    for day in days:
        visit = await visit_on(nurse, day)
        local = visit and datetime.fromisoformat(visit["starts_at"]).astimezone(ENGLAND)
        told.append(local and f"{local:%H:%M} {'Ruth' if visit['employee_id'] == str(RUTH) else 'Tom'}")
    return told


async def begun_of(nurse: Any, plan: str) -> Any:
    series = {"id": str(uuid7()), "visit_plan_id": plan, "employee_id": str(RUTH), "starts_minute": NINE}
    return await nurse.post(
        "/v1/visit-series", json=series | {"weekdays": [1], "from_on": str(TODAY), "until_on": str(on(2))}
    )
