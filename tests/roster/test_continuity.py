"""Few faces: the figures agree with those a person works out by hand, and leave the team without the clients."""

from calendar import monthrange
from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from uuid6 import uuid7

from services.common.types import ENGLAND
from services.roster.domain.continuity import bice_boxerman, usual_provider
from services.roster.domain.share import Share
from tests.roster.facts import EDITH, RUTH, SANDRA, TOM, WALTER, a_shift, code, contact, episode, hear, pointer
from tests.running import OTHER_TEAM, TEAM, Running

MONTH = {"team_id": str(TEAM), "from_on": "2026-11-02", "to_on": "2026-11-29"}
NONE: dict[str, Any] = {"night_contacts": 0, "least_continuous": [], "clients": []}
OCTOBER = {"team_id": str(TEAM), "from_on": "2026-10-01", "to_on": "2026-10-31"}


async def visited(roster: Running, client: UUID, episode_of_care: UUID, by: dict[UUID, int], **changes: Any) -> None:
    for person, times in by.items():
        for _ in range(times):
            fact = contact(client, person, {"nursing": 30}, episode_of_care_id=episode_of_care, **changes)
            await hear(roster, fact)


async def test_anonymous_is_refused(roster: Running) -> None:
    nobody = await roster.client("roster", None)
    assert (await nobody.get("/v1/continuity", params=MONTH)).status_code == 401


async def test_the_figures_match_a_hand_calculation(roster: Running) -> None:
    nurse, of_edith, of_walter = await roster.nurse("roster"), uuid7(), uuid7()
    await hear(roster, episode(EDITH, episode_of_care_id=of_edith, named_nurse_id=TOM, deputy_id=RUTH))
    await hear(roster, episode(WALTER, episode_of_care_id=of_walter, named_nurse_id=RUTH, deputy_id=TOM))
    await visited(roster, EDITH, of_edith, {TOM: 5, RUTH: 2, SANDRA: 1})
    await visited(roster, WALTER, of_walter, {SANDRA: 1})
    await visited(roster, EDITH, of_edith, {SANDRA: 3}, started_at="2026-11-30T09:00:00Z")
    await visited(roster, EDITH, of_edith, {SANDRA: 3}, team_id=OTHER_TEAM)
    found = (await nurse.get("/v1/continuity", params=MONTH)).json()
    # Edith: 7 of 8 by Tom or Ruth; UPC 5/8; COC (25 + 4 + 1 - 8) / (8 x 7) = 22/56. Walter: one contact, no COC.
    assert found == {
        **MONTH,
        "contacts": 9,
        "named_or_deputy": {"numerator": 7, "denominator": 9, "percent": 77.8},
        "night_contacts": 0,
        "least_continuous": [str(WALTER), str(EDITH)],
        "clients": [
            {
                "client_id": str(EDITH),
                "contacts": 8,
                "faces": 3,
                "named_or_deputy": {"numerator": 7, "denominator": 8, "percent": 87.5},
                "upc": 0.625,
                "coc": 0.3929,
                "secon": 0.7143,
                "achievable": {"numerator": 0, "denominator": 1, "percent": 0.0},
            },
            {
                "client_id": str(WALTER),
                "contacts": 1,
                "faces": 1,
                "named_or_deputy": {"numerator": 0, "denominator": 1, "percent": 0.0},
                "upc": 1.0,
                "coc": None,
                "secon": None,
                "achievable": {"numerator": 0, "denominator": 1, "percent": 0.0},
            },
        ],
    }


async def test_a_contact_counts_against_the_care_team_of_its_own_episode(roster: Running) -> None:
    nurse, first, second = await roster.nurse("roster"), uuid7(), uuid7()
    await visited(roster, EDITH, first, {TOM: 1})
    await visited(roster, EDITH, second, {TOM: 1})
    # The care teams arrive after the contacts; that of the second episode never does.
    await hear(roster, episode(EDITH, episode_of_care_id=first, named_nurse_id=TOM, deputy_id=RUTH))
    (edith,) = (await nurse.get("/v1/continuity", params=MONTH)).json()["clients"]
    assert (edith["contacts"], edith["named_or_deputy"]["denominator"]) == (2, 1)
    assert edith["named_or_deputy"]["percent"] == 100.0


async def test_no_contact_makes_no_figure(roster: Running) -> None:
    nurse = await roster.nurse("roster")
    found = (await nurse.get("/v1/continuity", params=MONTH)).json()
    nothing = {"numerator": 0, "denominator": 0, "percent": None}
    assert found == {**MONTH, "contacts": 0, "named_or_deputy": nothing, **NONE}


@pytest.mark.parametrize("persona", ["coach", "heatshield", "steering", "commissioner"])
async def test_those_around_the_team_see_one_figure_and_no_client(roster: Running, persona: str) -> None:
    other = await roster.client("roster", "somebody", persona)
    for _ in range(5):
        client, of_client = uuid7(), uuid7()
        await hear(roster, episode(client, episode_of_care_id=of_client))
        hidden = (await other.get("/v1/continuity", params=OCTOBER)).json()
        assert hidden == {**OCTOBER, "contacts": None, "named_or_deputy": None}
        await visited(roster, client, of_client, {TOM: 1, SANDRA: 1}, started_at="2026-10-20T09:00:00Z")
    found = (await other.get("/v1/continuity", params=OCTOBER)).json()
    share = {"numerator": 5, "denominator": 10, "percent": 50.0}
    assert found == {**OCTOBER, "contacts": 10, "named_or_deputy": share}


def this_month() -> dict[str, str]:
    first = datetime.now(ENGLAND).date().replace(day=1)
    return {"from_on": str(first), "to_on": str(first.replace(day=monthrange(first.year, first.month)[1]))}


@pytest.mark.parametrize(
    "days", [{"from_on": "2026-10-02"}, {"to_on": "2026-10-30"}, {"to_on": "2026-11-30"}, this_month()]
)
async def test_no_two_figures_outside_the_team_differ_by_a_few_days(roster: Running, days: dict[str, str]) -> None:
    coach = await roster.client("roster", "somebody", "coach")
    refused = await coach.get("/v1/continuity", params=OCTOBER | days)
    assert (refused.status_code, code(refused), pointer(refused)) == (422, "not_a_whole_month", "/query/from_on")


@pytest.mark.parametrize("persona", ["finance", "hr", "council", "integrator", "social_worker", "ops", "service"])
async def test_others_see_none(roster: Running, persona: str) -> None:
    other = await roster.client("roster", "somebody", persona)
    assert (await other.get("/v1/continuity", params=MONTH)).status_code == 403


async def test_another_teams_continuity_does_not_exist_for_a_nurse(roster: Running) -> None:
    nurse = await roster.nurse("roster")
    answer = await nurse.get("/v1/continuity", params=MONTH | {"team_id": str(OTHER_TEAM)})
    assert answer.status_code == 404


@pytest.mark.parametrize("to_on", ["2026-11-01", "2027-11-03"])
async def test_a_period_runs_forwards_and_for_a_year_at_most(roster: Running, to_on: str) -> None:
    nurse = await roster.nurse("roster")
    refused = await nurse.get("/v1/continuity", params=MONTH | {"to_on": to_on})
    assert (refused.status_code, code(refused), pointer(refused)) == (422, "period_not_usable", "/query/to_on")


@given(st.lists(st.integers(1, 60), min_size=1, max_size=12))
def test_the_indices_keep_their_bounds(counts: list[int]) -> None:
    upc, coc = usual_provider(counts), bice_boxerman(counts)
    assert Fraction(1, len(counts)) <= upc <= 1
    if coc is None:
        assert counts == [1]
    else:
        assert 0 <= coc <= 1
        assert (coc == 1) == (len(counts) == 1)
        assert (coc == 0) == (sum(counts) == len(counts))


@given(st.fractions(0, 10**6, max_denominator=28), st.fractions(0, 10**6, max_denominator=28))
def test_a_share_is_exact_however_it_is_shown(part: Fraction, whole: Fraction) -> None:
    share = Share.of(part, whole)
    if whole:
        assert Fraction(share.numerator, share.denominator) == part / whole
        assert share.percent is not None
        assert abs(Fraction(share.percent) - part / whole * 100) <= Fraction(1, 20) + Fraction(1, 10**4)
    else:
        assert share.percent is None


def test_a_half_is_rounded_up_as_by_hand() -> None:
    assert Share.of(1, 16).percent == 6.3
    assert Share.of(1, 2000).percent == 0.1


async def test_whoever_the_client_was_handed_on_to_counts_from_that_day(roster: Running) -> None:
    """Tom 2 and Sandra 1 before the 16th, Sandra 3 and Tom 1 from then on: 2 and 3 of 7 by whoever was named."""
    nurse, of_edith = await roster.nurse("roster"), uuid7()
    await hear(roster, episode(EDITH, episode_of_care_id=of_edith, named_nurse_id=TOM, deputy_id=RUTH))
    handed_on = {
        "episode_of_care_id": str(of_edith),
        "client_id": str(EDITH),
        "team_id": str(TEAM),
        "named_nurse_id": str(SANDRA),
        "deputy_id": str(RUTH),
        "reason": "leave",
        "changed_on": "2026-11-16",
    }
    await hear(roster, ("caseload.named_nurse.changed.v1", handed_on), version=2)
    await visited(roster, EDITH, of_edith, {TOM: 2, SANDRA: 1}, started_at="2026-11-15T10:00:00Z")
    await visited(roster, EDITH, of_edith, {TOM: 1, SANDRA: 3}, started_at="2026-11-16T10:00:00Z")
    answer = await nurse.get("/v1/continuity", params=MONTH)
    (edith,) = answer.json()["clients"]
    assert (edith["named_or_deputy"]["numerator"], edith["named_or_deputy"]["denominator"]) == (5, 7)


async def test_the_named_nurses_days_are_the_ceiling_and_nights_are_apart(roster: Running) -> None:
    nurse, of_edith, of_walter = await roster.nurse("roster"), uuid7(), uuid7()
    await hear(roster, episode(EDITH, episode_of_care_id=of_edith, named_nurse_id=RUTH, deputy_id=TOM))
    await hear(roster, episode(WALTER, episode_of_care_id=of_walter, named_nurse_id=TOM, deputy_id=SANDRA))
    for day in (23, 24, 25):
        await visited(roster, EDITH, of_edith, {RUTH: 1}, started_at=f"2026-11-{day}T10:00:00Z")
    await visited(roster, WALTER, of_walter, {RUTH: 1}, started_at="2026-11-24T11:00:00Z")
    for minute in ("23:00", "05:59"):
        await visited(roster, EDITH, of_edith, {SANDRA: 1}, started_at=f"2026-11-24T{minute}:00Z")
    await visited(roster, EDITH, of_edith, {SANDRA: 1}, started_at="2026-11-24T22:59:00Z")
    # Ruth is on shift on the 24th, and in the night to the 26th from the 25th on.
    night = {"starts_at": "2026-11-25T23:30:00Z", "ends_at": "2026-11-26T07:00:00Z"}
    for shift in (a_shift(), a_shift(**night)):
        assert (await nurse.post("/v1/shifts", json=shift)).status_code == 201
    found = (await nurse.get("/v1/continuity", params=MONTH)).json()
    edith, walter = found["clients"]
    assert (found["contacts"], found["night_contacts"], found["least_continuous"]) == (5, 2, [str(WALTER), str(EDITH)])
    assert edith["achievable"] == {"numerator": 2, "denominator": 3, "percent": 66.7}
    # Ruth, Ruth, Sandra, Ruth: one of three contacts is by whoever made the one before.
    assert edith["secon"] == 0.3333
    assert walter["achievable"]["percent"] == 0.0
