"""Feedback each quarter from a random sample that anybody can draw again (mission row 3.33)."""

import hashlib
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import insert, update

from services.caseload.domain.feedback import drawn, quarter_of, told_quarter
from services.common.auth import SYSTEM, Persona
from tests.caseload.around import a_carer, a_neighbour, a_round, ago, today
from tests.caseload.story import OnCaseload, new_id, take_on
from tests.running import TEAM, Running

PEOPLE = (("Maureen", "999 000 0204"), ("Joan", "999 000 0034"), ("Olive", "999 000 0115"))


@pytest.fixture
async def clients(caseload: Running) -> list[OnCaseload]:
    """Three clients, of whom one has a carer who agreed to be asked and one a carer who did not."""
    made = [await take_on(caseload, given_name=name, nhs_number=number) for name, number in PEOPLE]
    for client, changes in ((made[0], {}), (made[1], {"consent": None, "phone": None})):
        person = await client.post("/v1/network-people", a_neighbour(client.client_id, **changes))
        client.kept["carer"] = await client.post("/v1/carers", a_carer(person["id"]))
    return made


async def test_anonymous_is_refused(caseload: Running) -> None:
    nobody = await caseload.client("caseload", None)
    for path in ("feedback-rounds", f"feedback-rounds/{new_id()}", f"feedback/{new_id()}", "feedback/summary"):
        assert (await nobody.get(f"/v1/{path}")).status_code == 401


def test_the_same_seed_draws_the_same_people_and_another_seed_others() -> None:
    frame = [uuid4() for _ in range(50)]
    assert drawn("a", frame, 10) == drawn("a", list(reversed(frame)), 10)
    assert drawn("a", frame, 10) != drawn("b", frame, 10)
    assert len(set(drawn("a", frame, 10))) == 10


def test_everybody_is_drawn_as_often_as_anybody() -> None:
    frame = [uuid4() for _ in range(20)]
    times = {one: sum(one in drawn(str(seed), frame, 5) for seed in range(2000)) for one in frame}
    assert all(400 < count < 600 for count in times.values())


async def test_clients_and_carers_are_drawn_once_a_quarter_and_can_be_drawn_again(clients: list[OnCaseload]) -> None:
    client = clients[0]
    made = await client.post("/v1/feedback-rounds", a_round())
    frame = {one.client_id for one in clients} | {client.kept["carer"]["id"]}
    assert set(made["frame"]) == frame
    ranked = sorted(made["frame"], key=lambda one: hashlib.sha256(f"{made['seed']}/{one}".encode()).hexdigest())
    assert {one["carer_id"] or one["client_id"] for one in made["asked"]} == set(ranked[: made["size"]])
    again = await client.nurse.post("/v1/feedback-rounds", json=a_round())
    assert (again.status_code, again.json()["code"]) == (409, "round_already_drawn")
    read = (await client.nurse.get(f"/v1/feedback-rounds/{made['id']}")).json()
    assert (read["seed"], len(read["asked"])) == (made["seed"], 4)
    listed = (await client.nurse.get("/v1/feedback-rounds", params={"team_id": str(TEAM)})).json()["items"]
    assert [one["id"] for one in listed] == [made["id"]]


async def test_no_more_are_asked_than_the_rule_says(caseload: Running, clients: list[OnCaseload]) -> None:
    async with caseload.databases["caseload"].transaction(SYSTEM) as tx:
        rule = tx.metadata.tables["rule"]
        ours = {"code": "feedback.sample_size", "from_on": today(), "amount": 2, "per": 1, "unit": "people a quarter"}
        await tx.session.execute(insert(rule).values(**ours, source="the team", status="to_be_confirmed"))
    made = await clients[0].post("/v1/feedback-rounds", a_round())
    assert (len(made["frame"]), made["size"], len(made["asked"])) == (4, 2, 2)


async def test_a_sample_is_of_the_present_quarter_and_of_somebody(caseload: Running) -> None:
    nurse = await caseload.nurse("caseload")
    for day in (quarter_of(today()) - timedelta(days=1), quarter_of(today()) + timedelta(days=1)):
        wrong = await nurse.post("/v1/feedback-rounds", json=a_round(quarter_on=str(day)))
        assert (wrong.status_code, wrong.json()["code"]) == (422, "not_the_quarter_now")
    nobody = await nurse.post("/v1/feedback-rounds", json=a_round())
    assert (nobody.status_code, nobody.json()["code"]) == (409, "nobody_to_ask")


async def answered(client: OnCaseload, one: dict[str, Any], score: int) -> Any:
    body = {"given_on": ago(0), "channel": "paper", "score": score, "words": "Always on time"}
    return await client.nurse.post(f"/v1/feedback/{one['id']}/answer", json=body)


async def test_response_rate_and_score_are_told_by_quarter(caseload: Running, clients: list[OnCaseload]) -> None:
    client = clients[0]
    made = await client.post("/v1/feedback-rounds", a_round())
    carer = next(one for one in made["asked"] if one["carer_id"])
    person = next(one for one in made["asked"] if not one["carer_id"])
    kept = await answered(client, carer, 5)
    assert (kept.json()["score"], kept.json()["words"]) == (5, "Always on time")
    await answered(client, person, 4)
    twice = await answered(client, person, 1)
    assert (twice.status_code, twice.json()["code"]) == (409, "already_answered")
    told = (await client.nurse.get("/v1/feedback/summary", params={"team_id": str(TEAM)})).json()
    assert told == {
        "quarter_on": made["quarter_on"],
        "asked": 4,
        "answered": 2,
        "answered_by": {"carer": 1, "client": 1},
        "response_rate": 0.5,
        "score": 4.5,
    }
    assert (await answered(client, person, 6)).status_code == 422


async def test_outside_the_team_few_are_hidden_and_the_quarter_is_over(
    caseload: Running, clients: list[OnCaseload]
) -> None:
    client, coach = clients[0], await caseload.client("caseload", new_id(), Persona.COACH)
    made = await client.post("/v1/feedback-rounds", a_round())
    for one in made["asked"]:
        await answered(client, one, 3)
    asked = {"team_id": str(TEAM), "as_of": str(today())}
    running = await coach.get("/v1/feedback/summary", params=asked)
    assert (running.status_code, running.json()["code"]) == (422, "quarter_not_over")
    async with caseload.databases["caseload"].transaction(SYSTEM) as tx:
        past = quarter_of(quarter_of(today()) - timedelta(days=1))
        await tx.session.execute(update(tx.metadata.tables["feedback_round"]).values(quarter_on=past))
    told = (await coach.get("/v1/feedback/summary", params={"team_id": str(TEAM)})).json()
    assert told.pop("quarter_on") == str(past)
    assert told.pop("answered_by") == {"carer": None, "client": None}
    assert set(told.values()) == {None}


def test_a_quarter_begins_with_january_april_july_or_october() -> None:
    days = [date(2026, 1, 1), date(2026, 3, 31), date(2026, 5, 2), date(2026, 12, 31)]
    assert [quarter_of(day).month for day in days] == [1, 1, 4, 10]
    assert told_quarter(None, date(2026, 1, 5), outside=True) == date(2025, 10, 1)
