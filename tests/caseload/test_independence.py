"""Visits a week fall as independence goals are met, and the trend is shown (mission row 3.23)."""

from datetime import timedelta
from typing import Any

import pytest

from services.caseload.domain.independence import trend_of, weeks_before
from services.common.auth import Persona
from tests.caseload.around import ago, today
from tests.caseload.story import OnCaseload, a_contact, a_plan, new_id, take_on
from tests.running import NURSE, STRANGER, TEAM, Running


def a_goal(care_plan_id: str, **changes: Any) -> dict[str, Any]:
    goal = {"id": new_id(), "care_plan_id": care_plan_id, "words": "To put my own stockings on", "set_on": ago(60)}
    return goal | changes


def steps(*planned: tuple[int, float]) -> dict[str, Any]:
    return {"steps": [{"from_on": ago(days), "visits_per_week": per_week} for days, per_week in planned]}


@pytest.fixture
async def client(caseload: Running) -> OnCaseload:
    made = await take_on(caseload)
    made.kept["plan"] = await made.post("/v1/care-plans", a_plan(made.episode_id))
    made.kept["goal"] = await made.post("/v1/independence-goals", a_goal(made.kept["plan"]["id"]))
    return made


def step_down_of(client: OnCaseload) -> str:
    return f"/v1/care-plans/{client.kept['plan']['id']}/step-down"


async def settled(client: OnCaseload, verb: str, **body: Any) -> Any:
    return await client.nurse.post(f"/v1/independence-goals/{client.kept['goal']['id']}/{verb}", json=body)


async def test_anonymous_is_refused(caseload: Running) -> None:
    nobody = await caseload.client("caseload", None)
    for path in ("independence-goals", f"independence-goals/{new_id()}", f"clients/{new_id()}/independence"):
        assert (await nobody.get(f"/v1/{path}")).status_code == 401


async def test_visits_a_week_fall_as_goals_are_met_and_the_trend_is_shown(client: OnCaseload) -> None:
    await client.nurse.put(step_down_of(client), json=steps((60, 3), (14, 1.25)))
    mondays = weeks_before(today(), 4)
    for monday, visits in zip(mondays, (3, 3, 1, 1), strict=True):
        for day in range(visits):
            at = f"{monday + timedelta(days=day)}T10:00:00Z"
            await client.post("/v1/care-contacts", a_contact(client.episode_id, started_at=at, note=None, note_id=None))
    phoned = a_contact(
        client.episode_id, started_at=f"{mondays[3]}T12:00:00Z", channel="phone", note=None, note_id=None
    )
    await client.post("/v1/care-contacts", phoned)
    met = await settled(client, "met", met_on=str(mondays[2]), client_words="On by myself!")
    assert (met.status_code, met.json()["status"], met.json()["settled_by"]) == (200, "met", str(NURSE))
    at = f"/v1/clients/{client.client_id}/independence"
    told = (await client.nurse.get(at, params={"weeks": 4})).json()
    assert [week["visits"] for week in told["weeks"]] == [3, 3, 1, 1]
    assert [week["goals_met"] for week in told["weeks"]] == [0, 0, 1, 1]
    assert [week["goals_working"] for week in told["weeks"]] == [1, 1, 0, 0]
    assert (told["weeks"][0]["planned_visits"], told["trend"]) == (3, "falling")
    assert len((await client.nurse.get(at)).json()["weeks"]) == 12
    assert (await client.nurse.get(at, params={"weeks": 1})).status_code == 422


@pytest.mark.parametrize(
    ("visits", "trend"),
    [([3, 3, 1, 1], "falling"), ([1, 5, 1], "level"), ([0, 2], "rising"), ([4, 0, 2], "falling")],
)
def test_the_trend_is_of_the_later_half_against_the_earlier(visits: list[int], trend: str) -> None:
    assert trend_of(visits) == trend


async def test_a_goal_is_settled_once_and_never_without_a_reason(client: OnCaseload) -> None:
    assert (await settled(client, "not-possible", because="not_able", said_on=ago(1))).status_code == 422
    early = await settled(client, "met", met_on=ago(61))
    assert (early.status_code, early.json()["code"]) == (422, "step_before_the_last")
    told = {"because": "not_wanted", "reason": "She likes the company", "said_on": ago(1)}
    given_up = (await settled(client, "not-possible", **told)).json()
    assert (given_up["status"], given_up["reason"]) == ("not_wanted", "She likes the company")
    again = await settled(client, "met", met_on=ago(0))
    assert (again.status_code, again.json()["code"]) == (409, "goal_already_settled")
    listed = await client.nurse.get("/v1/independence-goals", params={"status": "not_wanted"})
    assert [one["id"] for one in listed.json()["items"]] == [given_up["id"]]


async def test_a_step_down_leads_to_fewer_visits_and_is_planned_on_what_was_read(client: OnCaseload) -> None:
    at = step_down_of(client)
    assert (await client.nurse.get(at)).status_code == 404
    first = await client.nurse.put(at, json=steps((0, 3), (-14, 2), (-28, 1.25)))
    assert (first.status_code, first.json()["number"], first.headers["ETag"]) == (200, 1, '"2"')
    rises = await client.nurse.put(at, json=steps((0, 2), (-14, 3)))
    assert (rises.status_code, rises.json()["code"]) == (422, "step_down_rises")
    assert rises.json()["errors"][0]["pointer"] == "/body/steps/1/visits_per_week"
    assert (await client.nurse.put(at, json=steps((0, 1), (14, 1)))).status_code == 422
    assert (await client.nurse.put(at, json=steps((0, 1.1)))).status_code == 422
    stale = await client.nurse.put(at, json=steps((0, 2)), headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    second = (await client.nurse.put(at, json=steps((0, 2)))).json()
    assert (second["number"], (await client.nurse.get(at)).json()["steps"]) == (2, second["steps"])


async def test_how_goals_stand_is_told_and_few_are_hidden_outside(caseload: Running, client: OnCaseload) -> None:
    await client.post("/v1/independence-goals", a_goal(client.kept["plan"]["id"], set_on="2026-10-05"))
    asked = {"team_id": str(TEAM), "from_on": "2026-10-01", "to_on": "2026-10-31"}
    inside = (await client.nurse.get("/v1/independence/summary", params=asked)).json()
    assert (inside["goals"] >= 1, inside["goals_by_state"]["working"]) == (True, inside["goals"])
    coach = await caseload.client("caseload", new_id(), Persona.COACH)
    outside = (await coach.get("/v1/independence/summary", params=asked)).json()
    assert (outside["goals"], set(outside["goals_by_state"].values())) == (None, {None})


async def test_what_is_settled_after_a_month_is_closed_changes_none_of_its_figures(
    caseload: Running, client: OnCaseload
) -> None:
    asked = {"team_id": str(TEAM), "from_on": "2026-10-01", "to_on": "2026-10-31"}
    coach = await caseload.client("caseload", new_id(), Persona.COACH)
    await caseload.alter("caseload", "update rule set amount = 1 where code = 'figures.smallest_cell'")
    goal = a_goal(client.kept["plan"]["id"], set_on="2026-10-05")
    await client.post("/v1/independence-goals", goal)
    before = (await coach.get("/v1/independence/summary", params=asked)).json()
    assert before["goals_by_state"]["working"] == before["goals"] >= 1
    met = {"met_on": "2026-10-20", "client_words": "I do it myself"}
    await client.post(f"/v1/independence-goals/{goal['id']}/met", met)
    assert (await coach.get("/v1/independence/summary", params=asked)).json() == before
    assert (await client.nurse.get("/v1/independence/summary", params=asked)).json()["goals_by_state"]["met"] >= 1
    await caseload.alter("caseload", "update rule set amount = 40000 where code = 'figures.settled_days'")
    early = await coach.get("/v1/independence/summary", params=asked)
    assert (early.status_code, early.json()["code"]) == (422, "not_settled_yet")


async def test_goals_of_another_team_are_not_there(caseload: Running, client: OnCaseload) -> None:
    stranger = await caseload.client("caseload", STRANGER)
    assert (await stranger.get(f"/v1/independence-goals/{client.kept['goal']['id']}")).status_code == 404
    assert (await stranger.get(f"/v1/clients/{client.client_id}/independence")).status_code == 404
