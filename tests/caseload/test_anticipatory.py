"""People at risk whom a practice names: list in, contact offered, taken up, and the funnel's counts (row 3.28)."""

from typing import Any

from services.caseload.events import ReferralReceived
from tests.caseload.around import ago
from tests.caseload.story import new_id
from tests.caseload.team_rows import a_list, a_listed
from tests.running import OTHER_TEAM, STRANGER, TEAM, Running

OFFER = {"offered_on": ago(2), "how": "letter"}


async def test_anonymous_is_refused(caseload: Running) -> None:
    nobody = await caseload.client("caseload", None)
    assert (await nobody.post("/v1/anticipatory-lists", json=a_list())).status_code == 401
    for path in ("lists", f"lists/{new_id()}", "lists/summary", f"people/{new_id()}"):
        answer = await nobody.get(f"/v1/anticipatory-{path}", params={"team_id": str(TEAM)})
        assert answer.status_code == 401


async def step(nurse: Any, person: str, verb: str, body: dict[str, Any]) -> Any:
    return await nurse.post(f"/v1/anticipatory-people/{person}/{verb}", json=body)


def said(outcome: str, on: str | None = None) -> dict[str, Any]:
    return {"answered_on": on or ago(1), "outcome": outcome}


async def listed(nurse: Any, count: int) -> list[str]:
    made = await nurse.post("/v1/anticipatory-lists", json=a_list(*(a_listed(number) for number in range(count))))
    assert made.status_code == 201, made.text
    return [one["id"] for one in made.json()["people"]]


async def funnel(caller: Any, **asked: str) -> Any:
    answer = await caller.get("/v1/anticipatory-lists/summary", params={"team_id": str(TEAM), **asked})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    return [told[name] for name in ("listed", "offered", "answered", "wanted", "taken_up")]


async def test_whoever_takes_it_up_is_referred_like_anybody(caseload: Running) -> None:
    nurse = await caseload.nurse("caseload")
    people = await listed(nurse, 5)
    for person, outcome in zip(people, ("wanted", "wanted", "declined", "no_answer"), strict=False):
        assert (await step(nurse, person, "offer", OFFER)).json()["status"] == "offered"
        assert (await step(nurse, person, "answer", said(outcome))).json()["status"] == outcome
    referral = new_id()
    taken = await step(nurse, people[0], "take-up", {"referral_id": referral, "reason": "Two falls since August"})
    assert (taken.json()["status"], taken.json()["referral_id"]) == ("taken_up", referral)
    found = (await nurse.get(f"/v1/referrals/{referral}")).json()
    assert (found["family_name"], found["birth_on"], found["source"]) == ("Quayle", "1939-04-01", "gp")
    assert [one.data["referral_id"] for one in await caseload.published("caseload", ReferralReceived)] == [referral]
    assert await funnel(nurse) == [5, 4, 4, 2, 1]


async def test_each_step_follows_the_one_before(caseload: Running) -> None:
    nurse = await caseload.nurse("caseload")
    (person,) = await listed(nurse, 1)
    take_up = {"referral_id": new_id(), "reason": "Falls"}
    for verb, body in (("answer", said("wanted")), ("take-up", take_up)):
        assert (await step(nurse, person, verb, body)).json()["code"] == "step_out_of_turn"
    await step(nurse, person, "offer", OFFER)
    early = await step(nurse, person, "answer", said("wanted", ago(3)))
    assert (early.status_code, early.json()["code"]) == (422, "answered_before_the_offer")
    await step(nurse, person, "answer", said("no_answer"))
    assert (await step(nurse, person, "offer", OFFER | {"offered_on": ago(1)})).json()["status"] == "offered"
    await step(nurse, person, "answer", said("declined"))
    assert (await step(nurse, person, "take-up", take_up)).json()["code"] == "step_out_of_turn"


async def test_nobody_is_on_a_list_twice_and_a_list_is_the_teams_own(caseload: Running) -> None:
    nurse, one = await caseload.nurse("caseload"), a_listed()
    same_number = [a_listed(n, person={**one["person"], "nhs_number": "9990000204"}) for n in (1, 2)]
    for body in (a_list(one, one), a_list(*same_number)):
        assert (await nurse.post("/v1/anticipatory-lists", json=body)).status_code == 422
    assert (await nurse.post("/v1/anticipatory-lists", json=a_list(team_id=str(OTHER_TEAM)))).status_code == 404
    (person,) = await listed(nurse, 1)
    stranger = await caseload.client("caseload", STRANGER)
    assert (await stranger.get(f"/v1/anticipatory-people/{person}")).status_code == 404


async def test_outside_the_team_few_are_hidden(caseload: Running) -> None:
    nurse = await caseload.nurse("caseload")
    people = await listed(nurse, 6)
    for person in people:
        await step(nurse, person, "offer", OFFER)
    for person in people[:1]:
        await step(nurse, person, "answer", said("wanted"))
    await caseload.alter("caseload", "update anticipatory_list set received_on = received_on - 100")
    board = await caseload.client("caseload", new_id(), "commissioner")
    answers = await funnel(board, as_of=ago(100))
    assert answers[2:] == [None, None, None]
    assert answers[:2] == [6, 6]
