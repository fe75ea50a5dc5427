"""A planned visit is moved, cancelled, or done when a care contact names it; in whatever order the news arrives."""

import asyncio
from typing import Any

import pytest
from uuid6 import uuid7

from services.common.auth import SYSTEM
from services.common.broker import Delivery
from services.common.events import Envelope
from services.roster.events import VisitDone, VisitPlanned
from tests.roster.facts import EDITH, RUTH, SANDRA, TOM, WALTER, a_visit, code, contact, hear, pointer
from tests.running import OTHER_TEAM, STRANGER, Running

AFTERNOON = "2026-11-24T14:00:00Z"


async def planned(nurse: Any, **changes: Any) -> str:
    visit = a_visit(**changes)
    answer = await nurse.post("/v1/visits", json=visit)
    assert answer.status_code == 201, answer.text
    return str(visit["id"])


async def moved(nurse: Any, visit: str, etag: str = '"1"', **body: Any) -> Any:
    body = {"starts_at": AFTERNOON} | {name: value and str(value) for name, value in body.items()}
    return await nurse.post(f"/v1/visits/{visit}/move", json=body, headers={"If-Match": etag})


async def test_anonymous_is_refused(roster: Running) -> None:
    nobody = await roster.client("roster", None)
    assert (await moved(nobody, str(uuid7()))).status_code == 401
    assert (await nobody.post(f"/v1/visits/{uuid7()}/cancel", json={"reason": "In hospital"})).status_code == 401


async def test_a_visit_is_moved_with_its_length_and_the_others_hear_of_it(roster: Running, nurse: Any) -> None:
    visit = await planned(nurse)
    answer = await moved(nurse, visit, employee_id=TOM)
    assert answer.status_code == 200, answer.text
    assert answer.headers["etag"] == '"2"'
    assert (answer.json()["starts_at"], answer.json()["ends_at"]) == (AFTERNOON, "2026-11-24T15:15:00Z")
    assert (await nurse.get(f"/v1/visits/{visit}")).headers["etag"] == '"2"'
    first, second = await roster.published("roster", VisitPlanned)
    assert (first.aggregateversion, second.aggregateversion) == (1, 2)
    assert (second.data["employee_id"], second.data["starts_at"], second.data["status"]) == (
        str(TOM),
        AFTERNOON,
        "planned",
    )


async def test_a_move_says_on_which_version_it_was_made(nurse: Any) -> None:
    visit = await planned(nurse)
    without = await nurse.post(
        f"/v1/visits/{visit}/move", json={"starts_at": AFTERNOON}, headers={"Idempotency-Key": "k-1"}, auth=None
    )
    assert (without.status_code, code(without)) == (428, "precondition_required")
    assert (await moved(nurse, visit)).status_code == 200
    stale = await moved(nurse, visit)
    assert (stale.status_code, code(stale)) == (412, "precondition_failed")


async def test_of_many_moves_on_one_version_one_succeeds(nurse: Any) -> None:
    visit = await planned(nurse)
    answers = await asyncio.gather(*(moved(nurse, visit, employee_id=who) for who in (RUTH, TOM) * 5))
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 9


async def test_a_move_keeps_the_rules_of_a_new_visit(nurse: Any) -> None:
    visit = await planned(nurse)
    await planned(nurse, client_id=WALTER, employee_id=TOM, starts_at=AFTERNOON, ends_at="2026-11-24T15:00:00Z")

    async def refusal(**body: Any) -> tuple[int, str, str]:
        answer = await moved(nurse, visit, **body)
        return answer.status_code, code(answer), pointer(answer)

    assert await refusal(starts_at="2026-11-24T16:00:00Z") == (409, "outside_shift", "/body/starts_at")
    assert await refusal(employee_id=TOM) == (409, "nurse_already_booked", "/body/starts_at")
    assert await refusal(employee_id=SANDRA) == (409, "not_cleared_to_visit_alone", "/body/accompanied_by")
    assert await refusal(employee_id=STRANGER) == (409, "not_in_the_team", "/body/employee_id")
    assert await refusal(accompanied_by=RUTH) == (422, "accompanied_by_oneself", "/body/accompanied_by")
    await planned(nurse, employee_id=TOM, starts_at="2026-11-24T12:00:00Z", ends_at="2026-11-24T13:00:00Z")
    assert await refusal(starts_at="2026-11-24T12:30:00Z") == (409, "client_already_visited", "/body/starts_at")
    assert (await nurse.get(f"/v1/visits/{visit}")).json()["version"] == 1


async def test_a_move_may_name_who_comes_along_and_let_them_go(nurse: Any) -> None:
    visit = await planned(nurse)
    unsaid = await moved(nurse, visit, employee_id=SANDRA, accompanied_by=RUTH)
    assert (unsaid.status_code, code(unsaid)) == (422, "second_hand_without_reason")
    taken_along = await moved(nurse, visit, employee_id=SANDRA, accompanied_by=RUTH, second_hand_reason="safety")
    assert taken_along.status_code == 200, taken_along.text
    kept = await moved(nurse, visit, '"2"', starts_at="2026-11-24T15:00:00Z")
    assert kept.json()["accompanied_by"] == str(RUTH)
    alone = await moved(nurse, visit, '"3"', employee_id=RUTH, accompanied_by=None)
    assert (alone.status_code, alone.json()["accompanied_by"]) == (200, None)


async def test_a_small_move_does_not_clash_with_itself(nurse: Any) -> None:
    visit = await planned(nurse)
    assert (await moved(nurse, visit, starts_at="2026-11-24T10:15:00Z")).status_code == 200


async def test_a_cancelled_visit_says_why_and_frees_its_time(roster: Running, nurse: Any) -> None:
    visit = await planned(nurse, accompanied_by=TOM)
    answer = await nurse.post(f"/v1/visits/{visit}/cancel", json={"reason": "In hospital since Monday"})
    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')
    assert (answer.json()["status"], answer.json()["cancel_reason"]) == ("cancelled", "In hospital since Monday")
    told = (await roster.published("roster", VisitPlanned))[-1]
    assert (told.data["status"], told.aggregateversion) == ("cancelled", 2)
    assert told.data["accompanied_by"] == str(TOM)
    assert "In hospital" not in str(told.data)
    await planned(nurse, employee_id=TOM)


async def test_what_is_cancelled_is_neither_moved_nor_cancelled_again(nurse: Any) -> None:
    visit = await planned(nurse)
    await nurse.post(f"/v1/visits/{visit}/cancel", json={"reason": "Away"})
    again = await nurse.post(f"/v1/visits/{visit}/cancel", json={"reason": "Away"})
    assert (again.status_code, code(again)) == (409, "visit_no_longer_planned")
    late = await moved(nurse, visit, '"2"')
    assert (late.status_code, code(late)) == (409, "visit_no_longer_planned")
    assert (await nurse.post(f"/v1/visits/{visit}/cancel", json={"reason": " "})).status_code == 422


async def test_another_team_can_neither_move_nor_cancel(roster: Running, nurse: Any) -> None:
    visit, stranger = await planned(nurse), await roster.client("roster", STRANGER)
    assert (await moved(stranger, visit)).status_code == 404
    assert (await stranger.post(f"/v1/visits/{visit}/cancel", json={"reason": "Mistake"})).status_code == 404
    coach = await roster.client("roster", "coach", "coach")
    assert (await moved(coach, visit)).status_code == 403
    assert (await coach.post(f"/v1/visits/{visit}/cancel", json={"reason": "Mistake"})).status_code == 403


async def test_a_contact_that_names_the_visit_makes_it_done_once(roster: Running, nurse: Any) -> None:
    visit = await planned(nurse)
    fact = contact(EDITH, RUTH, {"nursing": 60, "wider_support": 15}, visit_id=visit)
    envelope = await hear(roster, fact)
    await roster.hand_over("roster", envelope)
    await hear(roster, fact)
    await hear(roster, contact(EDITH, TOM, {"nursing": 75}, visit_id=visit))
    done = (await nurse.get(f"/v1/visits/{visit}")).json()
    assert (done["status"], done["care_contact_id"]) == ("done", fact[1]["care_contact_id"])
    assert done["done_at"] == "2026-11-24T11:20:00Z"
    (told,) = await roster.published("roster", VisitDone)
    assert told.aggregateversion == 2
    assert told.data == {
        "visit_id": visit,
        "client_id": str(EDITH),
        "team_id": done["team_id"],
        "employee_id": str(RUTH),
        "care_contact_id": fact[1]["care_contact_id"],
        "starts_at": "2026-11-24T10:00:00Z",
        "ends_at": "2026-11-24T11:15:00Z",
        "channel": "in_person",
        "done_at": "2026-11-24T11:20:00Z",
    }
    assert (await moved(nurse, visit, '"2"')).status_code == 409


async def test_a_copy_made_anew_before_its_event_comes_leaves_the_visit_to_the_event(
    roster: Running, nurse: Any
) -> None:
    """A rebuild tells nobody anything, so what others must hear of waits for the event itself."""
    visit = await planned(nurse)
    name, data = contact(EDITH, RUTH, {"nursing": 60}, visit_id=visit)
    subject = f"care_contact/{data['care_contact_id']}"
    envelope = Envelope(source="/heatshield/caseload", type=name, subject=subject, aggregateversion=1, data=data)
    consumer = roster.apps["roster"].state.desk.consumers[f"roster.{name}"]
    heard = consumer.read(Delivery(envelope.model_dump_json(exclude_none=True).encode()))
    async with roster.databases["roster"].transaction(SYSTEM, rebuilding=True) as tx:
        await consumer.apply_to(tx, [heard])
    assert (await nurse.get(f"/v1/visits/{visit}")).json()["status"] == "planned"
    await roster.hand_over("roster", envelope)
    assert (await nurse.get(f"/v1/visits/{visit}")).json()["status"] == "done"
    assert len(await roster.published("roster", VisitDone)) == 1


async def test_a_done_visit_still_holds_its_time(roster: Running, nurse: Any) -> None:
    visit = await planned(nurse)
    await hear(roster, contact(EDITH, RUTH, {"nursing": 60}, visit_id=visit))
    clash = await nurse.post("/v1/visits", json=a_visit(client_id=WALTER))
    assert code(clash) == "nurse_already_booked"


async def test_a_visit_that_arrives_after_its_contact_is_done_at_once(roster: Running, nurse: Any) -> None:
    late = a_visit()
    await hear(roster, contact(EDITH, RUTH, {"nursing": 60}, visit_id=late["id"]))
    answer = await nurse.post("/v1/visits", json=late)
    assert (answer.status_code, answer.json()["status"]) == (201, "done")
    assert (await nurse.get(f"/v1/visits/{late['id']}")).json()["status"] == "done"
    assert [told.data["visit_id"] for told in await roster.published("roster", VisitDone)] == [late["id"]]
    assert await roster.published("roster", VisitPlanned) == []


async def test_visit_and_contact_that_arrive_together_meet(roster: Running, nurse: Any) -> None:
    for hour in range(9, 16):
        visit = a_visit(starts_at=f"2026-11-24T{hour:02}:00:00Z", ends_at=f"2026-11-24T{hour:02}:30:00Z")
        fact = contact(EDITH, RUTH, {"nursing": 20}, visit_id=visit["id"])
        answer, _ = await asyncio.gather(nurse.post("/v1/visits", json=visit), hear(roster, fact))
        assert answer.status_code == 201
        assert (await nurse.get(f"/v1/visits/{visit['id']}")).json()["status"] == "done"
    assert len(await roster.published("roster", VisitDone)) == 7


@pytest.mark.parametrize("changes", [{"team_id": OTHER_TEAM}, {"client_id": WALTER}])
async def test_a_contact_of_another_team_or_client_leaves_the_visit_alone(
    roster: Running, nurse: Any, changes: dict[str, Any]
) -> None:
    visit, later = await planned(nurse), a_visit(starts_at=AFTERNOON, ends_at="2026-11-24T15:00:00Z")
    for named in (visit, later["id"]):
        await hear(roster, contact(EDITH, RUTH, {"nursing": 60}, visit_id=named, **changes))
    assert (await nurse.post("/v1/visits", json=later)).json()["status"] == "planned"
    assert (await nurse.get(f"/v1/visits/{visit}")).json()["status"] == "planned"


async def test_a_contact_does_not_revive_a_cancelled_visit(roster: Running, nurse: Any) -> None:
    visit = await planned(nurse)
    await nurse.post(f"/v1/visits/{visit}/cancel", json={"reason": "Away"})
    await hear(roster, contact(EDITH, RUTH, {"nursing": 60}, visit_id=visit))
    assert (await nurse.get(f"/v1/visits/{visit}")).json()["status"] == "cancelled"
    assert await roster.published("roster", VisitDone) == []
