"""What the members of a team can do, by the team's word and by hr's."""

from typing import Any
from uuid import UUID

from sqlalchemy import text
from uuid6 import uuid7

from services.common.auth import SYSTEM
from tests.roster.facts import RUTH, SANDRA, TOM, code, contract, hear, pointer
from tests.running import OTHER_TEAM, STRANGER, TEAM, Running


def a_skill(**changes: Any) -> dict[str, Any]:
    skill = {"id": uuid7(), "team_id": TEAM, "employee_id": RUTH, "skill": "compression", "from_on": "2026-11-02"}
    return {name: str(value) for name, value in (skill | changes).items()}


async def rows(roster: Running, statement: str) -> list[tuple[Any, ...]]:
    async with roster.databases["roster"].transaction(SYSTEM) as tx:
        return [tuple(row) for row in await tx.rows(text(statement))]


async def test_anonymous_is_refused(roster: Running) -> None:
    nobody = await roster.client("roster", None)
    for answer in (
        await nobody.post("/v1/member-skills", json=a_skill()),
        await nobody.get("/v1/member-skills"),
        await nobody.post(f"/v1/member-skills/{uuid7()}/end", json={"until_on": "2026-11-30"}),
    ):
        assert answer.status_code == 401


async def test_a_team_says_what_its_members_can_do_and_until_when(nurse: Any) -> None:
    said = await nurse.post("/v1/member-skills", json=a_skill())
    assert (said.status_code, said.json()["said_by"], said.json()["until_on"]) == (201, str(RUTH), None)
    await nurse.post("/v1/member-skills", json=a_skill(employee_id=TOM, skill="bowel_care"))
    listed = (await nurse.get("/v1/member-skills", params={"team_id": str(TEAM)})).json()["items"]
    assert [one["skill"] for one in listed] == ["compression", "bowel_care"]
    of_tom = (await nurse.get("/v1/member-skills", params={"employee_id": str(TOM)})).json()["items"]
    assert [one["skill"] for one in of_tom] == ["bowel_care"]

    at = f"/v1/member-skills/{said.json()['id']}/end"
    ended = await nurse.post(at, json={"until_on": "2026-12-31"}, headers={"If-Match": said.headers["ETag"]})
    assert (ended.status_code, ended.json()["until_on"], ended.headers["ETag"]) == (200, "2026-12-31", '"2"')
    stale = await nurse.post(at, json={"until_on": "2026-12-30"}, headers={"If-Match": said.headers["ETag"]})
    assert stale.status_code == 412
    early = await nurse.post(at, json={"until_on": "2026-11-01"}, headers={"If-Match": ended.headers["ETag"]})
    assert (early.status_code, code(early), pointer(early)) == (409, "skill_ends_before_it_begins", "/body/until_on")


async def test_a_skill_is_said_once_and_of_a_member(nurse: Any) -> None:
    await nurse.post("/v1/member-skills", json=a_skill())
    again = await nurse.post("/v1/member-skills", json=a_skill())
    assert (again.status_code, code(again), pointer(again)) == (409, "skill_said_already", "/body/skill")
    of_nobody = await nurse.post("/v1/member-skills", json=a_skill(employee_id=STRANGER))
    assert (of_nobody.status_code, code(of_nobody)) == (409, "not_in_the_team")
    backwards = await nurse.post("/v1/member-skills", json=a_skill(until_on="2026-11-01"))
    assert backwards.status_code == 422


async def test_another_teams_skills_are_not_there(roster: Running, nurse: Any) -> None:
    said = await nurse.post("/v1/member-skills", json=a_skill())
    stranger = await roster.client("roster", STRANGER)
    assert (await stranger.get("/v1/member-skills")).json()["items"] == []
    assert (await stranger.get("/v1/member-skills", params={"team_id": str(TEAM)})).status_code == 404
    at = f"/v1/member-skills/{said.json()['id']}/end"
    assert (await stranger.post(at, json={"until_on": "2026-12-31"}, headers={"If-Match": '"1"'})).status_code == 404
    theirs = await nurse.post("/v1/member-skills", json=a_skill(team_id=OTHER_TEAM))
    assert theirs.status_code == 404


async def test_a_contract_is_kept_with_its_role_and_kind(roster: Running) -> None:
    await hear(roster, contract(SANDRA, 1800, role="healthcare_assistant", kind="secondment"))
    kept = await rows(roster, "select employee_id, role, kind from contract")
    assert kept == [(SANDRA, "healthcare_assistant", "secondment")]


async def test_hrs_word_on_a_competence_is_kept_in_whatever_order_it_comes(roster: Running) -> None:
    fact = _competency(uuid7())
    withdrawn = fact | {"withdrawn_at": "2026-11-20T09:00:00Z"}
    await hear(roster, ("hr.competency.withdrawn.v1", withdrawn), version=2)
    await hear(roster, ("hr.competency.signed_off.v1", fact), version=1)
    await hear(roster, ("hr.competency.signed_off.v1", _competency(uuid7(), task="catheter")))
    kept = await rows(roster, "select task, withdrawn_at is null, version from competence order by version")
    assert kept == [("catheter", True, 1), ("insulin", False, 2)]


def _competency(competency_id: UUID, **changes: Any) -> dict[str, Any]:
    data = {
        "competency_id": str(competency_id),
        "team_id": str(TEAM),
        "employee_id": str(SANDRA),
        "task": "insulin",
        "assessed_by": str(RUTH),
        "assessed_on": "2026-10-01",
        "until_on": "2027-09-30",
    }
    return data | changes
