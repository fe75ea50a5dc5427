"""A pooled budget: who pledged, who has paid, what was spent, and where the present pace leads."""

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from uuid6 import uuid7

from services.common.auth import Persona
from services.finance.domain.budget import Budget, Contribution, last_day, statement
from tests.finance.facts import CONTACT, CONTRACT, a_budget, a_contact, a_contract, journals, office
from tests.running import NURSE, OTHER_TEAM, STRANGER, TEAM, Running


async def agreed(finance: Running, **changes: Any) -> dict[str, Any]:
    answer = await (await office(finance)).post("/v1/budgets", json=a_budget(**changes))
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_anonymous_is_refused(finance: Running) -> None:
    nobody = await finance.client("finance", None)
    assert (await nobody.post("/v1/budgets", json=a_budget())).status_code == 401
    assert (await nobody.get("/v1/budgets")).status_code == 401
    assert (await nobody.get(f"/v1/budgets/{uuid7()}")).status_code == 401
    for step in ("paid", "invoiced"):
        answer = await nobody.post(f"/v1/budgets/{uuid7()}/contributions/{uuid7()}/{step}", json={})
        assert answer.status_code == 401


async def test_a_pooled_budget_shows_its_parts_its_months_what_was_spent_and_a_forecast(
    finance: Running,
) -> None:
    """£200,000 and four times £50,000 for twelve months; 75 minutes of band 5 in the first fourteen days."""
    budget = await agreed(finance)
    await finance.deliver("finance", CONTRACT, a_contract())
    await finance.deliver("finance", CONTACT, a_contact())
    nurse = await finance.nurse("finance")
    answer = await nurse.get(f"/v1/budgets/{budget['id']}?as_of=2026-11-14")
    assert answer.status_code == 200, answer.text
    standing = answer.json()
    assert standing["total_pence"] == 40_000_000
    assert [part["pledged_pence"] for part in standing["contributions"]] == [20_000_000] + [5_000_000] * 4
    assert (standing["months"], standing["starts_on"], standing["ends_on"]) == (12, "2026-11-01", "2027-10-31")
    assert (standing["days_gone"], standing["days_all"]) == (14, 365)
    assert standing["spent_pence"] == 3_033
    assert standing["remaining_pence"] == 40_000_000 - 3_033
    assert standing["expected_pence"] == 1_534_247
    assert standing["forecast_pence"] == 79_075


async def test_an_unpaid_pledge_is_shown(finance: Running) -> None:
    budget = await agreed(finance)
    client = await office(finance)
    fund, council, *_ = budget["contributions"]
    for part, step, pence in (
        (fund, "invoiced", 20_000_000),
        (fund, "paid", 20_000_000),
        (council, "invoiced", 2_500_000),
        (council, "paid", 1_000_000),
    ):
        path = f"/v1/budgets/{budget['id']}/contributions/{part['id']}/{step}"
        answer = await client.post(path, json={f"{step}_pence": pence})
        assert answer.status_code == 200, answer.text
    shown = (await client.get(f"/v1/budgets/{budget['id']}")).json()["contributions"]
    figures = ("pledged_pence", "invoiced_pence", "paid_pence", "unpaid_pence", "unpaid")
    assert [tuple(part[name] for name in figures) for part in shown[:3]] == [
        (20_000_000, 20_000_000, 20_000_000, 0, False),
        (5_000_000, 2_500_000, 1_000_000, 4_000_000, True),
        (5_000_000, 0, 0, 5_000_000, True),
    ]


async def test_there_is_no_forecast_before_day_14(finance: Running) -> None:
    budget = await agreed(finance)
    nurse = await finance.nurse("finance")
    standing = (await nurse.get(f"/v1/budgets/{budget['id']}?as_of=2026-11-13")).json()
    assert (standing["days_gone"], standing["forecast_pence"]) == (13, None)
    earlier = (await nurse.get(f"/v1/budgets/{budget['id']}?as_of=2026-10-01")).json()
    assert (earlier["days_gone"], earlier["expected_pence"], earlier["forecast_pence"]) == (0, 0, None)


def test_on_the_last_day_and_after_it_the_forecast_is_what_was_spent() -> None:
    budget = Budget(name="", team_id=TEAM, months=12, starts_on=date(2026, 11, 1), ends_on=date(2027, 10, 31))
    pledge = Contribution(pledged_pence=100, invoiced_pence=0, paid_pence=0)
    for day in (date(2027, 10, 31), date(2028, 6, 1)):
        found = statement(budget, [pledge], 117, day)
        assert (found.forecast_pence, found.expected_pence, found.remaining_pence) == (117, 100, -17)


@pytest.mark.parametrize(
    ("starts_on", "months", "ends_on"),
    [
        ("2026-11-01", 12, "2027-10-31"),
        ("2026-11-15", 1, "2026-12-14"),
        ("2026-12-31", 2, "2027-02-28"),
        ("2027-02-28", 12, "2028-02-27"),
        ("2027-12-01", 1, "2027-12-31"),
    ],
)
def test_a_budget_ends_the_day_before_the_same_day_of_the_month(starts_on: str, months: int, ends_on: str) -> None:
    assert last_day(date.fromisoformat(starts_on), months) == date.fromisoformat(ends_on)


async def test_what_is_spent_counts_from_its_day_on_and_only_within_the_budget(finance: Running) -> None:
    budget = await agreed(finance)
    await finance.deliver("finance", CONTRACT, a_contract())
    for day in ("2026-10-31", "2026-11-01", "2026-11-20"):
        await finance.deliver("finance", CONTACT, a_contact(started_at=f"{day}T10:00:00Z"))
    nurse = await finance.nurse("finance")

    async def spent(as_of: str) -> int:
        pence: int = (await nurse.get(f"/v1/budgets/{budget['id']}?as_of={as_of}")).json()["spent_pence"]
        return pence

    assert [await spent(day) for day in ("2026-10-31", "2026-11-01", "2026-11-19", "2026-11-20")] == [
        0,
        3_033,
        3_033,
        6_066,
    ]
    by_day = {journal.entry_on.isoformat(): entered for journal, entered in await journals(finance)}
    assert {line[2] for line in by_day["2026-10-31"]} == {None}
    assert {line[2] for line in by_day["2026-11-20"]} == {UUID(budget["id"])}


async def test_a_budget_agreed_late_takes_up_what_its_days_have_cost_already(finance: Running) -> None:
    await finance.deliver("finance", CONTRACT, a_contract())
    for day in ("2026-10-31", "2026-11-10", "2026-11-10", "2026-11-20"):
        await finance.deliver("finance", CONTACT, a_contact(started_at=f"{day}T10:00:00Z"))
    await finance.deliver("finance", CONTACT, a_contact(team_id=str(OTHER_TEAM)))
    budget = await agreed(finance)
    nurse = await finance.nurse("finance")
    read = await nurse.get(f"/v1/budgets/{budget['id']}?as_of=2026-11-19")
    assert read.json()["spent_pence"] == 2 * 3_033
    taken = [entered for journal, entered in await journals(finance) if journal.kind == "cost_taken_up"]
    mine = UUID(budget["id"])
    assert taken[0] == [
        ("care_staff_cost", -6_066, None),
        ("pooled_fund", 6_066, None),
        ("care_staff_cost", 6_066, mine),
        ("pooled_fund", -6_066, mine),
    ]
    assert len(taken) == 2


async def test_a_budget_and_a_contact_at_once_do_not_miss_each_other(finance: Running) -> None:
    await finance.deliver("finance", CONTRACT, a_contract())
    client, budget = await office(finance), a_budget()
    contacts = [finance.deliver("finance", CONTACT, a_contact()) for _ in range(6)]
    answer, *_ = await asyncio.gather(client.post("/v1/budgets", json=budget), *contacts)
    assert answer.status_code == 201
    standing = (await client.get(f"/v1/budgets/{budget['id']}?as_of=2026-11-30")).json()
    assert standing["spent_pence"] == 6 * 3_033


async def test_a_team_has_one_budget_on_any_day(finance: Running) -> None:
    await agreed(finance)
    client = await office(finance)
    answer = await client.post("/v1/budgets", json=a_budget(starts_on="2027-10-31"))
    assert (answer.status_code, answer.json()["code"]) == (409, "budget_overlaps")
    assert answer.json()["errors"][0]["pointer"] == "/body/starts_on"
    assert answer.json()["errors"][0]["way_out"]
    assert (await client.post("/v1/budgets", json=a_budget(starts_on="2027-11-01"))).status_code == 201
    assert (await client.post("/v1/budgets", json=a_budget(team_id=str(OTHER_TEAM)))).status_code == 201


async def test_a_budget_sent_again_is_kept_once(finance: Running) -> None:
    client, budget = await office(finance), a_budget()
    keyed = {"Idempotency-Key": str(uuid7())}
    first = await client.post("/v1/budgets", json=budget, headers=keyed)
    again = await client.post("/v1/budgets", json=budget, headers=keyed)
    assert first.json() == again.json()
    unkeyed = await client.post("/v1/budgets", json=budget | {"team_id": str(OTHER_TEAM)})
    assert (unkeyed.status_code, unkeyed.json()["code"]) == (409, "already_recorded")


async def test_money_is_whole_pence_and_more_than_nothing(finance: Running) -> None:
    client = await office(finance)
    for pence in (1.5, 100.0, "100", -1, 0, None, 10**13):
        parts = [{"id": str(uuid7()), "party": "County council", "pledged_pence": pence}]
        answer = await client.post("/v1/budgets", json=a_budget(contributions=parts))
        assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
        assert answer.json()["errors"][0]["pointer"] == "/body/contributions/0/pledged_pence"


async def test_a_budget_that_makes_no_sense_is_refused(finance: Running) -> None:
    client = await office(finance)
    for changes in (
        {"months": 0},
        {"months": 121},
        {"contributions": []},
        {"name": " "},
        {"starts_on": 20261101},
        {"surplus": 1},
        {"contributions": [{"id": str(uuid7()), "party": p, "pledged_pence": 1} for p in ("Trust", "trust")]},
        {"contributions": [{"id": str(uuid7()), "party": "Trust", "pledged_pence": 1, "paid_pence": 2}]},
    ):
        answer = await client.post("/v1/budgets", json=a_budget(**changes))
        assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")


@pytest.mark.parametrize("step", ["paid", "invoiced"])
async def test_nobody_is_invoiced_for_or_pays_more_than_it_pledged(finance: Running, step: str) -> None:
    budget, client = await agreed(finance), await office(finance)
    path = f"/v1/budgets/{budget['id']}/contributions/{budget['contributions'][1]['id']}/{step}"
    answer = await client.post(path, json={f"{step}_pence": 5_000_001})
    assert (answer.status_code, answer.json()["code"]) == (422, "more_than_pledged")
    assert answer.json()["errors"][0]["pointer"] == f"/body/{step}_pence"
    assert (await client.post(path, json={f"{step}_pence": 5_000_000})).status_code == 200


async def test_a_payment_makes_another_version_of_the_budget(finance: Running) -> None:
    budget, client = await agreed(finance), await office(finance)
    path = f"/v1/budgets/{budget['id']}"
    before = (await client.get(path)).headers["etag"]
    await client.post(f"{path}/contributions/{budget['contributions'][0]['id']}/paid", json={"paid_pence": 1})
    assert (before, (await client.get(path)).headers["etag"]) == ('"1"', '"2"')


async def test_a_contribution_is_found_under_its_own_budget_only(finance: Running) -> None:
    mine, other = await agreed(finance), await agreed(finance, team_id=str(OTHER_TEAM))
    client = await office(finance)
    part = mine["contributions"][0]["id"]
    for path in (f"{other['id']}/contributions/{part}", f"{mine['id']}/contributions/{uuid7()}"):
        answer = await client.post(f"/v1/budgets/{path}/paid", json={"paid_pence": 1})
        assert (answer.status_code, answer.json()["detail"]) == (404, "There is no such contribution for you.")


async def test_budgets_are_listed_with_their_totals(finance: Running) -> None:
    mine, other = await agreed(finance), await agreed(finance, team_id=str(OTHER_TEAM))
    client, nurse = await office(finance), await finance.nurse("finance")
    listed = (await client.get("/v1/budgets")).json()["items"]
    assert [(budget["id"], budget["total_pence"]) for budget in listed] == [
        (mine["id"], 40_000_000),
        (other["id"], 40_000_000),
    ]
    one_team = (await client.get(f"/v1/budgets?team_id={OTHER_TEAM}")).json()["items"]
    assert [budget["id"] for budget in one_team] == [other["id"]]
    assert [budget["id"] for budget in (await nurse.get("/v1/budgets")).json()["items"]] == [mine["id"]]


async def test_who_answers_for_the_money_reads_the_budget(finance: Running) -> None:
    budget = await agreed(finance)
    for persona in (Persona.FINANCE, Persona.COACH, Persona.HEATSHIELD, Persona.STEERING, Persona.COMMISSIONER):
        client = await finance.client("finance", UUID(int=5), persona)
        assert (await client.get(f"/v1/budgets/{budget['id']}")).json()["total_pence"] == 40_000_000


async def test_around_the_team_a_budget_is_told_as_it_stood_at_a_months_end(finance: Running) -> None:
    """What was spent by two days could be taken from each other, and leave the cost of one client."""
    budget = await agreed(finance, starts_on="2026-04-01")
    await finance.deliver("finance", CONTRACT, a_contract())
    for day in ("2026-04-10", "2026-05-10"):
        await finance.deliver("finance", CONTACT, a_contact(started_at=f"{day}T10:00:00Z"))
    path = f"/v1/budgets/{budget['id']}"
    for persona in (Persona.COACH, Persona.HEATSHIELD, Persona.STEERING, Persona.COMMISSIONER):
        client = await finance.client("finance", UUID(int=5), persona)
        for as_of in ("2026-04-10", "2026-05-01", "2099-12-31"):
            refused = await client.get(f"{path}?as_of={as_of}")
            assert (refused.status_code, refused.json()["code"]) == (422, "not_a_months_end")
        standings = [(await client.get(f"{path}?as_of={day}")).json() for day in ("2026-04-30", "2026-05-31")]
        assert [standing["spent_pence"] for standing in standings] == [3_033, 6_066]
        latest = (await client.get(path)).json()["as_of"]
        assert (date.fromisoformat(latest) + timedelta(days=1)).day == 1
    for client in (await finance.nurse("finance"), await office(finance)):
        assert (await client.get(f"{path}?as_of=2026-04-10")).json()["spent_pence"] == 3_033


async def test_another_teams_budget_does_not_exist_for_a_nurse(finance: Running) -> None:
    budget = await agreed(finance)
    stranger = await finance.client("finance", STRANGER)
    hidden = await stranger.get(f"/v1/budgets/{budget['id']}")
    absent = await stranger.get(f"/v1/budgets/{uuid7()}")
    assert hidden.status_code == absent.status_code == 404
    assert {**hidden.json(), "instance": ""} == {**absent.json(), "instance": ""}


async def test_who_has_nothing_to_do_with_money_is_refused(finance: Running) -> None:
    budget = await agreed(finance)
    for persona in (Persona.HR, Persona.COUNCIL, Persona.OPS, Persona.SOCIAL_WORKER, Persona.INTEGRATOR):
        client = await finance.client("finance", NURSE, persona)
        for path in ("/v1/budgets", f"/v1/budgets/{budget['id']}"):
            assert (await client.get(path)).status_code == 403


async def test_only_the_finance_office_agrees_budgets_and_records_payments(finance: Running) -> None:
    budget = await agreed(finance)
    part = f"/v1/budgets/{budget['id']}/contributions/{budget['contributions'][0]['id']}"
    for persona in (Persona.NURSE, Persona.COACH, Persona.HEATSHIELD, Persona.STEERING, Persona.COMMISSIONER):
        client = await finance.client("finance", NURSE, persona)
        assert (await client.post("/v1/budgets", json=a_budget(starts_on="2028-01-01"))).status_code == 403
        for step in ("paid", "invoiced"):
            answer = await client.post(f"{part}/{step}", json={f"{step}_pence": 1})
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
