"""The meeting: a rota that is proposed, questioned, changed by nobody but the team, and agreed by consent."""

from datetime import UTC, datetime
from typing import Any

from demo.barrow import DATA, TEAM, employee, id_of
from demo.callers import Refused, until
from demo.day import Day
from demo.report import Step
from services.common.types import day_in_england

MEMBERS = [member["key"] for member in DATA["staff"]]
WORKDAYS, WEEKEND = ["mon", "tue", "wed", "thu", "fri"], ["sat", "sun"]
# The hours of the team: nine to five, and at weekends eight to noon with four hours on call.
DAY_PARTS = [{"starts_minute": 540, "ends_minute": 1020, "unpaid_break_minutes": 30}]
WEEKEND_PARTS = [
    {"starts_minute": 480, "ends_minute": 720},
    {"kind": "on_call_home", "starts_minute": 720, "ends_minute": 960},
]
NEEDS = [
    {"code": "D", "days": WORKDAYS, "people": 3, "of": [{"kind": "role", "code": "registered_nurse", "people": 2}]},
    {"code": "W", "days": WEEKEND, "people": 1, "of": [{"kind": "role", "code": "registered_nurse", "people": 1}]},
]
ROTA = "/roster/v1/rotas"


async def rota(day: Day, step: Step) -> None:
    """Four weeks, in the future whenever the demo is played."""
    at = f"{ROTA}/{await _begun(day)}"
    published = await _published(day, at)
    if published is None:
        chosen = await _proposed(day, step, at)
        await _questioned(day, step, chosen)
        published = await _agreed(day, step, chosen)
    whole = await day.gateway.get("tom", f"/roster/v1/rota-versions/{published}")
    on_duty = {duty["employee_id"] for duty in whole["duties"]}
    step.check(len(on_duty) >= len(MEMBERS) - 1, f"{len(whole['duties'])} duties of four weeks are published")
    first, last = day.calendar.day(14), day.calendar.day(41)

    async def shifts() -> Any:
        page = await day.gateway.get("tom", f"/roster/v1/shifts?team_id={TEAM}&from_on={first}&to_on={last}&limit=100")
        return page["items"]

    step.check(await until(shifts), "each duty is a shift, and what each works is told to hr and to their phones")


async def _begun(day: Day) -> str:
    rota_id = str(id_of("rota", day.calendar.day(14)))
    for code, parts in (("D", DAY_PARTS), ("W", WEEKEND_PARTS)):
        type_ = {"id": str(id_of("duty", code)), "team_id": str(TEAM), "code": code, "parts": parts}
        await day.gateway.send("ruth", "/roster/v1/duty-types", type_ | {"from_on": day.calendar.day(0)})
    period = {"id": rota_id, "team_id": str(TEAM), "needs": NEEDS}
    await day.gateway.send("ruth", ROTA, period | {"from_on": day.calendar.day(14), "to_on": day.calendar.day(41)})
    return rota_id


async def _published(day: Day, at: str) -> str | None:
    versions = (await day.gateway.get("ruth", f"{at}/versions?limit=100"))["items"]
    return next((one["id"] for one in versions if one["state"] == "published"), None)


async def _proposed(day: Day, step: Step, at: str) -> str:
    result = await day.gateway.answered("ruth", f"{at}/proposals", {"seconds": 5})
    labels = ", ".join(proposal["label"] for proposal in result["proposals"])
    step.check(result["proposals"], f"the solver prepares drafts to choose from: {labels}")
    best: dict[str, Any] = result["proposals"][0]
    why = await day.gateway.get("ruth", f"/roster/v1/rota-versions/{best['rota_version_id']}/explanation")
    broken = [breach["law"] for breach in why["breaches"]]
    step.check(not broken, "none of them breaks the law, an agreement or somebody's leave")
    step.check(
        why["points"] == sum(rule["points"] for rule in why["rules"]), f"each point has its reason. {best['words']}"
    )
    return str(best["rota_version_id"])


async def _questioned(day: Day, step: Step, chosen: str) -> None:
    """Priya asks about the first Saturday; if it is hers, Megan does."""
    whole = await day.gateway.get("priya", f"/roster/v1/rota-versions/{chosen}")
    saturday = day.calendar.day(19)
    hers = {duty["employee_id"] for duty in whole["duties"] if duty["day_on"] == saturday}
    who = "megan" if str(employee("priya")) in hers else "priya"
    cell = {"employee_id": str(employee(who)), "day_on": saturday, "code": "W"}
    why = await day.gateway.answered("ruth", f"/roster/v1/rota-versions/{chosen}/why", cell)
    step.check(why and why["words"], f"“Why not me on Saturday?” {why['words']}")


async def _agreed(day: Day, step: Step, chosen: str) -> str:
    at = f"/roster/v1/rota-versions/{chosen}"
    await _take_step(day, f"{at}/propose")
    for member in MEMBERS:
        said = "can_live_with" if member == "priya" else "ok"
        await day.gateway.send(
            member, f"{at}/responses", {"id": str(id_of("response", chosen, member)), "answer": said}
        )
    there = [str(employee(member)) for member in MEMBERS]
    today = day_in_england(datetime.now(UTC))
    decided = {"id": str(id_of("agreed", chosen)), "meeting_on": str(today), "present": there}
    await _take_step(day, f"{at}/decision", decided | {"facilitator_id": str(employee("megan"))})
    answer = await _take_step(day, f"{at}/publish", {})
    step.check(
        answer["rota_version"]["state"] == "published", "all six agree, one can live with it, and it is published"
    )
    return chosen


async def _take_step(day: Day, path: str, body: Any = None) -> Any:
    """A step of a version, from how it stands now. Raises `Refused`."""
    read = await day.gateway.call("megan", "GET", path.rsplit("/", 1)[0])
    answer = await day.gateway.call("megan", "POST", path, body, if_match=read.headers["ETag"])
    if not answer.is_success:
        raise Refused(answer)
    return answer.json()
