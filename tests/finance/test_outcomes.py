"""Outcomes of a means test count from a day on, are corrected and never overwritten, and end with the care."""

from typing import Any

import pytest

from services.common.auth import Persona
from tests.finance.facts import CONTRACT, REABLEMENT, a_contract, a_reablement, office
from tests.finance.test_means_test import asked, came_out, decided, gave, refused, statuses
from tests.running import NURSE, Running

DISCHARGED = "caseload.episode_of_care.discharged.v1"
UPRATED = {"weekly_pence": 4000, "from_on": "2027-01-06", "council_ref": "FA-2027-9"}


@pytest.fixture
async def beryl(finance: Running) -> dict[str, Any]:
    agreed = a_reablement()
    await finance.deliver("finance", CONTRACT, a_contract())
    await finance.deliver("finance", REABLEMENT, agreed)
    return agreed


@pytest.fixture
async def assessment(finance: Running, beryl: dict[str, Any]) -> Any:
    assert (await decided(finance)).status_code == 200
    return await asked(finance)


async def discharged(finance: Running, agreed: dict[str, Any], since_on: str) -> None:
    ended = {name: agreed[name] for name in ("client_id", "episode_of_care_id", "team_id")}
    fact = ended | {"status": "finished", "reason": "goals_met", "since_on": since_on}
    await finance.deliver("finance", DISCHARGED, fact, version=3)


async def weeks(finance: Running, assessment: Any) -> list[tuple[str, int, int]]:
    path = f"/v1/financial-assessments/{assessment.json()['id']}/weeks?from_on=2026-12-21&to_on=2027-01-31"
    found = (await (await office(finance)).get(path)).json()["items"]
    return [(week["week_from_on"], week["days"], week["charged_pence"]) for week in found]


async def care(finance: Running, client_id: str, *days: str) -> None:
    for day in days:
        await gave(finance, client_id, day, ("personal_care", 180), ("reablement", 10), ("nursing", 30))


async def personal_care(finance: Running) -> dict[str, str]:
    return {day: status for (day, kind), status in (await statuses(finance)).items() if kind == "personal_care"}


async def test_a_later_outcome_counts_from_its_own_day_and_the_week_by_its_days(
    finance: Running, beryl: dict[str, Any], assessment: Any
) -> None:
    """Two days of £38.50 and five of £40.00 make 27,700 sevenths, which are 3,957 pence."""
    await care(finance, beryl["client_id"], "2026-12-21", "2027-01-05", "2027-01-06", "2027-01-11")
    assert (await came_out(finance, assessment)).status_code == 200
    second = await came_out(finance, assessment, **UPRATED)
    assert second.status_code == 200, second.text
    assert [(one["from_on"], one["weekly_pence"]) for one in second.json()["outcomes"]] == [
        ("2026-12-21", 3850),
        ("2027-01-06", 4000),
    ]
    assert await weeks(finance, assessment) == [
        ("2026-12-21", 7, 3850),
        ("2027-01-04", 7, 3957),
        ("2027-01-11", 7, 4000),
    ]


async def test_an_older_outcome_that_is_recorded_late_overwrites_no_newer_one(
    finance: Running, beryl: dict[str, Any], assessment: Any
) -> None:
    await care(finance, beryl["client_id"], "2026-12-21", "2027-01-06")
    await came_out(finance, assessment, outcome="self_funds", weekly_pence=None, from_on="2027-01-06")
    await came_out(finance, assessment)
    expected = {"2026-12-21": "client_contributes", "2027-01-06": "client_pays"}
    assert await personal_care(finance) == expected
    await care(finance, beryl["client_id"], "2027-01-07")
    assert await personal_care(finance) == expected | {"2027-01-07": "client_pays"}


async def test_an_outcome_with_the_same_first_day_corrects_the_other_which_is_kept(
    finance: Running, beryl: dict[str, Any], assessment: Any
) -> None:
    await care(finance, beryl["client_id"], "2026-12-21")
    await came_out(finance, assessment, weekly_pence=38500)
    mended = (await came_out(finance, assessment, council_ref="FA-2026-118B")).json()
    wrong, right = mended["outcomes"]
    assert (wrong["weekly_pence"], right["weekly_pence"], right["superseded_at"]) == (38500, 3850, None)
    assert wrong["superseded_at"] is not None
    assert right["recorded_by"] is not None
    assert right["council_ref"] == "FA-2026-118B"
    assert await weeks(finance, assessment) == [("2026-12-21", 7, 3850)]
    await came_out(finance, assessment, outcome="council_pays", weekly_pence=None)
    assert await personal_care(finance) == {"2026-12-21": "council_pays"}
    path = f"/v1/financial-assessments/{mended['id']}"
    (listed,) = (await (await finance.nurse("finance")).get("/v1/financial-assessments")).json()["items"]
    assert listed == (await (await office(finance)).get(path)).json()
    assert len(listed["outcomes"]) == 3


async def test_a_correction_on_an_older_version_is_refused(finance: Running, assessment: Any) -> None:
    assert (await came_out(finance, assessment)).json()["version"] == assessment.json()["version"] + 1
    path, jean = f"/v1/financial-assessments/{assessment.json()['id']}/outcome", await office(finance)
    body = {"outcome": "self_funds", "from_on": "2026-12-21", "council_ref": "FA-1"}
    assert (await jean.post(path, json=body, headers={"If-Match": '"1"'})).status_code == 412


@pytest.mark.parametrize("discharge_first", [True, False])
async def test_a_means_test_ends_with_the_episode_of_care(
    finance: Running, beryl: dict[str, Any], assessment: Any, discharge_first: bool
) -> None:
    """Whoever comes back is not charged by what was found years ago, whichever is heard of first."""
    await came_out(finance, assessment)
    days = "2026-12-22", "2027-01-05", "2027-01-06"
    if not discharge_first:
        await care(finance, beryl["client_id"], *days)
    await discharged(finance, beryl, "2027-01-05")
    if discharge_first:
        await care(finance, beryl["client_id"], *days)
    assert await personal_care(finance) == {
        "2026-12-22": "client_contributes",
        "2027-01-05": "client_contributes",
        "2027-01-06": "needs_financial_assessment",
    }
    assert await weeks(finance, assessment) == [("2026-12-21", 7, 3850), ("2027-01-04", 2, 1100)]
    late = await came_out(finance, assessment, **UPRATED)
    assert refused(late) == (422, "charged_after_care")
    in_time = await came_out(finance, assessment, weekly_pence=7000, from_on="2027-01-05")
    assert in_time.status_code == 200, "what was given is charged for, even if the council answers after the discharge"


async def test_the_same_week_is_billed_by_one_means_test(
    finance: Running, beryl: dict[str, Any], assessment: Any
) -> None:
    """Beryl is discharged and comes back within the year: no day is in both."""
    await came_out(finance, assessment)
    await discharged(finance, beryl, "2026-12-30")
    again = a_reablement(client_id=beryl["client_id"], starts_on="2026-11-21")
    await finance.deliver("finance", REABLEMENT, again)
    nurse = await finance.nurse("finance")
    episodes = (await nurse.get("/v1/reablement-episodes?as_of=2026-12-31")).json()["items"]
    (second,) = (one for one in episodes if one["started_on"] == "2026-11-21")
    path = f"/v1/reablement-episodes/{second['id']}/decide"
    assert (await nurse.post(path, json={"decision": "financial_assessment"})).status_code == 200
    farah = await finance.client("finance", NURSE, Persona.HEATSHIELD)
    body = {"id": assessment.json()["id"][:-4] + "beef", "reablement_id": second["id"]}
    other = await farah.post("/v1/financial-assessments", json=body)
    assert (await came_out(finance, other, from_on="2027-01-02", weekly_pence=7000)).status_code == 200
    await care(finance, beryl["client_id"], "2026-12-28", "2026-12-30", "2027-01-02", "2027-01-12")
    assert await weeks(finance, other) == [("2026-12-28", 2, 2000), ("2027-01-11", 7, 7000)]
    mine = [week for week in await weeks(finance, assessment) if week[0] > "2026-12-21"]
    assert mine == [], "the days until the 30th were free by the second reablement"


async def test_after_the_care_no_means_test_is_asked_for(finance: Running, beryl: dict[str, Any]) -> None:
    await decided(finance)
    await discharged(finance, beryl, "2026-12-15")
    assert refused(await asked(finance)) == (409, "nothing_to_assess")


async def test_health_care_and_reablement_are_left_alone(
    finance: Running, beryl: dict[str, Any], assessment: Any
) -> None:
    await care(finance, beryl["client_id"], "2026-12-20", "2026-12-21")
    before = await statuses(finance)
    await came_out(finance, assessment)
    changed = {key for key, status in (await statuses(finance)).items() if before[key] != status}
    assert changed == {("2026-12-21", "personal_care")}
