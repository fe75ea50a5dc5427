"""Fair access: referred, offered, taken and the wait, by area and group, alike for every team (row 3.37)."""

from datetime import UTC, datetime, timedelta
from typing import Any

from uuid6 import uuid7

from services.caseload.domain.base import outward
from services.caseload.domain.feedback import quarter_of
from services.caseload.domain.reach import AgeBands, Referred, reached
from tests.caseload.around import today
from tests.caseload.story import a_contact, a_referral, an_acceptance, new_id
from tests.running import OTHER_TEAM, STRANGER, TEAM, Running

# A quarter whose figures are closed: it has been over for more than the fourteen days of the rule.
BEFORE = quarter_of(quarter_of(today() - timedelta(days=15)) - timedelta(days=1))
BANDS = AgeBands((65, 75, 85))
RECEIVED = datetime(BEFORE.year, BEFORE.month, 10, 9, tzinfo=UTC)


async def test_anonymous_is_refused(caseload: Running) -> None:
    nobody = await caseload.client("caseload", None)
    assert (await nobody.get("/v1/equity/summary", params={"team_id": str(TEAM)})).status_code == 401


async def referred(nurse: Any, postcode: str, *, waited: int | None, offered: bool = True, **person: Any) -> None:
    body = a_referral(received_at=RECEIVED.isoformat())
    body["person"] |= {"nhs_number": None, "postcode": postcode, "sex": "female", **person}
    await nurse.post("/v1/referrals", json=body)
    path = f"/v1/referrals/{body['id']}"
    if not offered:
        await nurse.post(f"{path}/not-take", json={"reason": "no_capacity", "signpost": "The surgery"})
        return
    accepted = await nurse.post(f"{path}/accept", json=an_acceptance(same_person=False))
    assert accepted.status_code == 201, accepted.text
    if waited is not None:
        contact = a_contact(accepted.json()["id"], started_at=(RECEIVED + timedelta(days=waited)).isoformat())
        assert (await nurse.post("/v1/care-contacts", json=contact)).status_code == 201


async def told(caller: Any, team: Any = TEAM) -> dict[tuple[str, str], dict[str, Any]]:
    answer = await caller.get("/v1/equity/summary", params={"team_id": str(team), "as_of": str(BEFORE)})
    assert answer.status_code == 200, answer.text
    return {(one["dimension"], one["group"]): one for one in answer.json()["items"]}


async def test_each_group_is_followed_from_the_referral_to_the_first_contact(caseload: Running) -> None:
    nurse = await caseload.nurse("caseload")
    for waited in (2, 4, 9):
        await referred(nurse, "IP29 5AA", waited=waited)
    await referred(nurse, "IP29 5AB", waited=None, sex="male", birth_on="1970-01-01")
    await referred(nurse, "IP28 6AA", waited=None, offered=False)
    found = await told(nurse)
    steps = {
        key: (one["referred"], one["offered"], one["taken"], one["median_wait_days"]) for key, one in found.items()
    }
    assert steps == {
        ("all", "all"): (5, 4, 3, 4.0),
        ("age", "85_and_over"): (4, 3, 3, 4.0),
        ("age", "under_65"): (1, 1, 0, None),
        ("area", "IP28"): (1, 0, 0, None),
        ("area", "IP29"): (4, 4, 3, 4.0),
        ("sex", "female"): (4, 3, 3, 4.0),
        ("sex", "male"): (1, 1, 0, None),
    }


async def test_the_measure_is_the_same_for_every_team(caseload: Running) -> None:
    asked = {"as_of": str(BEFORE)}
    board = await caseload.client("caseload", new_id(), "steering")
    answers = [
        (await board.get("/v1/equity/summary", params={"team_id": str(team), **asked})).json()
        for team in (TEAM, OTHER_TEAM)
    ]
    assert answers[0]["definition"] == answers[1]["definition"]
    assert [one["items"] for one in answers][0] == [one["items"] for one in answers][1]
    stranger = await caseload.client("caseload", STRANGER)
    assert (await stranger.get("/v1/equity/summary", params={"team_id": str(TEAM)})).status_code == 404


async def test_outside_the_team_no_group_of_few_can_be_told_or_worked_out(caseload: Running) -> None:
    nurse = await caseload.nurse("caseload")
    for _ in range(6):
        await referred(nurse, "IP29 5AA", waited=1)
    await referred(nurse, "IP28 6AA", waited=1)
    board = await caseload.client("caseload", new_id(), "commissioner")
    found = await told(board)
    assert ("area", "IP28") not in found, "that one lives there is told by the name alone"
    assert ("area", "IP29") not in found, "all less IP29 would be IP28"
    assert found["all", "all"]["referred"] == 7


async def test_what_comes_after_a_quarter_is_closed_changes_none_of_its_figures(caseload: Running) -> None:
    nurse, board = await caseload.nurse("caseload"), await caseload.client("caseload", new_id(), "steering")
    for _ in range(6):
        await referred(nurse, "IP29 5AA", waited=1)
    in_time = f"'{RECEIVED + timedelta(days=3)}'"
    await caseload.alter("caseload", f"update referral set decided_at = {in_time}")
    await caseload.alter("caseload", f"update care_contact set changed_at = {in_time}")
    closed = await told(board)
    assert [closed["all", "all"][step] for step in ("referred", "offered", "taken")] == [6, 6, 6]
    await caseload.alter("caseload", "update care_contact set changed_at = now()")
    assert (await told(board))["all", "all"]["taken"] is None, "contacts that were written late"
    await caseload.alter("caseload", "update referral set decided_at = now()")
    found = (await told(board))["all", "all"], (await told(nurse))["all", "all"]
    assert [one["offered"] for one in found] == [None, 6], "the team itself sees how it stands now"


async def test_a_quarter_is_told_outside_only_when_it_is_closed(caseload: Running) -> None:
    board = await caseload.client("caseload", new_id(), "steering")
    await caseload.alter("caseload", "update rule set amount = 400 where code = 'figures.settled_days'")
    early = await board.get("/v1/equity/summary", params={"team_id": str(TEAM), "as_of": str(BEFORE)})
    assert (early.status_code, early.json()["code"]) == (422, "quarter_not_over")


async def test_ages_are_told_by_the_bands_that_are_the_rule(caseload: Running) -> None:
    nurse = await caseload.nurse("caseload")
    await referred(nurse, "IP29 5AA", waited=1, birth_on="1950-01-01")
    assert ("age", "75_to_84") in await told(nurse)
    await caseload.alter("caseload", "update rule set amount = 80 where code = 'age_band.third_from'")
    assert ("age", "65_to_79") in await told(nurse)
    rules = (await nurse.get("/v1/rules")).json()["items"]
    known = {one["code"] for one in rules if one["source"] and one["status"]}
    assert {"age_band.second_from", "figures.settled_days", "referral.answer_working_days"} <= known


def test_what_was_not_offered_or_not_taken_by_few_is_no_difference_of_two_figures() -> None:
    """Six were referred and five of them offered: the sixth would be told by taking one from the other."""
    people = [Referred(uuid7(), "IP29 5AA", None, "female", RECEIVED, number < 5, RECEIVED) for number in range(6)]
    for one in reached(people, 5, BANDS):
        assert not (one.referred is not None and one.offered is not None), one
    assert [(one.referred, one.offered) for one in reached(people, 0, BANDS)] == [(6, 5)] * 4


def test_an_area_is_the_first_half_of_the_postcode() -> None:
    assert [outward(one) for one in ("IP29 5AA", "IP295AA", "W1A 1AA", None)] == ["IP29", "IP29", "W1A", None]
