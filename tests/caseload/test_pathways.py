"""The mix of pathways over time: long-term, recovery, end of life and anticipatory care, month by month."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from uuid6 import uuid7

from services.caseload.domain.pathway_mix import Course, months
from services.common.auth import SYSTEM
from tests.caseload.story import a_referral, an_acceptance
from tests.running import OTHER_TEAM, TEAM, Running

PATH = "/v1/pathways/summary"


def course(pathway: str, opened_on: str, ended_on: str | None = None, client_id: UUID | None = None) -> Course:
    ended = None if ended_on is None else date.fromisoformat(ended_on)
    return Course(client_id or uuid7(), pathway, date.fromisoformat(opened_on), ended)


def told(month: Any) -> dict[str, tuple[int | None, int | None]]:
    return {one.pathway: (one.open, one.opened) for one in month.pathways if (one.open, one.opened) != (0, 0)}


def test_each_month_shows_who_is_in_care_at_its_end_and_who_began() -> None:
    courses = [
        course("recovery", "2026-07-06", "2026-08-31"),
        course("recovery", "2026-07-31"),
        course("end_of_life", "2026-08-03", "2026-08-20"),
        course("long_term", "2026-01-05"),
    ]
    july, august, september = months(courses, date(2026, 7, 1), date(2026, 9, 15), 0)
    assert told(july) == {"recovery": (2, 2), "long_term": (1, 0)}
    assert told(august) == {"recovery": (1, 0), "long_term": (1, 0), "end_of_life": (0, 1)}
    assert told(september) == {"recovery": (1, 0), "long_term": (1, 0)}
    assert (july.open, july.opened, september.to_on) == (3, 2, date(2026, 9, 15))


def test_a_few_cannot_be_had_by_taking_the_rest_away() -> None:
    courses = [course("long_term", "2026-07-01") for _ in range(7)]
    courses += [course("recovery", "2026-07-01") for _ in range(6)]
    courses += [course("end_of_life", "2026-07-01")]
    (july,) = months(courses, date(2026, 7, 1), date(2026, 7, 31), 5)
    assert july.open == 14
    assert {one.pathway: one.open for one in july.pathways} == {
        "long_term": 7,
        "recovery": None,
        "end_of_life": None,
        "anticipatory": None,
    }


def test_one_client_with_many_episodes_is_still_one_person() -> None:
    client = uuid7()
    courses = [course("recovery", "2026-07-01", client_id=client) for _ in range(9)]
    (july,) = months(courses, date(2026, 7, 1), date(2026, 7, 31), 5)
    assert july.open is None


async def begun(caseload: Running, pathway: str, opened_on: str) -> None:
    nurse = await caseload.nurse("caseload")
    referral, acceptance = a_referral(), an_acceptance(pathway=pathway, same_person=False)
    referral["person"] |= {"nhs_number": None}
    await nurse.post("/v1/referrals", json=referral)
    accepted = await nurse.post(f"/v1/referrals/{referral['id']}/accept", json=acceptance)
    table = caseload.databases["caseload"].metadata.tables["episode_of_care"]
    async with caseload.databases["caseload"].transaction(SYSTEM) as tx:
        began = {"opened_on": date.fromisoformat(opened_on)}
        await tx.session.execute(table.update().where(table.c.id == accepted.json()["id"]).values(**began))


async def test_the_mix_over_time_comes_out_of_the_api(caseload: Running) -> None:
    await begun(caseload, "recovery", "2026-07-06")
    await begun(caseload, "end_of_life", "2026-08-06")
    nurse = await caseload.nurse("caseload")
    asked = {"team_id": str(TEAM), "from_on": "2020-01-01", "to_on": "2026-08-31"}
    july, august = (await nurse.get(PATH, params=asked)).json()["months"]
    assert (july["from_on"], july["open"], august["open"], august["opened"]) == ("2026-07-01", 1, 2, 1)
    assert (await nurse.get(PATH, params=asked | {"team_id": str(OTHER_TEAM)})).status_code == 404


@pytest.mark.parametrize("persona", ["steering", "commissioner", "coach"])
async def test_outside_the_team_it_is_told_by_the_month_and_not_of_few(caseload: Running, persona: str) -> None:
    await begun(caseload, "recovery", "2026-07-06")
    board = await caseload.client("caseload", "board", persona)
    month = {"team_id": str(TEAM), "from_on": "2026-07-01", "to_on": "2026-07-31"}
    (july,) = (await board.get(PATH, params=month)).json()["months"]
    assert (july["open"], {one["open"] for one in july["pathways"]}) == (None, {None})
    refused = await board.get(PATH, params=month | {"to_on": "2026-08-31"})
    assert (refused.status_code, refused.json()["code"]) == (422, "not_a_whole_month")
