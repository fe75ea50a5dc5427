"""Self-care skills, and the reason whenever self-care is not possible (mission rows 3.24 and 3.25)."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.common.auth import Persona
from tests.caseload.around import a_skill, ago
from tests.caseload.story import OnCaseload, a_contact, new_id, take_on
from tests.running import NURSE, TEAM, Running


@pytest.fixture
async def maureen(caseload: Running) -> OnCaseload:
    client = await take_on(caseload)
    client.kept["skill"] = await client.post("/v1/self-care-skills", a_skill(client.client_id, wanted_on=ago(40)))
    return client


async def step(client: OnCaseload, name: str, **body: Any) -> Any:
    return await client.nurse.post(f"/v1/self-care-skills/{client.kept['skill']['id']}/{name}", json=body)


async def goes_on(client: OnCaseload, kind: str, days_ago: int) -> Any:
    return await step(client, "step", id=new_id(), kind=kind, done_on=ago(days_ago))


async def listed(client: OnCaseload, **asked: Any) -> list[str]:
    return [one["id"] for one in (await client.nurse.get("/v1/self-care-skills", params=asked)).json()["items"]]


async def test_anonymous_is_refused(caseload: Running) -> None:
    nobody = await caseload.client("caseload", None)
    for path in ("self-care-skills", f"self-care-skills/{new_id()}", "self-care/summary"):
        assert (await nobody.get(f"/v1/{path}")).status_code == 401


async def test_a_skill_is_taught_practised_and_signed_off_with_the_client(maureen: OnCaseload) -> None:
    skill = maureen.kept["skill"]
    assert (skill["status"], skill["due_on"]) == ("wanted", ago(12))
    assert await listed(maureen, due="overdue") == [skill["id"]]
    taught = (await goes_on(maureen, "taught", 9)).json()
    assert (taught["status"], taught["due_on"]) == ("taught", str(date.fromisoformat(ago(9)) + timedelta(days=28)))
    early = await step(maureen, "sign-off", signed_off_on=ago(8), client_words="I can")
    assert (early.status_code, early.json()["code"]) == (409, "not_practised_yet")
    await goes_on(maureen, "practised", 7)
    again = (await goes_on(maureen, "taught", 6)).json()
    assert (again["status"], [one["kind"] for one in again["steps"]]) == (
        "practised",
        ["taught", "practised", "taught"],
    )
    done = (await step(maureen, "sign-off", signed_off_on=ago(1), client_words="I can do it")).json()
    assert (done["status"], done["due_on"], done["signed_off_by"]) == ("signed_off", None, str(NURSE))
    late = await goes_on(maureen, "practised", 0)
    assert (late.status_code, late.json()["code"]) == (409, "skill_already_settled")


async def test_nobody_practises_what_was_not_taught(maureen: OnCaseload) -> None:
    early = await goes_on(maureen, "practised", 3)
    assert (early.status_code, early.json()["code"]) == (409, "not_taught_yet")
    before = await goes_on(maureen, "taught", 41)
    assert (before.status_code, before.json()["code"]) == (422, "step_before_the_last")


CAPACITY = {"capacity_assessed_on": "2026-11-05", "best_interests": "Her daughter gives them at breakfast"}


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"because": "not_able", "reason": "Her hands shake"}, 200),
        ({"because": "not_wanted", "reason": "She would rather we came"}, 200),
        ({"because": "lacks_capacity", "reason": "Forgets within the hour", **CAPACITY}, 200),
        ({"because": "not_able"}, 422),
        ({"reason": "Her hands shake"}, 422),
        ({"because": "not_able", "reason": " "}, 422),
        ({"because": "lacks_capacity", "reason": "Forgets within the hour"}, 422),
        ({"because": "not_wanted", "reason": "She would rather we came", **CAPACITY}, 422),
    ],
)
async def test_the_reason_is_always_told(maureen: OnCaseload, told: dict[str, Any], status: int) -> None:
    answer = await step(maureen, "not-possible", said_on=ago(0), **told)
    assert answer.status_code == status, answer.text
    read = (await maureen.nurse.get(f"/v1/self-care-skills/{maureen.kept['skill']['id']}")).json()
    assert (read["status"], read["reason"]) == (("not_possible", told["reason"]) if status == 200 else ("wanted", None))


async def test_the_share_of_interventions_that_teach_is_told(caseload: Running, maureen: OnCaseload) -> None:
    for ticked in (["01.14", "02.14"], ["02.14", "04.41"]):
        contact = a_contact(maureen.episode_id, started_at="2026-10-05T10:00:00Z", interventions=ticked)
        await maureen.post("/v1/care-contacts", contact)
    await maureen.post("/v1/self-care-skills", a_skill(maureen.client_id, wanted_on="2026-10-06"))
    maureen.kept["skill"] = await maureen.post(
        "/v1/self-care-skills", a_skill(maureen.client_id, wanted_on="2026-10-07")
    )
    await step(maureen, "not-possible", because="not_wanted", reason="Would rather not", said_on=ago(0))
    asked = {"team_id": str(TEAM), "from_on": "2026-10-01", "to_on": "2026-10-31"}
    told = (await maureen.nurse.get("/v1/self-care/summary", params=asked)).json()
    assert (told["interventions"], told["teaching"], told["teaching_share"]) == (4, 1, 0.25)
    assert told["skills_by_state"]["not_wanted"] == 1
    coach = await caseload.client("caseload", new_id(), Persona.COACH)
    outside = (await coach.get("/v1/self-care/summary", params=asked)).json()
    assert {outside[name] for name in ("skills", "interventions", "teaching", "teaching_share")} == {None}
    assert set(outside["skills_by_state"].values()) == {None}
