"""The weekly meeting: its agenda is drawn from what happened, holds ids and codes, and is written back (row 3.08)."""

from typing import Any

import pytest
from uuid6 import uuid7

from services.governance.domain.meeting import iso_week
from tests.governance.conftest import today
from tests.governance.deciding import a_decision
from tests.governance.meeting import (
    a_meeting,
    a_task,
    a_win,
    ahead,
    an_ask,
    finance_tells,
    free_days,
    in_care,
    now,
    planned,
    rated,
    tell,
)
from tests.governance.telling import referral_received
from tests.governance.test_obstacles import raised
from tests.running import DEPUTY, OTHER_TEAM, STRANGER, TEAM, Running

LONG_AGO = "2026-01-05T09:00:00Z"


async def called(nurse: Any, **changes: Any) -> dict[str, Any]:
    answer = await nurse.post("/v1/meetings", json=a_meeting(**changes))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def of_kind(agenda: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [item for item in agenda["items"] if item["kind"] == kind]


async def test_anonymous_is_refused(governance: Running) -> None:
    nobody = await governance.client("governance", None)
    assert (await nobody.post("/v1/meetings", json=a_meeting())).status_code == 401
    for path in ("meetings", f"meetings/{uuid7()}/agenda", "wins", f"meetings/summary?team_id={TEAM}"):
        assert (await nobody.get(f"/v1/{path}")).status_code == 401


async def test_the_agenda_is_drawn_from_what_came_up(governance: Running, nurse: Any) -> None:
    referral, worse, better, old, over, beryl = (str(uuid7()) for _ in range(6))
    await referral_received(governance, referral)
    await in_care(governance, worse)
    for client, before, after in ((worse, 3, 1), (better, 2, 4)):
        problem = str(uuid7())
        await rated(governance, client, problem, before, LONG_AGO)
        await rated(governance, client, problem, after, now())
    await planned(governance, over, ahead(-1))
    for ends_on in (ahead(-9), ahead(9)):
        await planned(governance, old, ends_on)
    await tell(governance, "care_plan.changed", care_plan_id=uuid7(), client_id=old, changed_at=now())
    await finance_tells(governance, "reablement.started", free_days(beryl, -16, 25))
    await finance_tells(governance, "reablement.started", free_days(old, -42, -1))
    obstacle, decision, win = await raised(nurse), a_decision(), a_win()
    await nurse.post("/v1/decisions", json=decision)
    await nurse.post("/v1/wins", json=win)
    await nurse.post("/v1/meeting-asks", json=an_ask(worse))
    agenda = await called(nurse)
    found = [(one["kind"], one["subject_id"], one["client_id"], one["number"]) for one in agenda["items"]]
    assert found[0] == ("new_referral", referral, None, None)
    assert found[1] == ("reablement", None, beryl, 17)
    assert found[2] == ("acuity_up", None, worse, 5)
    assert [(kind, client) for kind, _, client, _ in found[3:6]] == [
        ("plan_changed", old),
        ("plan_overdue", over),
        ("asked", worse),
    ]
    assert [(kind, subject) for kind, subject, *_ in found[6:]] == [
        ("win", win["id"]),
        ("obstacle", obstacle["id"]),
        ("decision_due", decision["id"]),
        ("rota", None),
        ("client_facing", None),
    ]
    assert agenda["items"][-1]["code"] == iso_week(today())
    read = await nurse.get(f"/v1/meetings/{agenda['meeting']['id']}/agenda")
    assert read.json() == agenda


async def test_what_was_on_one_agenda_comes_no_second_time_unless_it_still_waits(
    governance: Running, nurse: Any
) -> None:
    client, referral = str(uuid7()), str(uuid7())
    await in_care(governance, client, days_ago=0)
    await referral_received(governance, referral)
    await nurse.post("/v1/wins", json=a_win())
    await nurse.post("/v1/meeting-asks", json=an_ask(client))
    kinds = [{one["kind"] for one in (await called(nurse, held_on=ahead(day)))["items"]} for day in (0, 7)]
    assert kinds[0] == {"new_referral", "new_client", "asked", "win", "rota", "client_facing"}
    assert kinds[1] == {"new_referral", "rota", "client_facing"}


async def test_the_outcome_of_a_referral_is_on_the_agenda(governance: Running, nurse: Any) -> None:
    referral = str(uuid7())
    await referral_received(governance, referral)
    agenda = await called(nurse)
    assert agenda["items"][0]["outcome"] is None
    answered = {"received_at": LONG_AGO, "accepted_at": now()}
    await tell(governance, "referral.accepted", version=2, referral_id=referral, **answered)
    read = (await nurse.get(f"/v1/meetings/{agenda['meeting']['id']}/agenda")).json()
    assert read["items"][0]["outcome"] == "accepted"


async def test_who_does_what_by_when_is_told_as_ids_and_a_code(governance: Running, nurse: Any) -> None:
    client = str(uuid7())
    await in_care(governance, client)
    await nurse.post("/v1/meeting-asks", json=an_ask(client))
    agenda = await called(nurse)
    (item,) = of_kind(agenda, "asked")
    agreed = await nurse.post("/v1/meeting-actions", json=a_task(item["id"]))
    assert (agreed.status_code, agreed.json()["client_id"]) == (201, client)
    (told,) = [one for one in await governance.published("governance") if "meeting_action" in one.type]
    assert set(told.data) == {
        "meeting_action_id",
        "meeting_id",
        "team_id",
        "client_id",
        "employee_id",
        "task",
        "due_on",
        "agreed_by",
    }
    read = (await nurse.get(f"/v1/meetings/{agenda['meeting']['id']}/agenda")).json()
    assert [one["task"] for one in of_kind(read, "asked")[0]["actions"]] == ["review_plan"]


async def test_a_task_is_for_a_client_of_the_agenda_a_member_and_a_day_to_come(governance: Running, nurse: Any) -> None:
    client = str(uuid7())
    await in_care(governance, client)
    await nurse.post("/v1/meeting-asks", json=an_ask(client))
    agenda = await called(nurse)
    (item,), (rota,) = of_kind(agenda, "asked"), of_kind(agenda, "rota")
    for task, code in (
        (a_task(rota["id"]), "item_about_no_client"),
        (a_task(item["id"], due_on=ahead(-1)), "due_before_the_meeting"),
        (a_task(item["id"], employee_id=str(STRANGER)), "not_in_the_team"),
        (a_task(str(uuid7())), "not_found"),
    ):
        assert (await nurse.post("/v1/meeting-actions", json=task)).json()["code"] == code


async def test_a_team_meets_once_a_day_in_time_to_come_and_talks_about_its_own(nurse: Any) -> None:
    await called(nurse)
    for body, code in (
        (a_meeting(), "meeting_already_called"),
        (a_meeting(held_on=ahead(-1)), "meeting_in_the_past"),
        (a_meeting(held_on=ahead(7), chair_id=str(STRANGER)), "not_in_the_team"),
        (a_meeting(team_id=str(OTHER_TEAM)), "not_found"),
    ):
        assert (await nurse.post("/v1/meetings", json=body)).json()["code"] == code
    assert (await nurse.post("/v1/meeting-asks", json=an_ask(str(uuid7())))).json()["code"] == "unknown_client"


async def test_a_meeting_is_held_once_and_on_its_day(nurse: Any) -> None:
    there = {"present": [str(DEPUTY)], "coach_joined": True}
    today_, later = [(await called(nurse, held_on=ahead(day)))["meeting"]["id"] for day in (0, 7)]
    held = await nurse.post(f"/v1/meetings/{today_}/hold", json=there)
    assert (held.json()["status"], held.json()["coach_joined"]) == ("held", True)
    for meeting, code in ((today_, "meeting_already_held"), (later, "meeting_not_yet")):
        assert (await nurse.post(f"/v1/meetings/{meeting}/hold", json=there)).json()["code"] == code


@pytest.mark.parametrize("persona", ["coach", "heatshield", "steering", "commissioner"])
async def test_who_stands_around_the_team_sees_that_it_meets_and_no_client(
    governance: Running, nurse: Any, persona: str
) -> None:
    client = str(uuid7())
    await in_care(governance, client)
    await nurse.post("/v1/meeting-asks", json=an_ask(client))
    await raised(nurse)
    meeting = (await called(nurse))["meeting"]["id"]
    await nurse.post(f"/v1/meetings/{meeting}/hold", json={"present": [str(DEPUTY)], "coach_joined": True})
    around = await governance.client("governance", uuid7(), persona)
    told = await around.get("/v1/meetings/summary", params={"team_id": str(TEAM)})
    assert told.json() == {
        "team_id": str(TEAM),
        "as_of": ahead(0),
        "called": 1,
        "held": 1,
        "coach_joined": 1,
        "last_held_on": ahead(0),
        "items": {"obstacle": 1, "decision_due": 0, "win": 0},
    }
    assert client not in told.text
    assert (await around.get(f"/v1/meetings/{meeting}/agenda")).status_code == 403
