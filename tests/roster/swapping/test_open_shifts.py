"""A hole in the rota goes to whoever can fill it and lacks hours most, and not to the fastest."""

import asyncio
from typing import Any

import pytest
from uuid6 import uuid7

from services.roster.events import ShiftPlanned
from tests.roster.agreeing.made import a_leave
from tests.roster.facts import RUTH, SANDRA, TOM, clearance, code, competency, contract, hear, pointer
from tests.roster.swapping.conftest import Team
from tests.roster.swapping.made import LATE, TODAY, a_skill, at, done, planned, step, who_works
from tests.running import OTHER_TEAM, STRANGER, TEAM, Running

OVER = "update open_shift set until_at = now()"


def an_open_shift(number: int = 0, **changes: Any) -> dict[str, Any]:
    made = {"starts_at": at(number, "07:30"), "ends_at": at(number, "15:30"), "unpaid_break_minutes": 30}
    return {"id": str(uuid7()), "team_id": str(TEAM), "reason": "Grace is ill"} | made | changes


class Opened:
    """The answer with its shift at the top, as each next step is made on it."""

    def __init__(self, answer: Any) -> None:
        assert answer.status_code in (200, 201), answer.text
        self.headers, self._body = answer.headers, answer.json()

    def json(self) -> dict[str, Any]:
        return dict(self._body["open_shift"])

    @property
    def order(self) -> list[str]:
        return [offer["employee_id"] for offer in self._body["offers"]]

    @property
    def offers(self) -> list[dict[str, Any]]:
        return list(self._body["offers"])


async def opened(nurse: Any, **changes: Any) -> Opened:
    return Opened(await nurse.post("/v1/open-shifts", json=an_open_shift(**changes)))


async def says(nurse: Any, shift: Opened, answer: str) -> Opened:
    return Opened(await done(nurse, shift, "answer", {"answer": answer}, of="open-shifts"))


@pytest.fixture
async def cleared(roster: Running, team: Team) -> Team:
    """Sandra may be alone as well, and has the fewest hours to work."""
    await hear(roster, clearance(SANDRA, since_on="2026-01-01"), version=2)
    await hear(roster, contract(TOM, 300))
    return team


async def test_anonymous_is_refused(roster: Running) -> None:
    nobody = await roster.client("roster", None)
    assert (await nobody.post("/v1/open-shifts", json=an_open_shift())).status_code == 401
    assert (await nobody.get("/v1/open-shifts")).status_code == 401
    for verb in ("answer", "settle", "withdraw"):
        assert (await nobody.post(f"/v1/open-shifts/{RUTH}/{verb}", json={"answer": "yes"})).status_code == 401


async def test_who_lacks_hours_most_comes_first(cleared: Team) -> None:
    """Tom's contracts are of 35 hours, Ruth has worked one shift of these four weeks and Sandra none."""
    await planned(cleared.ruth, RUTH, 2)
    shift = await opened(cleared.ruth)
    assert shift.order == [str(TOM), str(SANDRA), str(RUTH)]
    assert [offer["deficit_minutes"] for offer in shift.offers] == [4 * 2100, 4 * 1800, 4 * 1800 - 450]


async def test_of_equals_who_stood_in_least_comes_first(cleared: Team) -> None:
    first = await opened(cleared.ruth)
    assert first.order == [str(TOM), str(RUTH), str(SANDRA)]
    for member, answer in ((cleared.tom, "no"), (cleared.ruth, "yes")):
        first = await says(member, first, answer)
    # In other weeks, so that the hours of the first are not counted.
    later = await opened(cleared.ruth, number=35)
    assert [(offer["employee_id"], offer["extras"]) for offer in later.offers[1:]] == [(str(SANDRA), 0), (str(RUTH), 1)]


async def test_it_is_offered_to_those_who_can_take_it_alone(roster: Running, team: Team) -> None:
    """Sandra may not be alone, and Tom works late the evening before."""
    await planned(team.ruth, TOM, -1, LATE)
    shift = await opened(team.ruth)
    assert shift.order == [str(RUTH)]
    await planned(team.ruth, RUTH, 0, ("08:00", "12:00"))
    nobody = await opened(team.ruth)
    assert (nobody.order, nobody.json()["state"]) == ([], "open")


async def test_it_is_offered_to_nobody_on_a_day_of_their_leave(team: Team) -> None:
    assert (await opened(team.ruth)).order == [str(RUTH), str(TOM)]
    told = {"kind": "sick", "from_on": at(0, "00:00")[:10], "to_on": at(0, "00:00")[:10], "minutes": 450}
    assert (await team.tom.post("/v1/leave", json=a_leave(TOM, **told))).status_code == 201
    assert (await opened(team.ruth)).order == [str(RUTH)]


async def test_a_break_that_is_taken_within_the_shift_bars_nobody_and_too_long_a_shift_bars_all(team: Team) -> None:
    assert (await opened(team.ruth, unpaid_break_minutes=0)).order == [str(RUTH), str(TOM)]
    assert (await opened(team.ruth, ends_at=at(0, "20:30"))).order == []


async def test_who_takes_it_has_the_skills_and_the_role_that_it_needs(cleared: Team) -> None:
    await cleared.ruth.post("/v1/member-skills", json=a_skill(SANDRA, "catheter"))
    shift = await opened(cleared.ruth, needs=["catheter", "role:registered_nurse"])
    assert shift.order == [str(SANDRA)]
    assert (await opened(cleared.ruth, needs=["role:therapist"])).order == []


async def test_a_delegated_task_is_for_whom_hr_signed_it_off(roster: Running, cleared: Team) -> None:
    """The team's own word is enough for Ruth, a registered nurse, and not for Sandra, whose task is delegated."""
    await roster.alter("roster", f"update contract set role = 'assistant_practitioner' where employee_id = '{SANDRA}'")
    for who in (RUTH, SANDRA):
        assert (await cleared.ruth.post("/v1/member-skills", json=a_skill(who, "catheter"))).status_code == 201
    assert (await opened(cleared.ruth, needs=["catheter"])).order == [str(RUTH)]
    await hear(roster, competency(SANDRA, "catheter"))
    assert set((await opened(cleared.ruth, needs=["catheter"])).order) == {str(RUTH), str(SANDRA)}


async def test_the_first_in_rank_gets_it_and_the_others_hear_of_the_shift(roster: Running, cleared: Team) -> None:
    shift = await opened(cleared.ruth)
    waiting = await says(cleared.sandra, shift, "yes")
    assert waiting.json()["state"] == "open"
    taken = (await says(cleared.tom, waiting, "yes")).json()
    assert (taken["state"], taken["taken_by"]) == ("taken", str(TOM))
    assert await who_works(cleared.ruth, 0) == [(str(TOM), at(0, "07:30"))]
    (told,) = await roster.published("roster", ShiftPlanned)
    assert (told.data["shift_id"], told.data["employee_id"]) == (taken["shift_id"], str(TOM))


async def test_who_says_no_lets_the_next_have_it(cleared: Team) -> None:
    shift = await says(cleared.sandra, await opened(cleared.ruth), "yes")
    shift = await says(cleared.ruth, shift, "no")
    assert (await says(cleared.tom, shift, "no")).json()["taken_by"] == str(SANDRA)


async def test_after_the_term_it_goes_by_rank_among_those_who_said_yes(roster: Running, cleared: Team) -> None:
    shift = await says(cleared.sandra, await opened(cleared.ruth), "yes")
    early = await step(cleared.ruth, shift, "settle", of="open-shifts")
    assert (early.status_code, code(early)) == (409, "others_still_answer")
    await roster.alter("roster", OVER)
    settled = Opened(await done(cleared.ruth, shift, "settle", of="open-shifts"))
    assert settled.json()["taken_by"] == str(SANDRA)


async def test_after_the_term_nobody_waits_for_those_who_said_nothing(roster: Running, cleared: Team) -> None:
    shift = await opened(cleared.ruth)
    await roster.alter("roster", OVER)
    nobody_yet = Opened(await done(cleared.ruth, shift, "settle", of="open-shifts"))
    assert nobody_yet.json()["state"] == "open"
    assert (await says(cleared.sandra, nobody_yet, "yes")).json()["taken_by"] == str(SANDRA)


async def test_who_has_become_unable_is_passed_over(cleared: Team) -> None:
    shift = await says(cleared.sandra, await opened(cleared.ruth), "yes")
    await planned(cleared.ruth, TOM, 0, ("09:00", "12:00"))
    assert (await says(cleared.ruth, shift, "no")).json()["taken_by"] == str(SANDRA)


async def test_all_who_say_yes_at_once_are_served_by_rank(roster: Running, cleared: Team) -> None:
    shift = await opened(cleared.ruth)
    yes = [step(member, shift, "answer", {"answer": "yes"}, of="open-shifts") for member in cleared]
    answers = await asyncio.gather(*yes)
    assert {answer.status_code for answer in answers} <= {200, 412}
    found = await cleared.ruth.get(f"/v1/open-shifts/{shift.json()['id']}")
    assert found.json()["open_shift"]["taken_by"] == str(TOM)
    assert len(await roster.published("roster", ShiftPlanned)) == 1


async def test_who_is_not_offered_it_does_not_answer(team: Team) -> None:
    refused = await step(team.sandra, await opened(team.ruth), "answer", {"answer": "yes"}, of="open-shifts")
    assert (refused.status_code, code(refused)) == (409, "not_offered_to_you")


async def test_what_is_withdrawn_or_begun_is_open_to_nobody(roster: Running, team: Team) -> None:
    shift = await opened(team.ruth)
    gone = Opened(await done(team.tom, shift, "withdraw", of="open-shifts"))
    refused = await step(team.ruth, gone, "answer", {"answer": "yes"}, of="open-shifts")
    assert (refused.status_code, code(refused)) == (409, "open_shift_over")
    past = an_open_shift() | {"starts_at": "2026-03-02T08:00:00Z", "ends_at": "2026-03-02T16:00:00Z"}
    refused = await team.ruth.post("/v1/open-shifts", json=past)
    assert (refused.status_code, code(refused)) == (409, "open_shift_over")


@pytest.mark.parametrize(
    ("changes", "at_field"),
    [({"kind": "meeting"}, "kind"), ({"ends_at": at(0, "07:30")}, "ends_at"), ({"needs": ["a b"]}, "needs/0")],
)
async def test_a_shift_that_makes_no_sense_is_not_offered(team: Team, changes: dict[str, Any], at_field: str) -> None:
    refused = await team.ruth.post("/v1/open-shifts", json=an_open_shift(**changes))
    assert (refused.status_code, code(refused), pointer(refused)) == (422, "validation_failed", f"/body/{at_field}")


async def test_another_teams_open_shifts_do_not_exist_for_a_nurse(roster: Running, team: Team) -> None:
    stranger, shift = await roster.client("roster", STRANGER), await opened(team.ruth)
    assert (await stranger.get(f"/v1/open-shifts/{shift.json()['id']}")).status_code == 404
    assert (await stranger.get("/v1/open-shifts")).json()["items"] == []
    assert (await step(stranger, shift, "withdraw", of="open-shifts")).status_code == 404
    elsewhere = an_open_shift(team_id=str(OTHER_TEAM))
    assert (await team.ruth.post("/v1/open-shifts", json=elsewhere)).status_code == 404
    found = await team.tom.get("/v1/open-shifts", params={"state": "open"})
    assert [one["id"] for one in found.json()["items"]] == [shift.json()["id"]]
    assert TODAY.isoformat() < shift.json()["until_at"] < shift.json()["starts_at"]
