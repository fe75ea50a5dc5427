"""A complaint is acknowledged within three working days, answered, and learned from; its words stay in the team."""

from datetime import date, timedelta
from typing import Any

import pytest
from uuid6 import uuid7

from services.governance.domain.complaint import quarter
from tests.governance.conftest import today
from tests.running import OTHER_TEAM, TEAM, Running


def a_complaint(**changes: Any) -> dict[str, Any]:
    complaint = {
        "id": str(uuid7()),
        "team_id": str(TEAM),
        "kind": "complaint",
        "received_on": "2026-02-05",
        "summary": "Nobody rang to say the visit was moved",
    }
    return complaint | changes


async def received(nurse: Any, **changes: Any) -> dict[str, Any]:
    answer = await nurse.post("/v1/complaints", json=a_complaint(**changes))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def step(client: Any, complaint: dict[str, Any], verb: str, **body: Any) -> Any:
    return await client.post(f"/v1/complaints/{complaint['id']}/{verb}", json=body)


async def overdue(nurse: Any, as_of: str) -> list[bool]:
    found = await nurse.get("/v1/complaints", params={"team_id": str(TEAM), "as_of": as_of})
    return [complaint["overdue"] for complaint in found.json()["items"]]


async def counted(client: Any, **params: Any) -> dict[str, int | None]:
    answer = await client.get("/v1/complaints/summary", params={"team_id": str(TEAM), **params})
    assert answer.status_code == 200, answer.text
    assert all(item["hidden"] == (item["value"] is None) for item in answer.json()["items"])
    return {item["code"]: item["value"] for item in answer.json()["items"]}


async def test_anonymous_is_refused(governance: Running) -> None:
    nobody = await governance.client("governance", None)
    assert (await nobody.post("/v1/complaints", json=a_complaint())).status_code == 401


@pytest.mark.parametrize("persona", ["coach", "heatshield", "steering", "commissioner", "social_worker"])
async def test_the_words_of_a_complaint_stay_in_the_team(governance: Running, nurse: Any, persona: str) -> None:
    complaint = await received(nurse)
    other = await governance.client("governance", uuid7(), persona)
    assert (await other.get("/v1/complaints")).status_code == 403
    assert (await other.get(f"/v1/complaints/{complaint['id']}")).status_code == 403
    assert (await other.post("/v1/complaints", json=a_complaint())).status_code == 403
    assert (await step(other, complaint, "acknowledge")).status_code == 403


async def test_another_team_cannot_tell_a_hidden_complaint_from_none(nurse: Any, stranger: Any) -> None:
    complaint = await received(nurse)
    assert (await stranger.get(f"/v1/complaints/{complaint['id']}")).status_code == 404
    assert (await step(stranger, complaint, "acknowledge")).status_code == 404
    assert (await stranger.get("/v1/complaints/summary", params={"team_id": str(TEAM)})).status_code == 404
    assert (await stranger.get("/v1/complaints", params={"team_id": str(TEAM)})).json()["items"] == []
    assert (await nurse.post("/v1/complaints", json=a_complaint(team_id=str(OTHER_TEAM)))).status_code == 404


async def test_a_complaint_is_acknowledged_in_three_working_days_answered_and_learned_from(nurse: Any) -> None:
    """Row 8.14; SI 2009/309, regulation 13(3)."""
    complaint = await received(nurse)
    assert complaint["acknowledgement_due_on"] == "2026-02-10", "a weekend lies between"
    assert await overdue(nurse, "2026-02-10") == [False]
    assert await overdue(nurse, "2026-02-11") == [True]
    late = await step(nurse, complaint, "acknowledge", on="2026-02-12")
    assert late.status_code == 200, late.text
    assert await overdue(nurse, "2026-02-11") == [True], "on that day it was owed"
    assert await overdue(nurse, "2026-02-12") == [False]
    answered = await step(
        nurse, complaint, "answer", answer="We are sorry, and ring first from now on", on="2026-02-20"
    )
    assert answered.json()["status"] == "answered"
    learned = await step(nurse, complaint, "learn", learning="Whoever moves a visit rings")
    assert (learned.json()["status"], learned.json()["learned_on"]) == ("learned", today().isoformat())
    assert (await nurse.get("/v1/complaints", params={"status": "learned"})).json()["items"][0]["id"] == complaint["id"]


async def test_the_steps_are_taken_in_turn_and_once(nurse: Any) -> None:
    complaint = await received(nurse)
    for verb, body in (("answer", {"answer": "Sorry"}), ("learn", {"learning": "Ring first"})):
        refused = await step(nurse, complaint, verb, **body)
        assert refused.status_code == 409
        assert refused.json()["code"] == "complaint_out_of_turn"
    assert (await step(nurse, complaint, "acknowledge")).status_code == 200
    assert (await step(nurse, complaint, "acknowledge")).status_code == 409


async def test_no_step_lies_before_the_one_it_follows_or_ahead(nurse: Any) -> None:
    complaint = await received(nurse)
    tomorrow = (today() + timedelta(days=1)).isoformat()
    for day in ("2026-02-04", tomorrow):
        refused = await step(nurse, complaint, "acknowledge", on=day)
        assert refused.status_code == 422
        assert refused.json()["code"] == "day_out_of_order"
        assert refused.json()["errors"][0]["pointer"] == "/body/on"
    ahead = await nurse.post("/v1/complaints", json=a_complaint(received_on=tomorrow))
    assert ahead.json()["errors"][0]["pointer"] == "/body/received_on"
    too_old = await nurse.post("/v1/complaints", json=a_complaint(received_on="2009-03-31"))
    assert too_old.status_code == 422
    assert too_old.json()["code"] == "no_rule_in_force"
    assert too_old.json()["errors"][0]["pointer"] == "/body/received_on"


async def test_a_compliment_has_no_clock(nurse: Any) -> None:
    compliment = await received(nurse, kind="compliment", summary="Kind and on time")
    assert compliment["acknowledgement_due_on"] is None
    assert await overdue(nurse, today().isoformat()) == [False]
    assert (await counted(nurse))["compliments"] == 1


async def test_outside_the_team_complaints_are_counts_and_small_ones_are_hidden(nurse: Any, heatshield: Any) -> None:
    for _ in range(5):
        prompt = await received(nurse)
        await step(nurse, prompt, "acknowledge", on="2026-02-06")
    for _ in range(2):
        late = await received(nurse)
        await step(nurse, late, "acknowledge", on="2026-02-27")
    await received(nurse, received_on=today().isoformat())
    await received(nurse)
    assert await counted(nurse) == {
        "complaints": 9,
        "acknowledged_in_time": 5,
        "acknowledged_late": 2,
        "overdue": 1,
        "not_yet_due": 1,
        "learned": 0,
        "not_yet_learned": 9,
        "compliments": 0,
    }
    outside = await counted(heatshield, as_of="2026-03-31")
    assert {code for code, count in outside.items() if count is not None} == {"complaints", "not_yet_learned"}
    assert outside["complaints"] == 8
    early = await counted(nurse, as_of="2026-02-09")
    assert (early["complaints"], early["acknowledged_in_time"], early["not_yet_due"]) == (8, 5, 3)


async def test_outside_the_team_complaints_are_counted_by_the_quarter(nurse: Any, heatshield: Any) -> None:
    """Counts up to two days could be taken from each other, and leave the one complaint between them."""
    for day in ("2026-01-20", "2026-03-10", "2026-04-15"):
        for _ in range(1 if day == "2026-03-10" else 5):
            prompt = await received(nurse, received_on=day)
            await step(nurse, prompt, "acknowledge", on=day)
    await received(nurse, received_on="2026-07-01")
    for as_of in ("2026-01-31", "2026-02-28", "2026-03-30", "2026-04-30", "2099-12-31"):
        refused = await heatshield.get("/v1/complaints/summary", params={"team_id": str(TEAM), "as_of": as_of})
        assert (refused.status_code, refused.json()["code"]) == (422, "not_a_quarters_end")
        assert refused.json()["errors"][0]["pointer"] == "/query/as_of"
    told = [await counted(heatshield, as_of=day) for day in ("2026-03-31", "2026-06-30", "2026-09-30")]
    assert [one["complaints"] for one in told] == [6, 5, None]
    assert [one["acknowledged_in_time"] for one in told] == [6, 5, None]
    assert (await counted(nurse, as_of="2026-04-14"))["complaints"] == 6


@pytest.mark.parametrize(
    ("today", "first", "last"),
    [
        (date(2026, 11, 22), date(2026, 7, 1), date(2026, 9, 30)),
        (date(2026, 3, 31), date(2025, 10, 1), date(2025, 12, 31)),
        (date(2026, 4, 1), date(2026, 1, 1), date(2026, 3, 31)),
    ],
)
def test_the_latest_quarter_is_the_one_that_is_over(today: date, first: date, last: date) -> None:
    assert quarter(None, today) == quarter(last, today) == (first, last)


async def test_a_count_says_of_which_days_it_is(nurse: Any, heatshield: Any) -> None:
    for client, first in ((nurse, None), (heatshield, "2026-01-01")):
        found = (await client.get(f"/v1/complaints/summary?team_id={TEAM}&as_of=2026-03-31")).json()
        assert (found["from_on"], found["as_of"]) == (first, "2026-03-31")
