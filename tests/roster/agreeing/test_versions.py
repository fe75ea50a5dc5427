"""A version of a rota is drafted, edited and proposed; once proposed it never changes, and an edit is a new one."""

from typing import Any

import pytest
from uuid6 import uuid7

from tests.roster.agreeing.conftest import Team
from tests.roster.agreeing.made import (
    WEEK,
    Planning,
    a_rota,
    a_version,
    cells,
    day,
    id_of,
    on_duty,
    say,
    state_of,
    wanted,
)
from tests.roster.facts import RUTH, SANDRA, TOM, code, pointer
from tests.running import STRANGER, Running


async def test_anonymous_is_refused(roster: Running) -> None:
    nobody, at = await roster.client("roster", None), f"/v1/rota-versions/{uuid7()}"
    assert (await nobody.get(at)).status_code == 401
    assert (await nobody.put(f"{at}/duties", json={"duties": []}, headers={"If-Match": '"1"'})).status_code == 401
    assert (await nobody.post(f"{at}/propose", headers={"If-Match": '"1"'})).status_code == 401


async def test_a_draft_is_edited_cell_by_cell_and_the_rest_is_kept(planning: Planning) -> None:
    draft = await planning.drafted(*WEEK)
    assert (state_of(draft), on_duty(draft)) == ("draft", wanted(*WEEK))
    change = {"duties": cells((RUTH, 3, None), (TOM, 3, "E"), (SANDRA, 3, "L"))}
    at = f"/v1/rota-versions/{id_of(draft)}/duties"
    edited = await planning.nurse.put(at, json=change, headers={"If-Match": draft.headers["ETag"]})
    assert edited.status_code == 200, edited.text
    kept = [cell for cell in WEEK if cell[:2] not in {(RUTH, 3), (TOM, 3)}]
    assert on_duty(edited) == wanted(*kept, (TOM, 3, "E"), (SANDRA, 3, "L"))
    stale = await planning.nurse.put(at, json=change, headers={"If-Match": draft.headers["ETag"]})
    assert stale.status_code == 412


async def test_an_edit_of_a_proposal_is_a_new_version(planning: Planning) -> None:
    proposed = await planning.proposed(*WEEK)
    fixed = await planning.nurse.put(
        f"/v1/rota-versions/{id_of(proposed)}/duties",
        json={"duties": cells((RUTH, 0, None))},
        headers={"If-Match": proposed.headers["ETag"]},
    )
    assert (fixed.status_code, code(fixed)) == (409, "version_is_fixed")
    edit = await planning.drafted((RUTH, 0, None), from_version_id=id_of(proposed))
    about = edit.json()["rota_version"]
    assert (about["origin"], about["number"], about["parent_id"]) == ("edit", 2, id_of(proposed))
    assert on_duty(edit) == wanted(*WEEK[1:])
    difference = await planning.nurse.get(f"/v1/rota-versions/{id_of(proposed)}/diff/{id_of(edit)}")
    assert difference.json()["items"] == [{"employee_id": str(RUTH), "day_on": day(0), "was": "E", "becomes": None}]


async def test_answers_are_carried_over_for_whom_nothing_changes(planning: Planning, team: Team) -> None:
    proposed = await planning.proposed(*WEEK)
    await team.all_say(proposed, "can_live_with")
    edit = await planning.proposed((RUTH, 0, "L"), (TOM, 0, "E"), from_version_id=id_of(proposed))
    assert [one["employee_id"] for one in edit.json()["responses"]] == [str(SANDRA)]
    assert sorted(edit.json()["consent"]["silent"]) == sorted([str(RUTH), str(TOM)])
    assert state_of(await planning.read(proposed)) == "superseded"
    late = await say(team.ruth, proposed)
    assert (late.status_code, code(late)) == (409, "version_not_open")


async def test_what_a_version_was_judged_by_is_kept_with_it(planning: Planning) -> None:
    first = (await planning.proposed(*WEEK)).json()["rota_version"]
    again = (await planning.proposed(*WEEK)).json()["rota_version"]
    assert first["input_hash"] == again["input_hash"]
    assert (first["points"], first["breaches"]) == (again["points"], again["breaches"])
    assert first["rules_as_of"] == planning.rota["from_on"]


async def test_a_version_takes_its_steps_once(planning: Planning) -> None:
    proposed = await planning.proposed(*WEEK)
    again = await planning.tried(proposed, "propose")
    assert (again.status_code, code(again)) == (409, "version_not_open")
    withdrawn = await planning.done(proposed, "withdraw")
    assert state_of(withdrawn) == "withdrawn"
    assert (await planning.tried(withdrawn, "withdraw")).status_code == 409
    assert (await planning.tried(proposed, "withdraw")).status_code == 412


@pytest.mark.parametrize(
    ("cell", "refusal"),
    [
        ((RUTH, 14, "E"), (422, "day_outside_rota")),
        ((RUTH, -1, "E"), (422, "day_outside_rota")),
        ((RUTH, 0, "X"), (422, "unknown_duty")),
        ((STRANGER, 0, "E"), (409, "not_in_the_team")),
    ],
)
async def test_a_cell_that_cannot_be_is_refused(planning: Planning, cell: Any, refusal: tuple[int, str]) -> None:
    at = f"/v1/rotas/{planning.rota['id']}/versions"
    refused = await planning.nurse.post(at, json=a_version(cell))
    assert (refused.status_code, code(refused)) == refusal
    assert pointer(refused) == "/body/duties"
    assert (await planning.nurse.get(at)).json()["items"] == []


async def test_a_duty_at_a_time_that_is_not_on_the_clock_is_asked_about(planning: Planning) -> None:
    march = a_rota(from_on="2027-03-22", to_on="2027-03-28")
    assert (await planning.nurse.post("/v1/rotas", json=march)).status_code == 201
    odd = {"code": "O", "parts": [{"starts_minute": 90, "ends_minute": 480}], "from_on": "2025-01-01"}
    made = {"id": str(uuid7()), "team_id": march["team_id"], **odd}
    assert (await planning.nurse.post("/v1/duty-types", json=made)).status_code == 201
    at = f"/v1/rotas/{march['id']}/versions"

    async def on(day_on: str, letter: str) -> Any:
        cell = {"employee_id": str(RUTH), "day_on": day_on, "code": letter}
        return await planning.nurse.post(at, json={"id": str(uuid7()), "duties": [cell]})

    assert (await on("2027-03-27", "O")).status_code == 201
    asked = await on("2027-03-28", "O")
    assert (asked.status_code, code(asked)) == (422, "ambiguous_clock")
    night = (await on("2027-03-27", "N")).json()["duties"][0]
    assert (night["starts_at"], night["ends_at"]) == ("2027-03-27T21:00:00Z", "2027-03-28T05:30:00Z")


async def test_a_day_off_is_not_pinned(planning: Planning) -> None:
    """There is no duty to keep the pin with; it is refused rather than lost."""
    off = {**cells((RUTH, 0, None))[0], "pinned": True}
    refused = await planning.nurse.post(f"/v1/rotas/{planning.rota['id']}/versions", json=a_version(duties=[off]))
    assert (refused.status_code, code(refused), pointer(refused)) == (422, "validation_failed", "/body/duties/0")


async def test_versions_of_two_rotas_are_not_mixed(planning: Planning) -> None:
    mine = await planning.drafted(*WEEK)
    other = a_rota(from_on=day(14), to_on=day(20))
    assert (await planning.nurse.post("/v1/rotas", json=other)).status_code == 201
    at = f"/v1/rotas/{other['id']}/versions"
    refused = await planning.nurse.post(at, json=a_version(from_version_id=id_of(mine)))
    assert (refused.status_code, code(refused)) == (409, "version_of_another_rota")
    theirs = await planning.nurse.post(at, json=a_version())
    assert (await planning.nurse.get(f"/v1/rota-versions/{id_of(mine)}/diff/{id_of(theirs)}")).status_code == 409


async def test_another_teams_version_does_not_exist_for_a_nurse(roster: Running, planning: Planning) -> None:
    stranger, version = await roster.client("roster", STRANGER), await planning.proposed(*WEEK)
    at = f"/v1/rota-versions/{id_of(version)}"
    assert (await stranger.get(at)).status_code == 404
    assert (await stranger.get(f"{at}/score")).status_code == 404
    assert (await say(stranger, version)).status_code == 404
