"""The team's caseload as a whole: its figures, whom to talk about this week, and finding somebody by name."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from services.caseload.api.caseload import CaseloadReview, FoundClients
from services.common.auth import SYSTEM
from services.common.paging import Page
from tests.caseload.story import OnCaseload, a_contact, a_plan, a_problem, an_assessment, new_id, take_on
from tests.running import DEPUTY, NURSE, OTHER_TEAM, STRANGER, TEAM, Running

NOW = datetime.now(UTC)
SEARCH = "/v1/caseload/_search"


def ago(days: int) -> datetime:
    return NOW - timedelta(days=days)


def person(number: int) -> dict[str, Any]:
    return {"given_name": f"Person {number}", "family_name": "Example", "nhs_number": None, "birth_on": None}


async def seen(client: OnCaseload, days: int) -> None:
    await client.post("/v1/care-contacts", a_contact(client.episode_id, started_at=ago(days).isoformat()))


async def agreed(client: OnCaseload, ends_in: int) -> None:
    plan = a_plan(client.episode_id, ends_on=str(ago(-ends_in).date()))
    await client.post("/v1/care-plans", plan)
    told = {"agreed_how": "in_person", "agreed_on": str(ago(60).date())}
    await client.post(f"/v1/care-plans/{plan['id']}/agree", told)


async def assessed(client: OnCaseload, *statuses: int) -> list[str]:
    codes = (("26", "26.01"), ("07", "07.01"), ("42", "42.01"))
    found = [a_problem(code, (sign,), (3, 3, status)) for (code, sign), status in zip(codes, statuses, strict=False)]
    await client.post("/v1/assessments", an_assessment(client.episode_id, problems=found))
    return [problem["id"] for problem in found]


async def page_of(caseload: Running) -> dict[str, Any]:
    answer = await (await caseload.nurse("caseload")).get(f"/v1/caseload?team_id={TEAM}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def reasons(caseload: Running) -> dict[str, list[str]]:
    answer = await (await caseload.nurse("caseload")).get(f"/v1/caseload-reviews?team_id={TEAM}")
    assert answer.status_code == 200, answer.text
    return {item["client_id"]: item["reasons"] for item in answer.json()["items"]}


async def test_an_empty_caseload_is_under_its_size_and_divides_by_nobody(caseload: Running) -> None:
    page = await page_of(caseload)
    assert (page["size"], page["size_from"], page["size_to"], page["most_per_member"]) == (0, 40, 60, 6)
    assert (page["members"], page["clients_per_member"], page["load"]) == (2, 0.0, [])
    assert (page["acuity"], page["acuity_total"], page["warnings"]) == ([0, 0, 0, 0, 0], 0, ["under_size"])


async def test_the_caseload_counts_who_is_in_care_and_who_carries_them(caseload: Running) -> None:
    clients = [await take_on(caseload, **person(number)) for number in range(7)]
    await caseload.alter(
        "caseload",
        "update episode_of_care set status='finished', ended_on=opened_on, end_reason='died'"
        f" where id='{clients[0].episode_id}'",
    )
    await caseload.alter(
        "caseload",
        f"update episode_of_care set status='onhold', paused_on=opened_on where id='{clients[1].episode_id}'",
    )
    page = await page_of(caseload)
    assert (page["size"], page["on_hold"], page["members"], page["clients_per_member"]) == (6, 1, 2, 3.0)
    nurse = {"employee_id": str(NURSE), "named": 6, "deputy": 0, "is_over": False}
    assert page["load"] == [nurse, {"employee_id": str(DEPUTY), "named": 0, "deputy": 6, "is_over": False}]
    assert page["warnings"] == ["under_size"]


async def test_nobody_carries_more_than_the_rule_without_a_warning(caseload: Running) -> None:
    for number in range(7):
        await take_on(caseload, **person(number))
    page = await page_of(caseload)
    assert [one["is_over"] for one in page["load"]] == [True, False]
    assert page["warnings"] == ["under_size", "nurse_over_load"]


async def test_acuity_follows_the_worst_status_as_it_was_last_rated(caseload: Running) -> None:
    heavy, light, unknown = [await take_on(caseload, **person(number)) for number in range(3)]
    await assessed(heavy, 1, 4)
    problems = await assessed(light, 2, 2)
    for problem in problems:
        rating = {"id": new_id(), "occasion": "interim", "knowledge": 4, "behavior": 4, "status": 4}
        await light.post(f"/v1/problems/{problem}/ratings", rating)
    page = await page_of(caseload)
    assert (page["acuity"], page["acuity_total"], page["not_rated"], page["goals_met"]) == ([0, 1, 0, 0, 1], 7, 1, 1)
    found = await reasons(caseload)
    assert found == {
        heavy.client_id: ["no_plan"],
        light.client_id: ["no_plan", "goals_met"],
        unknown.client_id: ["no_plan"],
    }


async def test_the_teams_own_review_of_acuity_goes_before_what_omaha_says(caseload: Running) -> None:
    reviewed, rated = [await take_on(caseload, **person(number)) for number in range(2)]
    for acuity in (5, 3):
        scores = [
            {"client_id": one.client_id, "acuity": acuity, "reason": "Two visits a day"} for one in (reviewed, rated)
        ]
        made = await reviewed.nurse.post(
            "/v1/acuity-reviews", json={"id": new_id(), "team_id": str(TEAM), "scores": scores}
        )
        assert made.status_code == 201, made.text
    await assessed(reviewed, 1, 4)
    page = await page_of(caseload)
    assert (page["acuity"], page["acuity_total"], page["not_rated"]) == ([0, 0, 2, 0, 0], 6, 0)
    assert sum(one["acuity_total"] for one in page["sub_teams"]) == 6
    await caseload.alter("caseload", f"delete from acuity_score where client_id = '{reviewed.client_id}'")
    assert (await page_of(caseload))["acuity"] == [0, 0, 1, 0, 1], "whom nobody reviewed is told by Omaha"


async def test_the_weekly_review_names_who_was_not_seen_for_28_days_and_whose_plan_is_over(caseload: Running) -> None:
    lately, long_ago, over, away = [await take_on(caseload, **person(number)) for number in range(4)]
    for client, days, ends_in in ((lately, 28, 0), (long_ago, 29, 30), (over, 1, -1), (away, 40, 30)):
        await seen(client, days)
        await agreed(client, ends_in)
    await seen(long_ago, 90)
    await caseload.alter(
        "caseload",
        f"update episode_of_care set status = 'onhold', paused_on = opened_on where id = '{away.episode_id}'",
    )
    assert await reasons(caseload) == {long_ago.client_id: ["no_contact"], over.client_id: ["plan_overdue"]}
    page = await page_of(caseload)
    assert (page["no_contact"], page["no_contact_days"], page["plans_overdue"], page["without_plan"]) == (1, 28, 1, 0)
    assert page["warnings"] == ["under_size", "plan_overdue", "no_contact"]


async def test_a_client_who_was_never_seen_is_missed_after_28_days_in_care(caseload: Running) -> None:
    new, waiting = [await take_on(caseload, **person(number)) for number in range(2)]
    for client in (new, waiting):
        await agreed(client, 30)
    opened = f"update episode_of_care set opened_on = '{ago(30).date()}' where id = '{waiting.episode_id}'"
    await caseload.alter("caseload", opened)
    assert await reasons(caseload) == {waiting.client_id: ["no_contact"]}
    assert new.client_id != waiting.client_id


async def test_the_weekly_review_comes_in_pages_as_its_shape_writes_them(caseload: Running) -> None:
    clients = [await take_on(caseload, **person(number)) for number in range(3)]
    nurse = await caseload.nurse("caseload")
    first = await nurse.get(f"/v1/caseload-reviews?team_id={TEAM}&limit=2")
    assert Page[CaseloadReview].model_validate_json(first.content).model_dump_json().encode() == first.content
    cursor = first.json()["next_cursor"]
    second = await nurse.get(f"/v1/caseload-reviews?team_id={TEAM}&limit=2&cursor={cursor}")
    listed = [item["client_id"] for answer in (first, second) for item in answer.json()["items"]]
    assert (sorted(listed), second.json()["next_cursor"]) == (sorted(one.client_id for one in clients), None)


@pytest.mark.parametrize("asked", ["tabor", "Tabr", "maureen", "Maur", "TABOR maureen"])
async def test_somebody_is_found_by_a_part_of_the_name_however_it_is_spelt(caseload: Running, asked: str) -> None:
    client = await take_on(caseload)
    await take_on(caseload, given_name="Bernard", family_name="Pask", nhs_number=None)
    answer = await client.nurse.post(SEARCH, json={"team_id": str(TEAM), "name": asked})
    assert [one["id"] for one in answer.json()["items"]] == [client.client_id]
    assert FoundClients.model_validate_json(answer.content).model_dump_json().encode() == answer.content


async def test_the_likest_name_comes_first(caseload: Running) -> None:
    people = [("Jo", "Penrose"), ("Joan", "Catchpole"), ("Joanna", "Penn")]
    clients = [await take_on(caseload, given_name=one, family_name=two, nhs_number=None) for one, two in people]
    answer = await clients[0].nurse.post(SEARCH, json={"team_id": str(TEAM), "name": "Joan"})
    assert [one["given_name"] for one in answer.json()["items"]][:2] == ["Joan", "Joanna"]


async def test_another_team_is_neither_looked_over_nor_searched(caseload: Running) -> None:
    client = await take_on(caseload)
    for nurse, team in ((await caseload.client("caseload", STRANGER), TEAM), (client.nurse, OTHER_TEAM)):
        for path in ("caseload", "caseload-reviews"):
            assert (await nurse.get(f"/v1/{path}?team_id={team}")).status_code == 404
        assert (await nurse.post(SEARCH, json={"team_id": str(team), "name": "Tabor"})).status_code == 404
    stranger = await caseload.client("caseload", STRANGER)
    own = await stranger.post(SEARCH, json={"team_id": str(OTHER_TEAM), "name": "Tabor"})
    assert own.json() == {"items": []}


async def test_each_view_of_the_team_is_one_statement_however_many_clients_it_has(
    caseload: Running, statements: Any
) -> None:
    client = await take_on(caseload)
    asked: list[tuple[str, str, Any]] = [
        ("GET", f"/v1/caseload?team_id={TEAM}", None),
        ("GET", f"/v1/caseload-reviews?team_id={TEAM}", None),
        ("GET", f"/v1/clients?team_id={TEAM}", None),
        ("GET", f"/v1/referrals?team_id={TEAM}", None),
        ("POST", SEARCH, {"team_id": str(TEAM), "name": "Tabor"}),
    ]
    for count in (0, 8):
        for number in range(count):
            await take_on(caseload, **person(number))
        for method, path, body in asked:
            with statements(caseload.databases["caseload"]) as made:
                answer = await client.nurse.request(method, path, json=body)
            assert answer.status_code == 200
            # Who acts, the view, and the audit trail; the caller's teams as well, where another's is to be refused.
            assert len(made) == (4 if "caseload" in path else 3), path


async def test_whoever_was_looked_at_is_on_record(caseload: Running) -> None:
    client = await take_on(caseload)
    await client.nurse.get(f"/v1/caseload-reviews?team_id={TEAM}")
    await client.nurse.get(f"/v1/caseload?team_id={TEAM}")
    await client.nurse.post(SEARCH, json={"team_id": str(TEAM), "name": "Tabor"})
    database = caseload.databases["caseload"]
    event = database.metadata.tables["audit_event"]
    async with database.transaction(SYSTEM) as tx:
        rows = await tx.rows(select(event.c.client_ids, event.c.team).order_by(event.c.seq.desc()).limit(3))
    assert [([str(one) for one in row.client_ids], row.team) for row in rows] == [([client.client_id], TEAM)] * 3
