"""Who left a team may come back to it, from a day after they left."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError

from services.common.auth import SYSTEM
from services.hr.domain.team_membership import TeamMembership
from services.hr.events import TeamMembershipChanged
from tests.hr.office import a_membership, ended, filled, joined, office, refused
from tests.running import TEAM, Running


async def test_a_former_member_comes_back_by_the_same_membership(hr: Running) -> None:
    member = await joined(hr)
    await ended(hr, member, "2026-01-31")
    path, hr_office = f"/v1/team-memberships/{member['id']}/rejoin", await office(hr)
    again = a_membership(member["employee_id"], from_on="2026-06-01")
    refused(await hr_office.post("/v1/team-memberships", json=again), 409, "already_member", "/body/employee_id")
    too_soon = await hr_office.post(path, json={"from_on": "2026-01-31"}, headers={"If-Match": '"2"'})
    refused(too_soon, 409, "has_not_left", "/body/from_on")
    upside_down = {"from_on": "2026-06-01", "until_on": "2026-05-31"}
    backwards = await hr_office.post(path, json=upside_down, headers={"If-Match": '"2"'})
    refused(backwards, 422, "ends_before_it_starts", "/body/until_on")
    back = await hr_office.post(path, json={"from_on": "2026-06-01"}, headers={"If-Match": '"2"'})
    assert (back.json()["from_on"], back.json()["until_on"]) == ("2026-06-01", None)
    *_, told = await hr.published("hr", TeamMembershipChanged)
    assert (told.data["from_on"], told.data["until_on"], told.aggregateversion) == ("2026-06-01", None, 3)


async def test_a_membership_that_still_runs_is_not_cut_short_by_coming_back(hr: Running) -> None:
    """It would otherwise begin only on the new first day, and its member be shut out until then."""
    member, hr_office = await joined(hr), await office(hr)
    today = date.today()  # noqa: DTZ011  weeks from its last day in any time zone
    await ended(hr, member, (today + timedelta(days=30)).isoformat())
    path, later = f"/v1/team-memberships/{member['id']}/rejoin", (today + timedelta(days=60)).isoformat()
    answer = await hr_office.post(path, json={"from_on": later}, headers={"If-Match": '"2"'})
    refused(answer, 409, "has_not_left", "/body/from_on")
    kept = (await hr_office.get(f"/v1/team-memberships/{member['id']}")).json()
    assert (kept["from_on"], kept["version"]) == (member["from_on"], 2)


async def test_a_return_that_has_not_begun_can_be_moved(hr: Running) -> None:
    member, hr_office = await joined(hr), await office(hr)
    await ended(hr, member, "2026-01-31")
    today = date.today()  # noqa: DTZ011  weeks from both days in any time zone
    later, sooner = (today + timedelta(days=60)).isoformat(), (today + timedelta(days=30)).isoformat()
    path = f"/v1/team-memberships/{member['id']}/rejoin"
    for version, first_day in ((2, later), (3, sooner)):
        moved = await hr_office.post(path, json={"from_on": first_day}, headers={"If-Match": f'"{version}"'})
        assert (moved.status_code, moved.json().get("from_on")) == (200, first_day)
    past = await hr_office.post(path, json={"from_on": "2026-01-15"}, headers={"If-Match": '"4"'})
    refused(past, 409, "has_not_left", "/body/from_on")


async def test_the_database_holds_that_nobody_has_two_memberships_of_a_team(hr: Running) -> None:
    """Not even of different days: one that ended is begun again, so that no two can overlap."""
    member = await joined(hr, until_on="2025-12-31")
    again = TeamMembership(
        team_id=TEAM,
        employee_id=UUID(member["employee_id"]),
        role="other",
        from_on=date(2026, 6, 1),
        changed_at=datetime.now(UTC),
    )
    with pytest.raises(IntegrityError, match="one_membership_per_team"):
        async with hr.databases["hr"].transaction(SYSTEM) as tx:
            tx.add(again)


async def test_nobody_comes_back_to_a_team_that_has_filled_up(hr: Running) -> None:
    first, *_ = await filled(hr)
    await ended(hr, first, "2026-01-31")
    await joined(hr, from_on="2026-02-01")
    answer = await (await office(hr)).post(
        f"/v1/team-memberships/{first['id']}/rejoin", json={"from_on": "2026-06-01"}, headers={"If-Match": '"2"'}
    )
    refused(answer, 409, "team_is_full", "/body/team_id")
