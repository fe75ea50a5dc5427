"""Calls of other agencies are known before anybody plans: visits are told of them, keep apart, or are made together."""

from datetime import date
from typing import Any

import pytest
from uuid6 import uuid7

from services.common.auth import Persona, Principal
from services.roster.domain.agency_call import Part, parts_beside
from services.roster.domain.round_question import Question
from services.roster.usecases.proposing.day import WITH_AGENCY, question
from tests.roster.facts import EDITH, RUTH, WALTER, a_shift, a_visit, code, pointer
from tests.running import TEAM, Running

DAY = "2031-11-25"
EVERY_DAY = [1, 2, 3, 4, 5, 6, 7]


@pytest.fixture
async def ruth(roster: Running) -> Any:
    ruth = await roster.nurse("roster")
    shift = a_shift(starts_at=f"{DAY}T09:00:00Z", ends_at=f"{DAY}T16:30:00Z")
    assert (await ruth.post("/v1/shifts", json=shift)).status_code == 201
    return ruth


async def agency_comes(
    system: Running, beside: str | None, at: str = "10:00", minutes: int = 60, **changes: Any
) -> None:
    care = {
        "other_care_id": str(uuid7()),
        "client_id": str(EDITH),
        "team_id": str(TEAM),
        "times": [{"days": EVERY_DAY, "at": at, "minutes": minutes}],
        "from_on": "2026-01-01",
        "until_on": None,
    } | ({} if beside is None else {"beside": beside})
    await system.deliver("roster", "caseload.other_care.changed.v1", care | changes)


def visit_at(hour: int, **changes: Any) -> dict[str, Any]:
    """Of half an hour."""
    return a_visit(starts_at=f"{DAY}T{hour:02d}:15:00Z", ends_at=f"{DAY}T{hour:02d}:45:00Z") | changes


async def asked(roster: Running) -> Question:
    async with roster.databases["roster"].transaction(Principal(str(RUTH), Persona.NURSE, RUTH)) as tx:
        return await question(tx, TEAM, date.fromisoformat(DAY))


@pytest.mark.parametrize(
    ("apart", "together", "found"),
    [
        ([], None, [(540, 900)]),
        ([(600, 660)], None, [(540, 570), (660, 900)]),
        ([(600, 660), (700, 720)], None, [(540, 570), (660, 670), (720, 900)]),
        ([(0, 1440)], None, []),
        ([], (600, 660), [(600, 630)]),
        ([], (600, 629), []),
        ([(615, 660)], (600, 660), []),
    ],
)
def test_a_visit_begins_where_all_of_it_keeps_to_the_calls(
    apart: list[Part], together: Part | None, found: list[Part]
) -> None:
    assert parts_beside([(540, 900)], 30, apart, together) == found


@pytest.mark.parametrize("beside", ["seen", None])
async def test_whoever_plans_on_top_of_an_agency_is_told_and_not_refused(
    roster: Running, ruth: Any, beside: str | None
) -> None:
    """Also where caseload has not yet told how visits lie to the call."""
    await agency_comes(roster, beside)
    made = await ruth.post("/v1/visits", json=visit_at(10))
    assert (made.status_code, made.json()["warnings"]) == (201, ["agency_is_there"])
    await agency_comes(roster, "apart", client_id=str(WALTER), until_on="2026-01-31")
    other = await ruth.post("/v1/visits", json=visit_at(12, client_id=str(WALTER)))
    assert (other.status_code, other.json()["warnings"]) == (201, [])


async def test_a_visit_keeps_apart_from_an_agency_unless_somebody_says_why(roster: Running, ruth: Any) -> None:
    await agency_comes(roster, "apart")
    refused = await ruth.post("/v1/visits", json=visit_at(10))
    assert (refused.status_code, code(refused), pointer(refused)) == (409, "agency_is_there", "/body/starts_at")
    before = await ruth.post("/v1/visits", json=visit_at(9, ends_at=f"{DAY}T10:00:00Z"))
    assert (before.status_code, before.json()["overrode"]) == (201, [])
    said = await ruth.post("/v1/visits", json=visit_at(10, override_words="Her catheter is blocked"))
    assert (said.status_code, said.json()["overrode"]) == (201, ["agency_is_there"])


async def test_who_is_to_come_together_with_an_agency_and_does_not_is_told(roster: Running, ruth: Any) -> None:
    await agency_comes(roster, "together")
    apart = await ruth.post("/v1/visits", json=visit_at(12))
    assert (apart.status_code, apart.json()["warnings"]) == (201, ["agency_is_missed"])
    tag = {"If-Match": apart.headers["ETag"]}
    path = f"/v1/visits/{apart.json()['id']}/move"
    moved = await ruth.post(path, json={"starts_at": f"{DAY}T10:10:00Z"}, headers=tag)
    assert moved.json()["warnings"] == []


async def test_rounds_keep_to_the_calls_of_agencies(roster: Running, ruth: Any) -> None:
    """Edith's visit is made with an agency, Walter's between two calls of another."""
    await agency_comes(roster, "together")
    await agency_comes(roster, "apart", "00:00", 660, client_id=str(WALTER))
    await agency_comes(roster, "apart", "12:00", 720, client_id=str(WALTER))
    for visit in (visit_at(10), visit_at(11, client_id=str(WALTER))):
        assert (await ruth.post("/v1/visits", json=visit)).status_code == 201
    found = await asked(roster)
    assert sorted(call.window for call in found.day.calls) == [(600, 630), (660, 690)]


async def test_a_visit_for_which_the_calls_leave_no_time_is_listed(roster: Running, ruth: Any) -> None:
    made = await ruth.post("/v1/visits", json=visit_at(10))
    await agency_comes(roster, "apart", "00:00", 1440)
    found = await asked(roster)
    assert [(str(one.visit_id), one.why) for one in found.left] == [(made.json()["id"], WITH_AGENCY)]
