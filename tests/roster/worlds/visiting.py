"""What roster's visiting adds to the world of the tests that ask everybody: ids, bodies and secrets."""

from typing import Any

from uuid6 import uuid7

from tests.access.world import World
from tests.roster.facts import RUTH, a_plan
from tests.roster.visiting.told import at, hours, on_shift_now, planned, step

WHY = {"reason": "Nobody answered the bell"}


async def add(made: World) -> None:
    nurse, plan = await made.system.nurse("roster"), a_plan(from_on="2026-11-02")
    await _post(nurse, "/v1/visit-plans", plan)
    series = {
        "id": str(uuid7()),
        "visit_plan_id": plan["id"],
        "employee_id": str(RUTH),
        "starts_minute": 600,
        "weekdays": [1],
        "from_on": "2199-01-01",
    }
    await _post(nurse, "/v1/visit-series", series)
    made.ids |= {"visit_plan_id": plan["id"], "series_id": series["id"], "move_wish_id": await _wish(made, nurse)}
    made.bodies |= {
        "POST /v1/visits/{visit_id}/confirm": {"told_how": "phone"},
        "POST /v1/visits/{visit_id}/no-reply": WHY,
        "POST /v1/visits/{visit_id}/missed": WHY,
        "POST /v1/opening-hours": hours(),
        "POST /v1/move-wishes/{move_wish_id}/accept": {"starts_at": at(120)},
        "POST /v1/visit-series": series,
        "POST /v1/visit-series/{series_id}/change": {"scope": "all", "starts_minute": 660},
    }
    made.secrets["words"] |= {WHY["reason"]}


async def _wish(made: World, nurse: Any) -> str:
    """That a client would rather be visited later, come by a link."""
    await on_shift_now(nurse)
    visit = await planned(nurse, starts_at=at(60), ends_at=at(90))
    link = (await step(nurse, visit, "send-link")).json()["link"]
    made.secrets["words"] |= {link}
    client = await made.system.client("roster", None)
    assert (await client.post(f"/open/visits/{link}/ask-to-move", json={"wish": "later"})).status_code == 201
    return str((await nurse.get("/v1/move-wishes")).json()["items"][0]["id"])


async def _post(nurse: Any, path: str, body: Any) -> None:
    answer = await nurse.post(path, json=body)
    assert answer.status_code == 201, answer.text
