"""People at risk whom a practice names: list in, contact offered, taken up, and the funnel's counts (row 3.28)."""

from typing import Any

from services.caseload.events import ReferralReceived
from services.caseload.usecases.team.anticipate import forget_some
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
    await long_ago(caseload)
    board = await caseload.client("caseload", new_id(), "commissioner")
    answers = await funnel(board, as_of=ago(120))
    assert answers[2:] == [None, None, None]
    assert answers[:2] == [6, 6]


async def long_ago(caseload: Running) -> None:
    await caseload.alter("caseload", "update anticipatory_list set received_on = received_on - 120")
    await caseload.alter("caseload", "update anticipatory_step set written_at = written_at - interval '120 days'")


async def test_steps_after_a_quarter_is_closed_change_none_of_its_figures(caseload: Running) -> None:
    nurse, board = await caseload.nurse("caseload"), await caseload.client("caseload", new_id(), "commissioner")
    people = await listed(nurse, 6)
    await long_ago(caseload)
    for person in people:
        await step(nurse, person, "offer", OFFER)
    assert await funnel(board, as_of=ago(120)) == [6, None, None, None, None]
    assert await funnel(nurse, as_of=ago(120)) == [6, 6, 0, 0, 0]


async def test_a_list_is_read_page_by_page(caseload: Running) -> None:
    nurse = await caseload.nurse("caseload")
    made = (await nurse.post("/v1/anticipatory-lists", json=a_list(*(a_listed(n) for n in range(5))))).json()
    at, seen, asked = f"/v1/anticipatory-lists/{made['id']}", [], {"limit": "2"}
    for _ in range(3):
        page = (await nurse.get(at, params=asked)).json()
        seen += [one["id"] for one in page["people"]]
        asked = {"limit": "2", "cursor": page["next_cursor"]}
    assert (seen, page["next_cursor"]) == (sorted(one["id"] for one in made["people"]), None)


async def one_declined(nurse: Any, number: str, **changes: Any) -> dict[str, Any]:
    person = a_listed(**changes)
    person["person"] |= {"nhs_number": number}
    made = await nurse.post("/v1/anticipatory-lists", json=a_list(person))
    assert made.status_code == 201, made.text
    return dict(made.json()["people"][0])


async def test_who_declined_is_not_approached_again_but_may_ask_themselves(caseload: Running) -> None:
    nurse = await caseload.nurse("caseload")
    spring = await one_declined(nurse, "9990000204")
    await step(nurse, spring["id"], "offer", OFFER)
    await step(nurse, spring["id"], "answer", said("declined"))
    summer = await one_declined(nurse, "9990000204")
    assert (summer["status"], summer["answered_on"]) == ("declined_before", ago(1))
    assert (await step(nurse, summer["id"], "offer", OFFER)).json()["code"] == "step_out_of_turn"
    for outcome in ("declined", "no_answer"):
        assert (await step(nurse, summer["id"], "answer", said(outcome))).json()["code"] == "step_out_of_turn"
    early = await step(nurse, summer["id"], "answer", said("wanted", ago(2)))
    assert early.json()["code"] == "answered_before_the_offer"
    assert (await step(nurse, summer["id"], "answer", said("wanted", ago(0)))).json()["status"] == "wanted"
    assert (await one_declined(nurse, "9990000204"))["status"] == "listed", "the last answer counts"
    assert (await step(nurse, spring["id"], "answer", said("wanted"))).json()["status"] == "wanted"


async def test_of_who_declined_no_more_than_the_number_is_kept_when_the_days_are_over(caseload: Running) -> None:
    nurse, database = await caseload.nurse("caseload"), caseload.databases["caseload"]
    kept = await one_declined(nurse, "9990000107")
    person = await one_declined(nurse, "9990000204")
    await step(nurse, person["id"], "offer", OFFER)
    await step(nurse, person["id"], "answer", said("declined"))
    assert await forget_some(database) == 0
    await caseload.alter("caseload", "update anticipatory_person set changed_at = changed_at - interval '91 days'")
    assert await forget_some(database) == 1
    found = (await nurse.get(f"/v1/anticipatory-people/{person['id']}")).json()
    assert [found[name] for name in ("given_name", "family_name", "birth_on", "why")] == ["", "", None, "other"]
    assert (found["status"], found["forgotten_at"] is None) == ("declined", False)
    later = await step(nurse, person["id"], "answer", said("wanted"))
    assert (later.status_code, later.json()["code"]) == (409, "details_forgotten")
    assert (await one_declined(nurse, "9990000204"))["status"] == "declined_before"
    assert (await nurse.get(f"/v1/anticipatory-people/{kept['id']}")).json()["family_name"] == "Quayle"
