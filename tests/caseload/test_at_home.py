"""Still at home 91 days after hospital: the rate by quarter, with the names behind it for the team (row 3.35)."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.caseload.domain.at_home import age_on
from services.caseload.domain.feedback import quarter_of
from tests.caseload.around import ago, today
from tests.caseload.story import OnCaseload, new_id, take_on
from tests.caseload.team_rows import a_discharge
from tests.running import OTHER_TEAM, TEAM, Running

# In the quarter before the one that was 91 days ago, so that everybody's days are over and its figures closed.
LONG_AGO = quarter_of(quarter_of(today() - timedelta(days=91 + 15)) - timedelta(days=1))
OLD = {"birth_on": "1936-06-06"}


async def test_anonymous_is_refused(caseload: Running) -> None:
    nobody = await caseload.client("caseload", None)
    assert (await nobody.post("/v1/hospital-discharges", json=a_discharge(new_id()))).status_code == 401
    for path in ("", "/people", "/summary", f"/{new_id()}"):
        answer = await nobody.get(f"/v1/hospital-discharges{path}", params={"team_id": str(TEAM)})
        assert answer.status_code == 401


async def discharged(client: OnCaseload, day: date, where: str | None = None) -> str:
    made = await client.post("/v1/hospital-discharges", a_discharge(client.client_id, discharged_on=str(day)))
    if where is not None:
        told = {"found_on": made["due_on"], "where": where}
        await client.post(f"/v1/hospital-discharges/{made['id']}/find", told)
    return str(made["id"])


async def figures(caller: Any, as_of: date = LONG_AGO) -> dict[str, Any]:
    answer = await caller.get("/v1/hospital-discharges/summary", params={"team_id": str(TEAM), "as_of": str(as_of)})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def several(caseload: Running, *found: str | None, **person: Any) -> list[OnCaseload]:
    clients = []
    for number, where in enumerate(found):
        client = await take_on(caseload, given_name=f"Person {number}", nhs_number=None, **(OLD | person))
        await discharged(client, LONG_AGO + timedelta(days=number), where)
        clients.append(client)
    return clients


async def test_the_rate_is_of_those_whose_days_are_over_and_names_are_behind_it(caseload: Running) -> None:
    clients = await several(caseload, "home", "home", "care_home", "died", "not_known", None)
    nurse = clients[0].nurse
    found = await figures(nurse)
    assert (found["discharged"], found["at_home"], found["elsewhere"], found["waiting"]) == (6, 2, 3, 1)
    assert (found["rate"], found["days"], found["from_age"]) == (0.4, 91, 65)
    named = await nurse.get("/v1/hospital-discharges/people", params={"team_id": str(TEAM), "as_of": str(LONG_AGO)})
    assert [(one["given_name"], one["found"]) for one in named.json()["items"]][:3] == [
        ("Person 0", "home"),
        ("Person 1", "home"),
        ("Person 2", "care_home"),
    ]
    waiting = await nurse.get("/v1/hospital-discharges", params={"due": "overdue"})
    assert [one["client_id"] for one in waiting.json()["items"]] == [clients[5].client_id]


async def test_only_people_of_65_and_over_count(caseload: Running) -> None:
    born = LONG_AGO.replace(year=LONG_AGO.year - 65)
    await several(caseload, "home", birth_on=str(born))
    await several(caseload, "home", birth_on=str(born + timedelta(days=1)))
    await several(caseload, "home", birth_on=None)
    nurse = await caseload.nurse("caseload")
    assert (await figures(nurse))["discharged"] == 1


def test_somebody_born_on_29_february_is_a_year_older_on_1_march() -> None:
    leap = date(1960, 2, 29)
    assert (age_on(leap, date(2025, 2, 28)), age_on(leap, date(2025, 3, 1))) == (64, 65)


async def written_on(caseload: Running, day: date) -> None:
    await caseload.alter("caseload", f"update hospital_discharge set recorded_at = '{day}', changed_at = '{day}'")


async def test_what_is_found_after_a_quarter_is_closed_changes_none_of_its_figures(caseload: Running) -> None:
    clients = await several(caseload, None, None, None, None, None)
    await written_on(caseload, LONG_AGO + timedelta(days=90))
    board = await caseload.client("caseload", new_id(), "commissioner")
    before = await figures(board)
    assert (before["discharged"], before["waiting"]) == (5, 5)
    for client in clients:
        (made,) = (await client.nurse.get("/v1/hospital-discharges", params={"client_id": client.client_id})).json()[
            "items"
        ]
        told = {"found_on": made["due_on"], "where": "home"}
        await client.post(f"/v1/hospital-discharges/{made['id']}/find", told)
    await several(caseload, None)
    assert await figures(board) == before
    assert (await figures(clients[0].nurse))["at_home"] == 5


async def test_the_names_behind_the_rate_come_page_by_page(caseload: Running) -> None:
    clients = await several(caseload, "home", "home", None)
    asked: dict[str, str] = {"team_id": str(TEAM), "as_of": str(LONG_AGO), "limit": "2"}
    first = (await clients[0].nurse.get("/v1/hospital-discharges/people", params=asked)).json()
    rest = await clients[0].nurse.get("/v1/hospital-discharges/people", params=asked | {"cursor": first["next_cursor"]})
    named = [one["given_name"] for one in [*first["items"], *rest.json()["items"]]]
    assert (len(first["items"]), named) == (2, ["Person 0", "Person 1", "Person 2"])
    assert rest.json()["next_cursor"] is None


async def test_nobody_died_before_they_were_discharged(caseload: Running) -> None:
    client = await take_on(caseload)
    made = a_discharge(client.client_id, discharged_on=ago(9))
    await client.post("/v1/hospital-discharges", made)
    at = f"/v1/hospital-discharges/{made['id']}/find"
    early = await client.nurse.post(at, json={"found_on": ago(10), "where": "died"})
    told = early.json()
    assert (told["code"], told["errors"][0]["pointer"]) == ("step_before_the_last", "/body/found_on")
    assert (await client.nurse.post(at, json={"found_on": ago(9), "where": "died"})).status_code == 200


async def test_outside_the_team_few_are_hidden_and_the_quarter_is_over(caseload: Running) -> None:
    await several(caseload, "home", "home", "home", "home", "home", "died")
    await written_on(caseload, LONG_AGO + timedelta(days=91))
    board = await caseload.client("caseload", new_id(), "commissioner")
    found = await figures(board)
    assert (found["discharged"], found["at_home"], found["elsewhere"], found["rate"]) == (6, None, None, None)
    asked = {"team_id": str(TEAM), "as_of": str(today() - timedelta(days=91))}
    early = await board.get("/v1/hospital-discharges/summary", params=asked)
    assert (early.status_code, early.json()["code"]) == (422, "quarter_not_over")
    assert (await board.get("/v1/hospital-discharges/people", params=asked)).status_code == 403
    nurse = await caseload.nurse("caseload")
    other = await nurse.get("/v1/hospital-discharges/summary", params={"team_id": str(OTHER_TEAM)})
    assert other.status_code == 404


@pytest.mark.parametrize(
    ("days", "where", "code"), [(90, "home", "too_early_to_tell"), (91, "home", None), (9, "died", None)]
)
async def test_where_somebody_is_is_told_when_the_days_are_over_or_they_died(
    caseload: Running, days: int, where: str, code: str | None
) -> None:
    client = await take_on(caseload)
    made = a_discharge(client.client_id, discharged_on=ago(days))
    await client.post("/v1/hospital-discharges", made)
    told = await client.nurse.post(
        f"/v1/hospital-discharges/{made['id']}/find", json={"found_on": ago(0), "where": where}
    )
    assert told.json().get("code") == code
    twice = await client.nurse.post("/v1/hospital-discharges", json=made | {"id": new_id()})
    assert twice.json()["code"] == "discharge_already_recorded"
    if code is None:
        path = f"/v1/hospital-discharges/{made['id']}/find"
        again = await client.nurse.post(path, json={"found_on": ago(0), "where": "home"})
        assert again.json()["code"] == "already_found"
