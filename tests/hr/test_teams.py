"""A team has at most twelve members, and every service hears who they are."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from uuid6 import uuid7

from services.common.auth import SYSTEM, Persona
from services.hr.domain.rule import RuleCode
from services.hr.domain.team_membership import TeamIsFull, TeamMembership, require_room
from services.hr.events import TeamMembershipChanged
from tests.hr.office import (
    AROUND_THE_TEAM,
    MOST,
    OUTSIDERS,
    a_membership,
    employed,
    ended,
    filled,
    joined,
    office,
    refused,
)
from tests.running import DEPUTY, NURSE, OTHER_TEAM, TEAM, Running


async def _at_most(hr: Running, most: int, *, from_on: date) -> None:
    rule = {"code": RuleCode.MOST_MEMBERS, "amount": most, "per": 1, "unit": "members", "source": "a test"}
    async with hr.databases["hr"].transaction(SYSTEM) as tx:
        new = tx.metadata.tables["rule"].insert().values(**rule, status="derived", from_on=from_on)
        await tx.session.execute(new)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/team-memberships"),
        ("GET", f"/v1/team-memberships/{NURSE}"),
        ("POST", f"/v1/team-memberships/{NURSE}/end"),
        ("POST", f"/v1/team-memberships/{NURSE}/rejoin"),
        ("GET", f"/v1/team-members?team_id={TEAM}"),
    ],
)
async def test_anonymous_is_refused(hr: Running, method: str, path: str) -> None:
    nobody = await hr.client("hr", None)
    assert (await nobody.request(method, path)).status_code == 401


async def test_a_service_is_told_who_somebody_is_and_nothing_of_their_file(hr: Running) -> None:
    member = await joined(hr)
    path = f"/v1/colleagues/{member['employee_id']}"
    interop = await hr.client("hr", "svc:interop", Persona.SERVICE)
    told = (await interop.get(path)).json()
    assert set(told) == {"id", "version", "given_name", "family_name", "role", "memberships"}
    assert [one["id"] for one in told["memberships"]] == [member["id"]]
    assert (await interop.get(f"/v1/colleagues/{uuid7()}")).status_code == 404
    for somebody in (await office(hr), await hr.nurse("hr")):
        assert (await somebody.get(path)).status_code == 403
    assert (await (await hr.client("hr", None)).get(path)).status_code == 401


async def test_a_thirteenth_member_is_refused_with_an_offer_to_split_the_team(hr: Running) -> None:
    """Mission row 5.01."""
    await filled(hr)
    employee = await employed(hr)
    answer = await (await office(hr)).post("/v1/team-memberships", json=a_membership(employee))
    refused(answer, 409, "team_is_full", "/body/team_id")
    assert "Split the team in two" in answer.json()["errors"][0]["way_out"]
    assert len(await hr.published("hr", TeamMembershipChanged)) == MOST
    elsewhere = await (await office(hr)).post(
        "/v1/team-memberships", json=a_membership(employee, team_id=str(OTHER_TEAM))
    )
    assert elsewhere.status_code == 201


async def test_two_who_join_at_once_cannot_both_be_the_twelfth(hr: Running) -> None:
    await filled(hr, MOST - 1)
    late = [a_membership(await employed(hr)) for _ in range(3)]
    hr_office = await office(hr)
    answers = await asyncio.gather(*(hr_office.post("/v1/team-memberships", json=member) for member in late))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]


async def test_a_place_is_free_from_the_day_after_somebody_leaves(hr: Running) -> None:
    first, *_ = await filled(hr)
    employee = await employed(hr)
    today = date.today()  # noqa: DTZ011  a day far enough ahead in any time zone
    last_day = today + timedelta(days=30)
    assert (await ended(hr, first, last_day.isoformat())).status_code == 200
    hr_office = await office(hr)
    too_early = await hr_office.post("/v1/team-memberships", json=a_membership(employee, from_on=last_day.isoformat()))
    refused(too_early, 409, "team_is_full", "/body/team_id")
    after = (last_day + timedelta(days=1)).isoformat()
    in_time = await hr_office.post("/v1/team-memberships", json=a_membership(employee, from_on=after))
    assert in_time.status_code == 201, in_time.text


async def test_a_later_last_day_needs_a_free_place_and_an_earlier_one_does_not(hr: Running) -> None:
    first, *_ = await filled(hr)
    assert (await ended(hr, first, "2026-01-31")).status_code == 200
    await joined(hr, from_on="2026-02-01")
    refused(await ended(hr, first, "2026-02-01", version=2), 409, "team_is_full", "/body/team_id")
    assert (await ended(hr, first, "2026-01-30", version=2)).status_code == 200


async def test_the_limit_is_dated_data_with_a_source(hr: Running) -> None:
    """Where a rule sets two from a day on, the third is taken before that day and refused on it."""
    await _at_most(hr, 2, from_on=date(2100, 1, 1))
    await filled(hr, 2)
    hr_office, employee = await office(hr), await employed(hr)
    on_that_day = await hr_office.post("/v1/team-memberships", json=a_membership(employee, from_on="2100-01-01"))
    refused(on_that_day, 409, "team_is_full", "/body/team_id")
    before = await hr_office.post("/v1/team-memberships", json=a_membership(employee, from_on="2099-12-31"))
    assert before.status_code == 201, before.text


async def test_anybody_may_leave_a_team_that_has_grown_past_a_lowered_limit(hr: Running) -> None:
    member, *_ = await filled(hr, 3)
    await _at_most(hr, 2, from_on=date(2020, 1, 1))
    assert (await ended(hr, member, "2026-01-31")).status_code == 200


async def test_joining_tells_every_service_who_belongs_to_which_team(hr: Running) -> None:
    member = await joined(hr, until_on="2027-01-27", from_on="2026-01-27")
    (told,) = await hr.published("hr", TeamMembershipChanged)
    assert told.data == {
        "team_id": str(TEAM),
        "employee_id": member["employee_id"],
        "role": "registered_nurse",
        "from_on": "2026-01-27",
        "until_on": "2027-01-27",
    }
    assert told.aggregateversion == 1


async def test_hr_reads_its_own_news_so_that_a_new_member_is_let_in(hr: Running) -> None:
    await joined(hr, employee_id=await employed(hr, id=str(DEPUTY)))
    deputy = await hr.client("hr", DEPUTY)
    for _ in range(100):
        answer = await deputy.get("/v1/team-members", params={"team_id": str(TEAM)})
        if answer.status_code == 200:
            break
        await asyncio.sleep(0.05)
    assert [member["employee_id"] for member in answer.json()["items"]] == [str(DEPUTY)]


async def test_a_membership_told_twice_or_late_is_kept_once_and_newest(hr: Running) -> None:
    fact = {"team_id": str(OTHER_TEAM), "employee_id": str(DEPUTY), "role": "other", "from_on": "2025-01-01"}
    name = "hr.team_membership.changed.v1"
    newest = await hr.deliver("hr", name, fact | {"until_on": "2025-12-31"}, version=2)
    await hr.hand_over("hr", newest)
    await hr.deliver("hr", name, fact | {"until_on": None}, version=1)
    member = hr.databases["hr"].metadata.tables["team_member"]
    async with hr.databases["hr"].transaction(SYSTEM) as tx:
        (kept,) = await tx.rows(member.select().where(member.c.employee_id == DEPUTY))
    assert (kept.until_on, kept.version) == (date(2025, 12, 31), 2)


async def test_leaving_is_told_with_a_newer_version(hr: Running) -> None:
    member = await joined(hr)
    left = await ended(hr, member, "2026-11-30")
    assert left.json()["until_on"] == "2026-11-30"
    assert left.headers["etag"] == '"2"'
    read = await (await office(hr)).get(f"/v1/team-memberships/{member['id']}")
    assert (read.json(), read.headers["etag"]) == (left.json(), '"2"')
    *_, told = await hr.published("hr", TeamMembershipChanged)
    assert (told.data["until_on"], told.aggregateversion) == ("2026-11-30", 2)


async def test_leaving_is_refused_on_an_older_version_without_one_and_before_the_first_day(hr: Running) -> None:
    member = await joined(hr)
    path = f"/v1/team-memberships/{member['id']}/end"
    without = await (await office(hr)).post(
        path, json={"until_on": "2026-11-30"}, headers={"Idempotency-Key": "k-1"}, auth=None
    )
    refused(without, 428, "precondition_required", "/header/If-Match")
    refused(await ended(hr, member, "2025-05-31"), 422, "ends_before_it_starts", "/body/until_on")
    await ended(hr, member, "2026-11-30")
    refused(await ended(hr, member, "2026-12-31"), 412, "precondition_failed", "/header/If-Match")


async def test_only_an_employee_joins_and_only_forwards_in_time(hr: Running) -> None:
    hr_office = await office(hr)
    unknown = await hr_office.post("/v1/team-memberships", json=a_membership(uuid7()))
    refused(unknown, 422, "unknown_employee", "/body/employee_id")
    backwards = a_membership(await employed(hr), until_on="2025-05-31")
    refused(
        await hr_office.post("/v1/team-memberships", json=backwards), 422, "ends_before_it_starts", "/body/until_on"
    )
    assert await hr.published("hr") == []


async def test_only_hr_changes_who_is_in_a_team(hr: Running) -> None:
    member = await joined(hr)
    for persona in (Persona.NURSE, Persona.FINANCE, *AROUND_THE_TEAM, *OUTSIDERS):
        other = await hr.client("hr", NURSE, persona)
        assert (await other.post("/v1/team-memberships", json=a_membership(NURSE))).status_code == 403
        assert (await other.get(f"/v1/team-memberships/{member['id']}")).status_code == 403
        for change in ("end", "rejoin"):
            path = f"/v1/team-memberships/{member['id']}/{change}"
            assert (await other.post(path, json={"until_on": "2026-11-30"})).status_code == 403
    assert len(await hr.published("hr", TeamMembershipChanged)) == 1


async def test_the_team_knows_its_members_by_name_title_and_skills(hr: Running) -> None:
    member = await joined(hr)
    await joined(hr, from_on="2025-01-01", until_on="2025-12-31")
    nurse = await hr.nurse("hr")
    answer = await nurse.get("/v1/team-members", params={"team_id": str(TEAM)})
    assert answer.json() == {
        "items": [
            {
                "membership_id": member["id"],
                "employee_id": member["employee_id"],
                "given_name": "Ruth",
                "family_name": "Adeyemi",
                "role": "registered_nurse",
                "title": "District nurse",
                "skills": ["wound_care", "syringe_driver"],
            }
        ],
        "next_cursor": None,
        "members": 1,
        "max_members": 12,
        "warn_below": 8,
        "is_small": True,
    }


async def test_the_members_are_listed_page_by_page(hr: Running) -> None:
    known = [(await joined(hr))["employee_id"] for _ in range(8)]
    hr_office = await office(hr)
    first = (await hr_office.get("/v1/team-members", params={"team_id": str(TEAM), "limit": 5})).json()
    more = {"team_id": str(TEAM), "limit": 5, "cursor": first["next_cursor"]}
    rest = (await hr_office.get("/v1/team-members", params=more)).json()
    assert [item["employee_id"] for item in first["items"] + rest["items"]] == known
    assert (rest["members"], rest["is_small"]) == (8, False)


async def test_another_team_is_not_shown(hr: Running) -> None:
    nurse = await hr.nurse("hr")
    hidden = await nurse.get("/v1/team-members", params={"team_id": str(OTHER_TEAM)})
    absent = await nurse.get("/v1/team-members", params={"team_id": str(uuid7())})
    assert hidden.status_code == absent.status_code == 404
    assert {**hidden.json(), "instance": ""} == {**absent.json(), "instance": ""}


@pytest.mark.parametrize("persona", [Persona.FINANCE, *AROUND_THE_TEAM, *OUTSIDERS])
async def test_who_works_apart_from_the_team_does_not_see_its_members(hr: Running, persona: Persona) -> None:
    other = await hr.client("hr", uuid7(), persona)
    assert (await other.get("/v1/team-members", params={"team_id": str(TEAM)})).status_code == 403


_DAYS = some.dates(date(2026, 1, 1), date(2026, 1, 20))
_PERIODS = some.tuples(_DAYS, _DAYS | some.none()).filter(lambda p: p[1] is None or p[1] >= p[0])


@given(some.lists(_PERIODS, max_size=8), _PERIODS, some.integers(1, 4))
def test_there_is_room_exactly_when_no_single_day_has_too_many(others: list[Any], mine: Any, most: int) -> None:
    def member(period: Any) -> TeamMembership:
        return TeamMembership.model_construct(from_on=period[0], until_on=period[1])

    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(40)]
    new, beside = member(mine), [member(period) for period in others]
    overfull = any(new.holds_on(day) and sum(o.holds_on(day) for o in beside) >= most for day in days)
    try:
        require_room(new, beside, most)
    except TeamIsFull:
        assert overfull
    else:
        assert not overfull
