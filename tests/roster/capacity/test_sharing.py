"""A team lets a neighbouring team see its weeks ahead: lights and sums, and nothing by which anybody is known."""

from typing import Any

from uuid6 import uuid7

from tests.roster.capacity.test_ahead import demo_team
from tests.roster.facts import code, pointer
from tests.running import OTHER_TEAM, STRANGER, TEAM, Running

TOLD = {"from_on", "to_on", "light", "contracted_minutes", "vacant_minutes"}


def a_share(**changes: Any) -> dict[str, Any]:
    made = {"team_id": str(TEAM), "with_team_id": str(OTHER_TEAM), "from_on": "2026-01-01"}
    return {"id": str(uuid7()), **made, **changes}


async def weeks_of(client: Any, team_id: object = TEAM) -> Any:
    return await client.get("/v1/capacity", params={"team_id": str(team_id), "week_of": "2026-11-25"})


async def test_anonymous_is_refused(roster: Running) -> None:
    nobody = await roster.client("roster", None)
    assert (await nobody.get("/v1/capacity-shares")).status_code == 401
    assert (await nobody.post("/v1/capacity-shares", json=a_share())).status_code == 401
    assert (await nobody.post(f"/v1/capacity-shares/{uuid7()}/end")).status_code == 401


async def test_a_neighbour_sees_lights_and_sums_while_it_is_shared(roster: Running) -> None:
    nurse, stranger = await demo_team(roster), await roster.client("roster", STRANGER)
    assert (await weeks_of(stranger)).status_code == 404
    made = await nurse.post("/v1/capacity-shares", json=a_share())
    assert made.status_code == 201, made.text
    weeks = (await weeks_of(stranger)).json()["weeks"]
    assert [set(week) for week in weeks] == [TOLD] * 8
    # One client is too few for a light; the contracts are no secret of anybody's.
    assert weeks[0]["light"] is None
    assert weeks[0]["contracted_minutes"] == 9900
    # It is one way, and it opens nothing else of the team.
    assert (await weeks_of(nurse, OTHER_TEAM)).status_code == 404
    for path in ("/v1/hand-on", "/v1/team-floor", "/v1/time-summary"):
        assert (await stranger.get(path, params={"team_id": str(TEAM)})).status_code in (404, 422)
    assert (await stranger.get("/v1/visit-plans")).json()["items"] == []
    ended = await nurse.post(f"/v1/capacity-shares/{made.json()['id']}/end", headers={"If-Match": made.headers["ETag"]})
    assert (ended.status_code, (await weeks_of(stranger)).status_code) == (200, 404)


async def test_whose_own_team_it_is_sees_the_whole(roster: Running) -> None:
    nurse = await demo_team(roster)
    assert (await nurse.post("/v1/capacity-shares", json=a_share())).status_code == 201
    assert (await weeks_of(nurse)).json()["weeks"][0]["asked_minutes"] > 0


async def test_a_share_that_has_not_begun_shows_nothing(roster: Running) -> None:
    nurse, stranger = await roster.nurse("roster"), await roster.client("roster", STRANGER)
    assert (await nurse.post("/v1/capacity-shares", json=a_share(from_on="2199-01-01"))).status_code == 201
    assert (await weeks_of(stranger)).status_code == 404


async def test_both_teams_see_a_share_and_the_sharing_team_alone_ends_it(roster: Running) -> None:
    nurse, stranger = await roster.nurse("roster"), await roster.client("roster", STRANGER)
    share = a_share()
    made = await nurse.post("/v1/capacity-shares", json=share)
    for client in (nurse, stranger):
        assert [one["id"] for one in (await client.get("/v1/capacity-shares")).json()["items"]] == [share["id"]]
    tag = {"If-Match": made.headers["ETag"]}
    assert (await stranger.post(f"/v1/capacity-shares/{share['id']}/end", headers=tag)).status_code == 404
    ended = await nurse.post(f"/v1/capacity-shares/{share['id']}/end", headers=tag)
    again = await nurse.post(f"/v1/capacity-shares/{share['id']}/end", headers={"If-Match": ended.headers["ETag"]})
    assert (again.status_code, code(again)) == (409, "share_already_ended")
    assert (await nurse.post("/v1/capacity-shares", json=a_share())).status_code == 201
    assert (await nurse.post(f"/v1/capacity-shares/{share['id']}/end", headers=tag)).status_code == 412


async def test_a_share_is_made_once_between_two_teams_by_its_own(roster: Running) -> None:
    nurse = await roster.nurse("roster")
    assert (await nurse.post("/v1/capacity-shares", json=a_share())).status_code == 201
    again = await nurse.post("/v1/capacity-shares", json=a_share())
    assert (again.status_code, code(again), pointer(again)) == (409, "shared_already", "/body/with_team_id")
    oneself = await nurse.post("/v1/capacity-shares", json=a_share(with_team_id=str(TEAM)))
    assert (oneself.status_code, pointer(oneself)) == (422, "/body/with_team_id")
    of_others = a_share(team_id=str(OTHER_TEAM), with_team_id=str(TEAM))
    assert (await nurse.post("/v1/capacity-shares", json=of_others)).status_code == 404


async def test_the_weeks_ahead_are_a_picture_with_what_the_caller_is_told(roster: Running) -> None:
    nurse, coach = await demo_team(roster), await roster.client("roster", "somebody", "coach")
    asked = {"team_id": str(TEAM), "week_of": "2026-11-25"}
    team, around = [await client.get("/v1/pictures/capacity", params=asked) for client in (nurse, coach)]
    assert (team.status_code, team.headers["content-type"]) == (200, "image/svg+xml")
    assert "Week of 23 November green, 86.8 h asked of 165.0 h;" in team.text
    assert "165.0 h contracted" in around.text
    assert "asked of" not in around.text
    assert (await nurse.get("/v1/pictures/capacity", params=asked, headers={"Accept": "text/csv"})).status_code == 406
    elsewhere = {"team_id": str(OTHER_TEAM)}
    assert (await nurse.get("/v1/pictures/capacity", params=elsewhere)).status_code == 404
