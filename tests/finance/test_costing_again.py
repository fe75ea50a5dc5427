"""The same facts give the same cost in whatever order they are heard: another contract costs a contact again."""

from itertools import permutations
from typing import Any

import pytest
from uuid6 import uuid7

from services.finance.events import ActivityCosted
from services.finance.main import SERVICE as FINANCE
from services.governance.main import SERVICE as GOVERNANCE
from tests.finance.facts import CONTACT, CONTRACT, NOVEMBER, a_budget, a_contact, a_contract, journals, lines, office
from tests.running import OTHER_TEAM, TEAM, Databases, Running, running, until

BAND_5_PENCE, BAND_6_PENCE = 3033, 3706
Fact = tuple[str, dict[str, Any]]


async def heard(finance: Running, *facts: Fact) -> None:
    for name, data in facts:
        await finance.deliver("finance", name, data)


async def entered(finance: Running) -> list[tuple[str, int]]:
    """Every journal with its pence, oldest first."""
    return [(journal.kind, postings[0][1]) for journal, postings in await journals(finance)]


async def told(finance: Running) -> list[tuple[int, int | None]]:
    """The versions of the cost that others were told of, oldest first."""
    events = await finance.published("finance", ActivityCosted)
    return [(event.aggregateversion, event.data["cost_pence"]) for event in events]


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_the_same_facts_give_the_same_cost_in_any_order(finance: Running, order: tuple[int, ...]) -> None:
    facts = [(CONTRACT, a_contract()), (CONTRACT, a_contract(band="6", from_on="2026-11-01")), (CONTACT, a_contact())]
    await heard(finance, *(facts[place] for place in order))
    [line] = await lines(finance)
    assert (line["band"], line["cost_pence"]) == ("6", BAND_6_PENCE)
    assert line["explanation"]["contact_pence"] == BAND_6_PENCE
    assert sum(pence for _, pence in await entered(finance)) == BAND_6_PENCE
    assert max(await told(finance))[1] == BAND_6_PENCE


async def test_a_late_contract_corrects_the_ledger_and_tells_the_next_version(finance: Running) -> None:
    contact = a_contact(("nursing", 20), ("personal_care", 55))
    late = a_contract(band="6", from_on="2026-11-01")
    await heard(finance, (CONTRACT, a_contract()), (CONTACT, contact), (CONTRACT, late), (CONTRACT, late))
    assert {line["band"] for line in await lines(finance)} == {"6"}
    assert await entered(finance) == [
        ("contact_costed", BAND_5_PENCE),
        ("cost_corrected", BAND_6_PENCE - BAND_5_PENCE),
    ]
    assert {str(journal.source_id) for journal, _ in await journals(finance)} == {contact["care_contact_id"]}
    assert await told(finance) == [(2, BAND_5_PENCE), (3, BAND_6_PENCE)]
    first, second = await finance.published("finance", ActivityCosted)
    assert first.subject == second.subject


async def test_only_what_the_contract_counts_for_is_costed_again(finance: Running) -> None:
    before, elsewhere = a_contact(started_at="2026-11-05T09:30:00Z"), a_contact(team_id=str(OTHER_TEAM))
    await heard(
        finance,
        (CONTRACT, a_contract()),
        (CONTRACT, a_contract(team_id=str(OTHER_TEAM))),
        (CONTACT, before),
        (CONTACT, elsewhere),
        (CONTACT, a_contact()),
        (CONTRACT, a_contract(band="6", from_on="2026-11-06")),
    )
    assert [line["band"] for line in await lines(finance)] == ["5", "6"]
    assert len(await told(finance)) == 4
    assert sum(pence for _, pence in await entered(finance)) == 2 * BAND_5_PENCE + BAND_6_PENCE


async def test_a_contract_that_ended_before_the_day_leaves_the_contact_waiting(finance: Running) -> None:
    contract = a_contract()
    await heard(finance, (CONTRACT, contract), (CONTACT, a_contact()))
    await finance.deliver("finance", CONTRACT, contract | {"until_on": "2026-11-09"}, version=2)
    [line] = await lines(finance)
    assert (line["band"], line["cost_pence"], line["explanation"]) == (None, None, None)
    await finance.deliver("finance", CONTRACT, contract | {"until_on": "2026-11-10"}, version=3)
    assert [line["cost_pence"] for line in await lines(finance)] == [BAND_5_PENCE]
    assert [pence for _, pence in await entered(finance)] == [BAND_5_PENCE, -BAND_5_PENCE, BAND_5_PENCE]
    assert [pence for _, pence in await told(finance)] == [BAND_5_PENCE, None, BAND_5_PENCE]


@pytest.mark.parametrize("agreed_after_it_was_costed", [True, False])
async def test_the_budget_pays_what_the_contact_costs_now(finance: Running, agreed_after_it_was_costed: bool) -> None:
    books, budget = await office(finance), a_budget()
    if not agreed_after_it_was_costed:
        assert (await books.post("/v1/budgets", json=budget)).status_code == 201
    await heard(finance, (CONTRACT, a_contract()), (CONTACT, a_contact()))
    if agreed_after_it_was_costed:
        assert (await books.post("/v1/budgets", json=budget)).status_code == 201
    await heard(finance, (CONTRACT, a_contract(band="6", from_on="2026-11-01")))
    standing = (await books.get(f"/v1/budgets/{budget['id']}?as_of=2026-11-30")).json()
    assert standing["spent_pence"] == BAND_6_PENCE


async def test_the_teams_measures_follow_the_cost_of_the_ledger(databases: Databases) -> None:
    contact, contract = a_contact(), a_contract()
    async with running(databases, FINANCE, GOVERNANCE) as system:
        await system.join("governance")
        nurse = await system.nurse("governance")

        async def cost() -> tuple[int, int]:
            items = (await nurse.get(f"/v1/measures?team_id={TEAM}&{NOVEMBER}")).json()["items"]
            found = next(item for item in items if item["code"] == "care_cost_pence")
            return found["value"], found["denominator"]

        async def is_now(*expected: int) -> None:
            async def follows() -> bool:
                return await cost() == expected

            await until(follows)

        await system.deliver("governance", CONTACT, contact)
        await heard(system, (CONTRACT, contract), (CONTACT, contact))
        await is_now(BAND_5_PENCE, 1)
        later = a_contract(contract_id=str(uuid7()), band="6", from_on="2026-11-01")
        await heard(system, (CONTRACT, later))
        await is_now(BAND_6_PENCE, 1)
        for gone in (contract, later):
            await system.deliver("finance", CONTRACT, gone | {"until_on": "2026-11-02"}, version=2)
        await is_now(0, 0)
