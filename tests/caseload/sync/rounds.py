"""A nurse's round for the tests: visits as roster tells of them, and what was read of it."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text

from services.common.connected import LONGEST_TRANSACTION
from services.common.types import day_in_england
from tests.access.world import World
from tests.caseload.around import a_test, ago, an_action, an_agency
from tests.caseload.night import a_check, a_driver, an_end_of_life, later
from tests.caseload.photographs import Wounded, a_jpeg
from tests.caseload.story import OnCaseload, a_plan, an_assessment, new_id
from tests.caseload.sync import device as devices
from tests.running import DEPUTY, NURSE, TEAM, Running, until

HOME = {
    "getting_in": "Key safe by the back door, 4711; the dog stays in the kitchen",
    "risks": ["Oxygen in the bedroom: no flames", "Loose step at the gate"],
    "signal_at_home": "none",
}
TO_CALL = [{"name": "Jean Catchpole", "role": "Neighbour", "phone": "01284 000000", "when": None}]
BEGUN = text("select pg_current_xact_id()::text::bigint")
HORIZON = text("select pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
LONGEST_SILENCE = LONGEST_TRANSACTION / 1000 + 30
FIRST = {"If-Match": '"1"'}
AGREED = {"agreed_how": "in_person", "agreed_on": "2026-11-04"}


def today() -> str:
    return str(day_in_england(datetime.now(UTC)))


def at(clock: str, day: str | None = None) -> str:
    """A time of a day in winter, when England's clocks are UTC's."""
    return f"{day or today()}T{clock}:00Z"


async def planned(
    system: Running, client_id: str, starts_at: str, *, minutes: int = 60, version: int = 1, **changes: Any
) -> str:
    """A visit, as roster tells of it."""
    ends_at = (datetime.fromisoformat(starts_at) + timedelta(minutes=minutes)).isoformat()
    about = {"visit_id": new_id(), "client_id": client_id, "team_id": str(TEAM), "employee_id": str(NURSE)}
    when = {"starts_at": starts_at, "ends_at": ends_at, "channel": "in_person", "status": "planned"}
    fact = {**about, "accompanied_by": None, **when, **changes}
    await system.deliver("caseload", "roster.visit.planned.v1", fact, version=version)
    return str(fact["visit_id"])


async def has_plan(client: OnCaseload, **changes: Any) -> dict[str, Any]:
    """An agreed plan, with whom to call."""
    plan = a_plan(client.episode_id, who_to_call=TO_CALL, **changes)
    await client.post("/v1/care-plans", plan)
    await client.post(f"/v1/care-plans/{plan['id']}/agree", AGREED)
    return plan


async def has_wound(client: OnCaseload, *measured: tuple[int, int]) -> str:
    """A wound that was measured so, day after day."""
    wound = {"id": new_id(), "episode_of_care_id": client.episode_id, "site": "Left gaiter"}
    await client.post("/v1/wounds", wound)
    for day, (length, width) in enumerate(measured, 2):
        size = {"measured_at": f"2026-11-{day:02}T10:00:00Z", "length_mm": length, "width_mm": width}
        await client.post(f"/v1/wounds/{wound['id']}/measurements", {"id": new_id(), **size})
    return str(wound["id"])


async def has_home(client: OnCaseload, **changes: Any) -> Any:
    headers = {"If-None-Match": "*"}
    answer = await client.nurse.put(f"/v1/clients/{client.client_id}/home", json=HOME | changes, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer


async def is_assessed(client: OnCaseload) -> str:
    """Found to have one problem; gives its id."""
    form = an_assessment(client.episode_id)
    await client.post("/v1/assessments", form)
    return str(form["problems"][0]["id"])


async def pack(client: Any, path: str = "/v1/day", **headers: str) -> Any:
    answer = await client.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer


async def quiet(system: Running) -> None:
    """Wait until nothing runs any more that had begun before, also in the databases of others on the same server:
    nothing is told before that."""
    database = system.databases["caseload"]
    async with database.engine.connect() as connection:
        begun = (await connection.execute(BEGUN)).scalar_one()

    async def is_past() -> bool:
        async with database.engine.connect() as connection:
            return bool((await connection.execute(HORIZON)).scalar_one() > begun)

    # Whoever vanished within a transaction is waited for until the server ends it.
    await until(is_past, LONGEST_SILENCE)


async def sync_from(system: Running, client: Any) -> str:
    """Where to go on from a day pack."""
    await quiet(system)
    return str((await pack(client)).headers["Sync-From"])


async def since_now(system: Running, client: Any) -> str:
    await quiet(system)
    return str((await pack(client, "/v1/sync/pull")).json()["next"])


async def pulled(system: Running, client: Any, since: str, **asked: Any) -> list[dict[str, Any]]:
    """All that changed since then, page after page."""
    await quiet(system)
    changes: list[dict[str, Any]] = []
    more, filters = True, "".join(f"&{name}={value}" for name, value in asked.items())
    while more:
        page = (await pack(client, f"/v1/sync/pull?since={since}{filters}")).json()
        changes, since, more = changes + page["changes"], page["next"], page["more"]
    return changes


def named(changes: list[dict[str, Any]]) -> list[str]:
    return [change["entity"] for change in changes]


Steps = AsyncIterator[dict[str, Any]]


async def _an_agency_comes_and_ends(of: Wounded) -> Steps:
    care = await of.client.post("/v1/other-care", an_agency(of.client.client_id))
    yield care
    yield await of.client.post(f"/v1/other-care/{care['id']}/end", {"until_on": ago(0)}, **FIRST)


async def _an_action_is_agreed_and_done(of: Wounded) -> Steps:
    action = await of.client.post("/v1/actions", an_action(of.client.client_id))
    yield action
    yield await of.client.post(f"/v1/actions/{action['id']}/finish", {"done_on": today()}, **FIRST)


async def _a_test_is_wanted_and_taken(of: Wounded) -> Steps:
    test = await of.client.post("/v1/tests", a_test(of.client.client_id))
    yield test
    yield await of.client.post(f"/v1/tests/{test['id']}/take", {"taken_on": today()}, **FIRST)


async def _a_photo_is_attached(of: Wounded) -> Steps:
    sent = await of.send(a_jpeg())
    assert sent.status_code == 201, sent.text
    yield sent.json()


async def _a_plan_for_the_end_is_written_and_amended(of: Wounded) -> Steps:
    new = {"id": new_id(), "client_id": of.client.client_id, **an_end_of_life()}
    plan = await of.client.post("/v1/end-of-life-plans", new)
    yield plan["current"]
    said = an_end_of_life(preferred_place_of_death="hospice")
    amended = await of.client.post(f"/v1/end-of-life-plans/{plan['id']}/amend", said, **FIRST)
    yield amended["current"]


async def _two_disagree_and_settle(of: Wounded) -> Steps:
    plan = await devices.planned(of.caseload, of.client)
    mine, joels = [await devices.a_device(of.caseload, one) for one in (NURSE, DEPUTY)]
    await joels.push(plan.change(joels, "Three layers"))
    (result,) = await mine.push(plan.change(mine, "Two layers"))
    path = f"/v1/sync/conflicts/{result['conflict_id']}"
    yield (await of.client.nurse.get(path)).json()
    yield await of.client.post(f"{path}/settle", {"words": "Three layers, looser"}, **FIRST)


async def _a_driver_runs_and_is_stopped(of: Wounded) -> Steps:
    driver = await of.client.post("/v1/syringe-drivers", a_driver(of.client.client_id))
    yield driver
    path = f"/v1/syringe-drivers/{driver['id']}"
    checked = await of.client.post(f"{path}/checks", a_check(checked_at=later(minutes=-2)))
    yield checked
    stopping, version = {"stopped_at": later(), "reason": "Empty"}, {"If-Match": f'"{checked["version"]}"'}
    yield await of.client.post(f"{path}/stop", stopping, **version)


async def _a_driver_is_checked(of: Wounded) -> Steps:
    driver = await of.client.post("/v1/syringe-drivers", a_driver(of.client.client_id))
    yield {**driver["checks"][0], "syringe_driver_id": driver["id"]}
    path, again = f"/v1/syringe-drivers/{driver['id']}/checks", a_check(checked_at=later(minutes=-2))
    checked = await of.client.post(path, again)
    yield {**checked["checks"][0], "syringe_driver_id": driver["id"]}


# What becomes of a thing, by the name under which it is pulled: after each step what the route answered.
BECOMES: dict[str, Callable[[Wounded], Steps]] = {
    "other_care": _an_agency_comes_and_ends,
    "action": _an_action_is_agreed_and_done,
    "clinical_test": _a_test_is_wanted_and_taken,
    "photo": _a_photo_is_attached,
    "end_of_life_version": _a_plan_for_the_end_is_written_and_amended,
    "sync_conflict": _two_disagree_and_settle,
    "syringe_driver": _a_driver_runs_and_is_stopped,
    "syringe_driver_check": _a_driver_is_checked,
}


async def write_round(made: World, client: OnCaseload) -> None:
    """A home that is known, and a visit today."""
    await has_home(client)
    await planned(made.system, client.client_id, at("09:00"))
    made.bodies["PUT /v1/clients/{client_id}/home"] = HOME
    made.secrets["words"] |= {"Key safe by the back door", "Oxygen in the bedroom"}
