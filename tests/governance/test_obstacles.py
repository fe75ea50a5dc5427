"""An obstacle has an owner and an age, and goes a step higher by itself."""

from datetime import date
from typing import Any

import pytest
from uuid6 import uuid7

from services.common.working_days import add_working_days
from tests.governance.conftest import today
from tests.running import NURSE, OTHER_TEAM, TEAM, Running

# A Monday with no bank holiday in the four weeks that follow.
MONDAY = date(2026, 2, 2)


def an_obstacle(**changes: Any) -> dict[str, Any]:
    obstacle = {
        "id": str(uuid7()),
        "team_id": str(TEAM),
        "title": "The check for a new colleague has been with the trust for weeks",
        "kind": "hr",
        "tag": "remove",
        "raised_on": MONDAY.isoformat(),
    }
    return obstacle | changes


async def raised(client: Any, **changes: Any) -> dict[str, Any]:
    answer = await client.post("/v1/obstacles", json=an_obstacle(**changes))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def moved(client: Any, obstacle: dict[str, Any], status: str, **more: Any) -> Any:
    headers = {"If-Match": f'"{obstacle["version"]}"'}
    return await client.post(
        f"/v1/obstacles/{obstacle['id']}/progress", json={"status": status, **more}, headers=headers
    )


async def listed(client: Any, **params: Any) -> list[dict[str, Any]]:
    answer = await client.get("/v1/obstacles", params={"team_id": str(TEAM), **params})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def test_anonymous_is_refused(governance: Running) -> None:
    nobody = await governance.client("governance", None)
    assert (await nobody.post("/v1/obstacles", json=an_obstacle())).status_code == 401


async def test_who_may_raise_move_and_read(governance: Running, nurse: Any) -> None:
    obstacle = await raised(nurse)
    steering = await governance.client("governance", uuid7(), "steering")
    assert [found["id"] for found in await listed(steering)] == [obstacle["id"]]
    assert (await steering.post("/v1/obstacles", json=an_obstacle())).status_code == 403
    assert (await moved(steering, obstacle, "removed", outcome="Done")).status_code == 403
    for persona in ("commissioner", "social_worker", "council", "service"):
        other = await governance.client("governance", uuid7(), persona)
        assert (await other.get("/v1/obstacles")).status_code == 403
        assert (await other.get(f"/v1/obstacles/{obstacle['id']}")).status_code == 403
        assert (await other.get("/v1/obstacles/summary", params={"team_id": str(TEAM)})).status_code == 403


async def test_another_team_cannot_tell_a_hidden_obstacle_from_none(nurse: Any, stranger: Any) -> None:
    obstacle = await raised(nurse)
    hidden, absent = (
        await stranger.get(f"/v1/obstacles/{obstacle['id']}"),
        await stranger.get(f"/v1/obstacles/{uuid7()}"),
    )
    assert hidden.status_code == absent.status_code == 404
    assert {**hidden.json(), "instance": ""} == {**absent.json(), "instance": ""}
    assert (await moved(stranger, obstacle, "removed", outcome="x")).status_code == 404
    assert await listed(stranger) == []
    assert (await stranger.get("/v1/obstacles/summary", params={"team_id": str(TEAM)})).status_code == 404
    assert (await nurse.post("/v1/obstacles", json=an_obstacle(team_id=str(OTHER_TEAM)))).status_code == 404


async def test_no_obstacle_is_older_than_fifteen_working_days_and_unescalated(nurse: Any, heatshield: Any) -> None:
    """Row 5.26: it goes to the working group after 5 working days and to the steering group after 15."""
    await raised(nurse)
    expected = {
        "2026-02-02": (0, 0, "none", "2026-02-09"),
        "2026-02-06": (4, 4, "none", "2026-02-09"),
        "2026-02-08": (6, 4, "none", "2026-02-09"),
        "2026-02-09": (7, 5, "working_group", "2026-02-23"),
        "2026-02-22": (20, 14, "working_group", "2026-02-23"),
        "2026-02-23": (21, 15, "steering_group", None),
        "2026-06-01": (119, 81, "steering_group", None),
    }
    for day, (age, working_age, level, next_step) in expected.items():
        (obstacle,) = await listed(heatshield, as_of=day, open="true")
        found = (obstacle["age_days"], obstacle["age_working_days"], obstacle["escalation"], obstacle["escalates_on"])
        assert found == (age, working_age, level, next_step), day


async def test_a_bank_holiday_does_not_age_an_obstacle(nurse: Any, heatshield: Any) -> None:
    await raised(nurse, raised_on="2026-04-02")
    (obstacle,) = await listed(heatshield, as_of="2026-04-09")
    assert (obstacle["age_days"], obstacle["age_working_days"], obstacle["escalation"]) == (7, 3, "none")
    assert obstacle["escalates_on"] == "2026-04-13"


async def test_open_obstacles_are_counted_by_tag(nurse: Any, coach: Any) -> None:
    """Row 5.47: support, protect, remove, simplify."""
    for tag in ("remove", "remove", "simplify", "protect"):
        await raised(nurse, tag=tag)
    await raised(nurse, tag="support", raised_on="2026-02-20")
    done = await raised(nurse, tag="simplify")
    await moved(nurse, done, "removed", outcome="One form instead of three")
    summary = await coach.get("/v1/obstacles/summary", params={"team_id": str(TEAM), "as_of": today().isoformat()})
    assert summary.json()["by_tag"] == {"support": 1, "protect": 1, "remove": 2, "simplify": 1}
    early = (await coach.get("/v1/obstacles/summary", params={"team_id": str(TEAM), "as_of": "2026-02-09"})).json()
    assert early["by_tag"] == {"support": 0, "protect": 1, "remove": 2, "simplify": 2}
    assert early["by_escalation"] == {"none": 0, "working_group": 5, "steering_group": 0}
    assert (early["open"], early["oldest_working_days"]) == (5, 5)


async def test_an_obstacle_goes_from_raised_to_removed(nurse: Any, heatshield: Any) -> None:
    obstacle = await raised(nurse)
    assert (obstacle["status"], obstacle["raised_by"]) == ("raised", str(NURSE))
    owned = await moved(heatshield, obstacle, "owned", owner="heatshield_health", waiting_on="The trust")
    assert owned.status_code == 200, owned.text
    assert (owned.json()["owner"], owned.json()["waiting_on"]) == ("heatshield_health", "The trust")
    assert owned.headers["etag"] == f'"{owned.json()["version"]}"'
    working = await moved(heatshield, owned.json(), "working", owner=str(NURSE))
    assert (working.json()["status"], working.json()["owner"]) == ("working", str(NURSE))
    removed = await moved(nurse, working.json(), "removed", outcome="The check came back clear")
    assert removed.json()["removed_on"] == removed.json()["closed_on"] == today().isoformat()
    assert (removed.json()["waiting_on"], removed.json()["escalates_on"]) == (None, None)
    assert await listed(nurse, open="true") == []
    assert [found["status"] for found in await listed(nurse, open="false")] == ["removed"]
    again = await moved(nurse, removed.json(), "working", owner="coach")
    assert again.status_code == 409
    assert again.json()["code"] == "obstacle_already_closed"


async def test_an_obstacle_that_cannot_be_removed_says_why(nurse: Any, heatshield: Any) -> None:
    obstacle = await raised(nurse)
    silent = await moved(heatshield, obstacle, "cannot")
    assert silent.status_code == 422
    assert silent.json()["errors"][0] | {"detail": "", "way_out": ""} == {
        "pointer": "/body/outcome",
        "code": "outcome_needed",
        "detail": "",
        "way_out": "",
    }
    said = await moved(heatshield, obstacle, "cannot", outcome="The supplier stopped making it")
    assert (said.json()["status"], said.json()["removed_on"]) == ("cannot", None)
    assert said.json()["closed_on"] is not None


async def test_what_is_worked_on_has_an_owner(nurse: Any, heatshield: Any) -> None:
    obstacle = await raised(nurse)
    refused = await moved(heatshield, obstacle, "working")
    assert refused.status_code == 422
    assert refused.json()["code"] == "owner_needed"
    assert (await raised(nurse, owner="coach"))["status"] == "owned"


async def test_a_change_is_made_on_the_version_last_read(nurse: Any, heatshield: Any) -> None:
    obstacle = await raised(nurse)
    read = await heatshield.get(f"/v1/obstacles/{obstacle['id']}")
    assert read.headers["etag"] == '"1"'
    assert (await moved(heatshield, obstacle, "owned", owner="coach")).status_code == 200
    assert (await moved(heatshield, obstacle, "owned", owner="heatshield_health")).status_code == 412
    path, blind = f"/v1/obstacles/{obstacle['id']}/progress", {"Idempotency-Key": "k-1"}
    without = await heatshield.post(path, json={"status": "working"}, headers=blind, auth=None)
    assert without.status_code == 428
    back = await moved(heatshield, {**obstacle, "version": 2}, "raised")
    assert back.status_code == 422


async def test_an_obstacle_is_not_raised_in_the_future(nurse: Any) -> None:
    tomorrow = add_working_days(today(), 1).isoformat()
    refused = await nurse.post("/v1/obstacles", json=an_obstacle(raised_on=tomorrow))
    assert refused.status_code == 422
    assert refused.json()["code"] == "raised_in_the_future"
    undated = an_obstacle()
    del undated["raised_on"]
    assert (await nurse.post("/v1/obstacles", json=undated)).json()["age_days"] == 0


async def test_age_is_not_told_for_a_day_without_a_rule(coach: Any) -> None:
    refused = await coach.get("/v1/obstacles", params={"as_of": "2010-01-01"})
    assert refused.status_code == 422
    assert refused.json()["code"] == "no_rule_in_force"
    assert refused.json()["errors"][0]["pointer"] == "/query/as_of"


@pytest.mark.parametrize("as_of", ["1700-01-01", "9999-12-31", "1"])
async def test_a_day_that_is_none_is_refused(coach: Any, as_of: str) -> None:
    assert (await coach.get("/v1/obstacles", params={"as_of": as_of})).status_code == 422
