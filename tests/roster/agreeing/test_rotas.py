"""A team plans some days together, with duties under its own letters and how many people each needs."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from services.roster.domain.rota_version.duty_type import MOST_TYPES
from tests.roster.agreeing.made import DUTIES, MONDAY, TODAY, Planning, a_duty_type, a_rota, day
from tests.roster.facts import code, pointer
from tests.running import OTHER_TEAM, STRANGER, Running


async def test_anonymous_is_refused(roster: Running) -> None:
    nobody = await roster.client("roster", None)
    for path in ("/v1/rotas", "/v1/duty-types"):
        assert (await nobody.get(path)).status_code == 401
    assert (await nobody.post("/v1/rotas", json=a_rota())).status_code == 401
    assert (await nobody.post("/v1/duty-types", json=a_duty_type("E"))).status_code == 401


@pytest.mark.parametrize("persona", ["coach", "heatshield", "hr", "finance", "service"])
async def test_nobody_outside_the_team_plans_or_reads_its_rota(roster: Running, persona: str) -> None:
    other = await roster.client("roster", "somebody", persona)
    assert (await other.post("/v1/rotas", json=a_rota())).status_code == 403
    assert (await other.get("/v1/rotas")).status_code == 403


async def test_another_teams_rota_does_not_exist_for_a_nurse(roster: Running, planning: Planning) -> None:
    stranger = await roster.client("roster", STRANGER)
    assert (await stranger.get(f"/v1/rotas/{planning.rota['id']}")).status_code == 404
    assert (await stranger.get("/v1/rotas")).json()["items"] == []
    assert (await stranger.post("/v1/rotas", json=a_rota())).status_code == 404
    assert (await planning.nurse.post("/v1/rotas", json=a_rota(team_id=str(OTHER_TEAM)))).status_code == 404


async def test_a_day_of_a_team_is_in_one_rota(planning: Planning) -> None:
    overlapping = await planning.nurse.post("/v1/rotas", json=a_rota(from_on=day(13), to_on=day(20)))
    assert (overlapping.status_code, code(overlapping)) == (409, "rota_overlaps")
    after = await planning.nurse.post("/v1/rotas", json=a_rota(from_on=day(14), to_on=day(27)))
    assert after.status_code == 201
    listed = (await planning.nurse.get("/v1/rotas", params={"limit": 1})).json()
    assert [rota["id"] for rota in listed["items"]] == [planning.rota["id"]]
    assert listed["next_cursor"] is not None


async def test_of_many_who_begin_the_same_rota_at_once_one_succeeds(planning: Planning) -> None:
    later = {"from_on": day(14), "to_on": day(27)}
    answers = await asyncio.gather(*(planning.nurse.post("/v1/rotas", json=a_rota(**later)) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 9


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        ({"to_on": str(MONDAY.replace(year=MONDAY.year - 1))}, "/body/to_on"),
        ({"to_on": str(MONDAY.replace(year=MONDAY.year + 1))}, "/body/to_on"),
        ({"needs": [{"code": "E", "people": 1}]}, "/body/needs/0"),
        ({"needs": [{"code": "E", "days": ["mon"], "day_on": day(0), "people": 1}]}, "/body/needs/0"),
        ({"needs": [{"code": "E", "days": ["mon"], "people": -1}]}, "/body/needs/0/people"),
    ],
)
async def test_a_rota_that_makes_no_sense_is_refused_at_its_field(
    roster: Running, changes: dict[str, Any], at: str
) -> None:
    refused = await (await roster.nurse("roster")).post("/v1/rotas", json=a_rota(**changes))
    assert (refused.status_code, code(refused), pointer(refused)) == (422, "validation_failed", at)


async def test_round_the_clock_and_nine_to_five_are_the_same_but_for_their_needs(planning: Planning) -> None:
    """Mission row 4.04: a team's hours are what it needs on which day, and no code."""
    every = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    needs = [{"code": code, "days": every, "people": 2, "of": [NURSE]} for code in ("E", "L", "N")]
    needs.append({"code": "N", "day_on": day(4), "people": 3, "of": []})
    read = await planning.nurse.get(f"/v1/rotas/{planning.rota['id']}")
    at = {"If-Match": read.headers["ETag"]}
    changed = await planning.nurse.put(f"/v1/rotas/{planning.rota['id']}/needs", json={"needs": needs}, headers=at)
    assert changed.status_code == 200, changed.text
    assert [need["people"] for need in changed.json()["needs"]] == [2, 2, 2, 3]
    stale = await planning.nurse.put(f"/v1/rotas/{planning.rota['id']}/needs", json={"needs": []}, headers=at)
    assert stale.status_code == 412


async def test_what_is_needed_are_duties_that_the_team_knows(planning: Planning) -> None:
    at, first = f"/v1/rotas/{planning.rota['id']}/needs", {"If-Match": '"1"'}
    for people in (0, 1):
        needs = [{"code": "X", "days": ["mon"], "people": people}]
        refused = await planning.nurse.put(at, json={"needs": needs}, headers=first)
        assert (refused.status_code, code(refused), pointer(refused)) == (422, "unknown_duty", "/body/needs")
        made = await planning.nurse.post("/v1/rotas", json=a_rota(from_on=day(14), to_on=day(20), needs=needs))
        assert (made.status_code, code(made), pointer(made)) == (422, "unknown_duty", "/body/needs")
    assert len((await planning.nurse.get("/v1/rotas")).json()["items"]) == 1


async def test_a_need_at_a_time_that_is_not_on_the_clock_is_asked_about(planning: Planning) -> None:
    odd = a_duty_type("E") | {"code": "O", "parts": [{"starts_minute": 90, "ends_minute": 480}]}
    assert (await planning.nurse.post("/v1/duty-types", json=odd)).status_code == 201
    days = {"from_on": "2027-03-22", "to_on": "2027-03-28"}
    sunday = a_rota(**days, needs=[{"code": "O", "days": ["sun"], "people": 1}])
    refused = await planning.nurse.post("/v1/rotas", json=sunday)
    assert (refused.status_code, code(refused), pointer(refused)) == (422, "ambiguous_clock", "/body/needs")
    saturday = a_rota(**days, needs=[{"code": "O", "days": ["sat"], "people": 1}])
    assert (await planning.nurse.post("/v1/rotas", json=saturday)).status_code == 201


NURSE = {"kind": "role", "code": "registered_nurse", "people": 1}


async def test_a_rota_is_closed_when_its_days_are_over(planning: Planning) -> None:
    at = f"/v1/rotas/{planning.rota['id']}/close"
    early = await planning.nurse.post(at, headers={"If-Match": '"1"'})
    assert (early.status_code, code(early)) == (409, "rota_still_runs")
    past = a_rota(from_on="2026-01-05", to_on="2026-02-01")
    assert (await planning.nurse.post("/v1/rotas", json=past)).status_code == 201
    closed = await planning.nurse.post(f"/v1/rotas/{past['id']}/close", headers={"If-Match": '"1"'})
    assert (closed.status_code, closed.json()["state"]) == (200, "closed")
    draft = await planning.nurse.post(f"/v1/rotas/{past['id']}/versions", json={"id": past["id"], "duties": []})
    assert (draft.status_code, code(draft)) == (409, "rota_closed")


async def test_a_team_has_only_so_many_duty_types_in_use(planning: Planning) -> None:
    made = []
    for number in range(MOST_TYPES - len(DUTIES)):
        made.append(a_duty_type("E") | {"code": f"X{number}", "parts": DUTIES["E"]})
        assert (await planning.nurse.post("/v1/duty-types", json=made[-1])).status_code == 201
    more = a_duty_type("E", from_on=str(TODAY + timedelta(days=1))) | {"code": "more"}
    refused = await planning.nurse.post("/v1/duty-types", json=more)
    assert (refused.status_code, code(refused)) == (409, "too_many_duty_types")
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/body/code"]
    later = a_duty_type("E", from_on=str(TODAY), parts=DUTIES["L"])
    assert (await planning.nurse.post("/v1/duty-types", json=later)).status_code == 201, "it is no new one"
    at = f"/v1/duty-types/{made[0]['id']}/end"
    assert (
        await planning.nurse.post(at, json={"until_on": str(TODAY)}, headers={"If-Match": '"1"'})
    ).status_code == 200
    assert (await planning.nurse.post("/v1/duty-types", json=more)).status_code == 201


async def test_a_letter_means_one_thing_from_a_day_on(planning: Planning) -> None:
    again = await planning.nurse.post("/v1/duty-types", json=a_duty_type("E"))
    assert (again.status_code, code(again)) == (409, "duty_type_already_set")
    later = a_duty_type("E", from_on=str(TODAY), parts=DUTIES["L"])
    assert (await planning.nurse.post("/v1/duty-types", json=later)).status_code == 201
    ended = await planning.nurse.post(
        f"/v1/duty-types/{later['id']}/end", json={"until_on": str(TODAY)}, headers={"If-Match": '"1"'}
    )
    assert ended.json()["until_on"] == str(TODAY)
    items = (await planning.nurse.get("/v1/duty-types", params={"as_of": day(0)})).json()["items"]
    assert sorted(item["code"] for item in items) == ["E", "L", "N", "W"]


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [{"starts_minute": 600, "ends_minute": 600}],
        [{"starts_minute": 0, "ends_minute": 961}],
        [{"starts_minute": 600, "ends_minute": 660, "unpaid_break_minutes": 60}],
        [{"starts_minute": 600, "ends_minute": 720}, {"starts_minute": 700, "ends_minute": 800}],
        [{"starts_minute": 1440, "ends_minute": 1500}],
    ],
)
async def test_a_duty_that_makes_no_sense_is_refused(roster: Running, parts: list[dict[str, int]]) -> None:
    refused = await (await roster.nurse("roster")).post("/v1/duty-types", json=a_duty_type("E", parts=parts))
    assert (refused.status_code, code(refused)) == (422, "validation_failed")
