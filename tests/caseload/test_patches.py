"""The caseload compared with the streets that the team serves: whom it does not reach is a chart (row 3.36)."""

from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.caseload.around import ago, today
from tests.caseload.story import new_id, take_on
from tests.caseload.team_rows import PATCH_DETAILS, a_patch
from tests.running import OTHER_TEAM, TEAM, Running


async def test_anonymous_is_refused(caseload: Running) -> None:
    nobody = await caseload.client("caseload", None)
    assert (await nobody.post("/v1/patches", json=a_patch())).status_code == 401
    for path in ("patches", f"patches/{new_id()}", "patches/summary"):
        assert (await nobody.get(f"/v1/{path}", params={"team_id": str(TEAM)})).status_code == 401


async def compared(caller: Any) -> dict[str, Any]:
    answer = await caller.get("/v1/patches/summary", params={"team_id": str(TEAM)})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def in_care(caseload: Running, count: int, **where: Any) -> None:
    for number in range(count):
        await take_on(caseload, given_name=f"Person {number}", nhs_number=None, **where)


async def test_whom_the_team_does_not_reach_is_a_chart(caseload: Running) -> None:
    nurse = await caseload.nurse("caseload")
    await nurse.post("/v1/patches", json=a_patch())
    poorer = a_patch(
        name="The estate", streets=["Denham Road"], postcodes=[], population=800, imd_decile=2, need_mix={}
    )
    await nurse.post("/v1/patches", json=poorer)
    await in_care(caseload, 2, postcode="IP29 9AA")
    await in_care(caseload, 1, address_line="12 Colethorpe Lane", birth_on="1950-01-01")
    await in_care(caseload, 1, address_line="3 denham road")
    await in_care(caseload, 1, postcode="IP30 1AA", birth_on=None)
    found = await compared(nurse)
    assert [(one["name"], one["imd_decile"], one["clients"]) for one in found["patches"]] == [
        ("North of the church", 4, 3),
        ("The estate", 2, 1),
    ]
    shares = [(one["population_share"], one["caseload_share"], one["per_thousand"]) for one in found["patches"]]
    assert shares == [(60.0, 60.0, 2.5), (40.0, 20.0, 1.2)]
    assert [(one["name"], one["clients"]) for one in found["ages"]][2:] == [("75_to_84", 1), ("85_and_over", 3)]
    assert (found["clients"], found["elsewhere"]) == (5, 1)
    drawn = ElementTree.fromstring(found["svg"])
    texts = [one.text for one in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert "The estate (decile 2)" in texts
    assert len(list(drawn.iter("{http://www.w3.org/2000/svg}rect"))) == 2 + 2 * 6


async def test_a_label_is_no_markup(caseload: Running) -> None:
    nurse = await caseload.nurse("caseload")
    await nurse.post("/v1/patches", json=a_patch(name='</text><script>alert("x")</script>'))
    svg = (await compared(nurse))["svg"]
    assert "<script" not in svg
    ElementTree.fromstring(svg)


async def test_outside_the_team_few_are_hidden_with_the_patch_that_would_tell_them(caseload: Running) -> None:
    nurse = await caseload.nurse("caseload")
    await nurse.post("/v1/patches", json=a_patch())
    await in_care(caseload, 6, postcode="IP29 9AA")
    await in_care(caseload, 1, postcode="IP30 1AA")
    await since(caseload, 70)
    board = await caseload.client("caseload", new_id(), "coach")
    found = await compared(board)
    assert found["elsewhere"] is None
    assert None in (found["clients"], found["patches"][0]["clients"])
    assert (await board.get("/v1/patches")).status_code == 403


async def since(caseload: Running, days: int) -> None:
    await caseload.alter("caseload", f"update episode_of_care set opened_on = '{ago(days)}'")


async def test_outside_the_team_it_is_told_as_it_stood_at_a_months_end(caseload: Running) -> None:
    nurse, board = await caseload.nurse("caseload"), await caseload.client("caseload", new_id(), "coach")
    await nurse.post("/v1/patches", json=a_patch())
    await in_care(caseload, 6, postcode="IP29 9AA")
    await since(caseload, 70)
    before = await compared(board)
    months_end = today().replace(day=1) - timedelta(days=1)
    assert (before["as_of"], before["clients"]) == (str(months_end), 6)
    await in_care(caseload, 6, postcode="IP29 9AA", birth_on="1970-01-01")
    assert await compared(board) == before, "who came since is in the next month's"
    await caseload.alter("caseload", f"update episode_of_care set status = 'finished', ended_on = '{ago(0)}'")
    assert await compared(board) == before, "who left since was in care then"
    assert (await compared(nurse))["clients"] == 0
    early = await board.get("/v1/patches/summary", params={"team_id": str(TEAM), "as_of": ago(0)})
    assert (early.status_code, early.json()["code"]) == (422, "not_a_months_end")


async def test_a_patch_is_written_anew_by_its_own_team(caseload: Running) -> None:
    nurse, patch = await caseload.nurse("caseload"), a_patch()
    await nurse.post("/v1/patches", json=patch)
    changed = await nurse.put(f"/v1/patches/{patch['id']}", json=PATCH_DETAILS | {"population": 1300})
    assert (changed.status_code, changed.json()["population"]) == (200, 1300)
    assert (await nurse.post("/v1/patches", json=a_patch(team_id=str(OTHER_TEAM)))).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"imd_decile": 11},
        {"lsoa_codes": ["W01000001"]},
        {"streets": [], "postcodes": []},
        {"need_mix": {"under_65": 2000}},
        {"need_mix": {"left_handed": 3}},
        {"postcodes": ["IP29 9A"]},
    ],
)
async def test_what_no_census_counts_is_refused(caseload: Running, wrong: dict[str, Any]) -> None:
    nurse = await caseload.nurse("caseload")
    assert (await nurse.post("/v1/patches", json=a_patch(**wrong))).status_code == 422
