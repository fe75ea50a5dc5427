"""A question to the referrer is asked and answered inside the referral, which needs information meanwhile."""

from typing import Any

from tests.caseload.story import a_referral, an_acceptance, new_id
from tests.running import NURSE, STRANGER, Running

DECLINED = {"reason": "no_capacity", "signpost": "The surgery"}


def a_question(words: str = "Who changes the dressing at present?") -> dict[str, Any]:
    return {"id": new_id(), "words": words}


def a_reply(question: dict[str, Any], **changes: Any) -> dict[str, Any]:
    told = {"words": "Her sister, twice a week", "answered_by": "Dr Patel", "answered_at": "2026-11-03T11:00:00Z"}
    return {"question_id": question["id"], **told, **changes}


async def received(caseload: Running) -> tuple[Any, str]:
    nurse, referral = await caseload.nurse("caseload"), a_referral()
    assert (await nurse.post("/v1/referrals", json=referral)).status_code == 201
    return nurse, f"/v1/referrals/{referral['id']}"


async def test_a_referral_needs_information_until_every_question_is_answered(caseload: Running) -> None:
    nurse, path = await received(caseload)
    first, second = a_question(), a_question("Is she known to the heart failure nurse?")
    asked = await nurse.post(f"{path}/ask", json=first)
    assert (asked.status_code, asked.json()["referral"]["status"]) == (200, "needs_info")
    await nurse.post(f"{path}/ask", json=second)
    one = await nurse.post(f"{path}/reply", json=a_reply(first))
    assert one.json()["referral"]["status"] == "needs_info"
    both = await nurse.post(f"{path}/reply", json=a_reply(second))
    assert both.json()["referral"]["status"] == "received"
    told = (await nurse.get(f"{path}/thread")).json()["questions"]
    assert [(entry["words"], entry["answered_by"]) for entry in told] == [
        (first["words"], "Dr Patel"),
        (second["words"], "Dr Patel"),
    ]
    assert {entry["asked_by"] for entry in told} == {entry["recorded_by"] for entry in told} == {str(NURSE)}
    waiting = await nurse.get("/v1/referrals", params={"status": "needs_info"})
    assert waiting.json()["items"] == []


async def test_an_answer_stands_as_it_was_given(caseload: Running) -> None:
    nurse, path = await received(caseload)
    question = a_question()
    await nurse.post(f"{path}/ask", json=question)
    await nurse.post(f"{path}/reply", json=a_reply(question))
    again = await nurse.post(f"{path}/reply", json=a_reply(question, words="Nobody"))
    assert (again.status_code, again.json()["code"]) == (409, "question_already_answered")
    unknown = await nurse.post(f"{path}/reply", json=a_reply(a_question()))
    assert unknown.status_code == 404


async def test_the_team_may_decide_while_it_waits_and_asks_nothing_after_it(caseload: Running) -> None:
    nurse, path = await received(caseload)
    await nurse.post(f"{path}/ask", json=a_question())
    assert (await nurse.post(f"{path}/accept", json=an_acceptance())).status_code == 201
    late = await nurse.post(f"{path}/ask", json=a_question())
    assert (late.status_code, late.json()["code"]) == (409, "referral_already_decided")
    nurse, other = await received(caseload)
    question = a_question()
    await nurse.post(f"{other}/ask", json=question)
    await nurse.post(f"{other}/not-take", json=DECLINED)
    late = await nurse.post(f"{other}/reply", json=a_reply(question))
    assert (late.status_code, late.json()["code"]) == (409, "referral_already_decided")


async def test_another_team_reads_no_thread(caseload: Running) -> None:
    nurse, path = await received(caseload)
    await nurse.post(f"{path}/ask", json=a_question())
    stranger = await caseload.client("caseload", STRANGER)
    assert (await stranger.get(f"{path}/thread")).status_code == 404
    asked = await stranger.post(f"{path}/ask", json=a_question(), headers={"If-Match": '"1"'})
    assert asked.status_code == 404
