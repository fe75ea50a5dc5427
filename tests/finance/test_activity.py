"""A contact becomes lines, each is costed once its band is known, and the pence add up."""

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import text
from uuid6 import uuid7

from services.common.auth import SYSTEM, Persona
from services.finance.domain.activity import ActivityLine, cost_contact
from services.finance.domain.cost import HourlyCost
from services.finance.events import ActivityCosted
from tests.finance.facts import CONTACT, CONTRACT, NOVEMBER, a_contact, a_contract, journals, lines, office
from tests.running import DEPUTY, NURSE, OTHER_TEAM, STRANGER, TEAM, Running

BAND_5, BAND_4 = 2426, 2082
MIXED = (("nursing", 20), ("personal_care", 25), ("wider_support", 10))


async def test_anonymous_is_refused(finance: Running) -> None:
    nobody = await finance.client("finance", None)
    for path in ("activity-lines", f"activity-costs?team_id={TEAM}"):
        answer = await nobody.get(f"/v1/{path}")
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_contact_becomes_one_line_for_each_segment(finance: Running) -> None:
    contact = a_contact(*MIXED)
    await finance.deliver("finance", CONTACT, contact)
    found = await lines(finance)
    assert [(line["id"], line["activity_type"], line["minutes"]) for line in found] == [
        (part["care_activity_id"], part["activity_type"], part["minutes"]) for part in contact["segments"]
    ]
    assert {line["client_id"] for line in found} == {contact["client_id"]}
    assert {line["occurred_on"] for line in found} == {"2026-11-10"}


async def test_the_day_of_a_line_is_the_day_in_england(finance: Running) -> None:
    await finance.deliver("finance", CONTACT, a_contact(started_at="2026-06-30T23:30:00Z"))
    nurse = await finance.nurse("finance")
    found = (await nurse.get("/v1/activity-lines?from_on=2026-07-01&to_on=2026-07-01")).json()["items"]
    assert [line["occurred_on"] for line in found] == ["2026-07-01"]


async def test_a_line_waits_uncosted_until_the_contract_arrives(finance: Running) -> None:
    contact = a_contact(*MIXED)
    await finance.deliver("finance", CONTACT, contact)
    assert [(line["band"], line["cost_pence"]) for line in await lines(finance)] == [(None, None)] * 3
    assert await finance.published("finance", ActivityCosted) == []
    await finance.deliver("finance", CONTRACT, a_contract())
    costed = await lines(finance)
    assert {line["band"] for line in costed} == {"5"}
    assert sum(line["cost_pence"] for line in costed) == 2224


async def test_a_contract_known_before_the_contact_gives_the_same_cost(finance: Running) -> None:
    await finance.deliver("finance", CONTRACT, a_contract())
    await finance.deliver("finance", CONTACT, a_contact(*MIXED))
    costed = await lines(finance)
    assert [line["cost_pence"] for line in costed] == [809, 1011, 404]
    assert costed[0]["explanation"]["pence_per_hour"] == BAND_5
    assert costed[0]["explanation"]["contact_minutes"] == 55
    assert costed[0]["explanation"]["contact_pence"] == 2224


async def test_a_contact_and_a_contract_that_arrive_at_once_do_not_miss_each_other(finance: Running) -> None:
    for _ in range(5):
        employee = str(uuid7())
        await asyncio.gather(
            finance.deliver("finance", CONTACT, a_contact(employee_id=employee)),
            finance.deliver("finance", CONTRACT, a_contract(employee_id=employee)),
        )
    assert [line["band"] for line in await lines(finance)] == ["5"] * 5


async def test_a_wholly_costed_contact_is_told_and_entered_in_the_ledger_once(finance: Running) -> None:
    contact, contract = a_contact(*MIXED), a_contract()
    for name, data in ((CONTACT, contact), (CONTRACT, contract), (CONTACT, contact), (CONTRACT, contract)):
        await finance.deliver("finance", name, data)
    told = await finance.published("finance", ActivityCosted)
    assert len(told) == 1
    assert told[0].data | {"costed_at": ""} == {
        "care_contact_id": contact["care_contact_id"],
        "team_id": str(TEAM),
        "cost_pence": 2224,
        "minutes": 55,
        "costed_at": "",
    }
    [(journal, entered)] = await journals(finance)
    assert str(journal.source_id) == contact["care_contact_id"]
    assert journal.entry_on.isoformat() == "2026-11-10"
    assert entered == [("care_staff_cost", 2224, None), ("pooled_fund", -2224, None)]
    assert len(await lines(finance)) == 3


async def test_a_contract_with_another_team_costs_nothing_of_this_one(finance: Running) -> None:
    """A contact given as cover waits until the employee has terms with the team whose client it was."""
    await finance.deliver("finance", CONTRACT, a_contract(band="7", team_id=str(OTHER_TEAM), from_on="2026-10-01"))
    await finance.deliver("finance", CONTACT, a_contact())
    assert [(line["band"], line["cost_pence"]) for line in await lines(finance)] == [(None, None)]
    assert await finance.published("finance", ActivityCosted) == []
    await finance.deliver("finance", CONTRACT, a_contract(band="6"))
    assert [line["band"] for line in await lines(finance)] == ["6"]
    await finance.deliver("finance", CONTACT, a_contact())
    assert [line["band"] for line in await lines(finance)] == ["6", "6"]


@pytest.mark.parametrize("order", [1, -1])
async def test_of_several_contracts_with_the_team_the_one_begun_last_counts(finance: Running, order: int) -> None:
    """Of those begun on one day, the one with the highest id: never the one that happened to arrive first."""
    first, second, third = sorted(str(uuid7()) for _ in range(3))
    contracts = [
        a_contract(contract_id=third, band="4", from_on="2026-01-01"),
        a_contract(contract_id=second, band="6", from_on="2026-10-01"),
        a_contract(contract_id=first, band="7", from_on="2026-10-01"),
    ]
    for contract in contracts[::order]:
        await finance.deliver("finance", CONTRACT, contract)
    await finance.deliver("finance", CONTACT, a_contact())
    assert [line["band"] for line in await lines(finance)] == ["6"]


@pytest.mark.parametrize("days", [{"from_on": "2026-11-11"}, {"until_on": "2026-11-09"}])
async def test_a_contract_counts_only_on_its_own_days(finance: Running, days: dict[str, Any]) -> None:
    await finance.deliver("finance", CONTRACT, a_contract(**days))
    await finance.deliver("finance", CONTACT, a_contact())
    assert [line["band"] for line in await lines(finance)] == [None]


async def test_an_older_state_of_a_contract_that_arrives_late_changes_nothing(finance: Running) -> None:
    contract = a_contract(band="6")
    await finance.deliver("finance", CONTRACT, contract, version=2)
    await finance.deliver("finance", CONTRACT, contract | {"band": "5"}, version=1)
    await finance.deliver("finance", CONTACT, a_contact())
    assert [line["band"] for line in await lines(finance)] == ["6"]


async def test_a_band_without_a_rate_waits(finance: Running) -> None:
    await finance.deliver("finance", CONTRACT, a_contract(band="council grade 7"))
    await finance.deliver("finance", CONTACT, a_contact())
    assert [(line["band"], line["cost_pence"]) for line in await lines(finance)] == [(None, None)]
    assert await journals(finance) == []


async def test_social_care_is_costed_by_the_band_of_who_gave_it(finance: Running) -> None:
    """A nurse of band 5 and an assistant practitioner of band 4 give the same hour of personal care."""
    await finance.deliver("finance", CONTRACT, a_contract())
    await finance.deliver("finance", CONTRACT, a_contract(employee_id=str(DEPUTY), band="4"))
    await finance.deliver("finance", CONTACT, a_contact(("personal_care", 60)))
    await finance.deliver("finance", CONTACT, a_contact(("personal_care", 60), employee_id=str(DEPUTY)))
    await finance.deliver("finance", CONTACT, a_contact(("nursing", 30), ("wider_support", 30)))
    await finance.deliver("finance", CONTACT, a_contact(("personal_care", 45), employee_id=str(STRANGER)))
    nurse = await finance.nurse("finance")
    answer = await nurse.get(f"/v1/activity-costs?team_id={TEAM}&{NOVEMBER}")
    assert answer.status_code == 200, answer.text
    assert [tuple(item.values()) for item in answer.json()["items"]] == [
        ("nursing", "5", 30, BAND_5 // 2, BAND_5, False),
        ("personal_care", "4", 60, BAND_4, BAND_4, False),
        ("personal_care", "5", 60, BAND_5, BAND_5, False),
        ("personal_care", None, 45, None, None, False),
        ("wider_support", "5", 30, BAND_5 // 2, BAND_5, False),
    ]


async def test_the_finance_office_sees_lines_without_their_client(finance: Running) -> None:
    contact = a_contact()
    await finance.deliver("finance", CONTACT, contact)
    answer = await (await office(finance)).get(f"/v1/activity-lines?team_id={TEAM}&{NOVEMBER}")
    assert answer.status_code == 200
    [line] = answer.json()["items"]
    assert "client_id" not in line
    assert contact["client_id"] not in answer.text


async def test_another_teams_lines_and_costs_do_not_exist_for_a_nurse(finance: Running) -> None:
    await finance.deliver("finance", CONTACT, a_contact())
    stranger = await finance.client("finance", STRANGER)
    assert (await stranger.get(f"/v1/activity-lines?{NOVEMBER}")).json()["items"] == []
    assert (await stranger.get(f"/v1/activity-lines?team_id={TEAM}&{NOVEMBER}")).json()["items"] == []
    hidden = await stranger.get(f"/v1/activity-costs?team_id={TEAM}&{NOVEMBER}")
    absent = await stranger.get(f"/v1/activity-costs?team_id={uuid7()}&{NOVEMBER}")
    assert hidden.status_code == absent.status_code == 404
    assert {**hidden.json(), "instance": ""} == {**absent.json(), "instance": ""}


async def test_lines_are_for_the_team_and_the_finance_office_only(finance: Running) -> None:
    for persona in set(Persona) - {Persona.NURSE, Persona.FINANCE}:
        client = await finance.client("finance", NURSE, persona)
        answer = await client.get(f"/v1/activity-lines?{NOVEMBER}")
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_lines_come_in_pages(finance: Running) -> None:
    await finance.deliver("finance", CONTACT, a_contact(*MIXED))
    nurse = await finance.nurse("finance")
    first = (await nurse.get(f"/v1/activity-lines?{NOVEMBER}&limit=2")).json()
    second = (await nurse.get(f"/v1/activity-lines?{NOVEMBER}&limit=2&cursor={first['next_cursor']}")).json()
    assert [len(page["items"]) for page in (first, second)] == [2, 1]
    assert second["next_cursor"] is None


@pytest.mark.parametrize(("table", "column"), [("activity_line", "occurred_on"), ("reablement_episode", "started_on")])
async def test_a_list_of_all_teams_finds_its_days_by_an_index(finance: Running, table: str, column: str) -> None:
    by_column = text("select count(*) from pg_indexes where tablename = :table and indexdef like :columns")
    async with finance.databases["finance"].transaction(SYSTEM) as tx:
        found = await tx.session.scalar(by_column, {"table": table, "columns": f"%({column}, id)"})
    assert found == 1


@pytest.mark.parametrize("path", ["activity-lines?", f"activity-costs?team_id={TEAM}&"])
async def test_a_period_that_ends_before_it_starts_is_refused(finance: Running, path: str) -> None:
    nurse = await finance.nurse("finance")
    answer = await nurse.get(f"/v1/{path}from_on=2026-11-30&to_on=2026-11-01")
    assert (answer.status_code, answer.json()["code"]) == (422, "period_reversed")
    assert answer.json()["errors"][0]["pointer"] == "/query/to_on"
    assert answer.json()["errors"][0]["way_out"]


@given(some.integers(1, 20_000), some.lists(some.integers(1, 1440), min_size=1, max_size=20))
def test_the_costs_of_the_segments_add_up_to_the_cost_of_the_contact(pence_per_hour: int, minutes: list[int]) -> None:
    made = [ActivityLine(minutes=each) for each in minutes]
    now: Any = None
    pence = cost_contact(made, HourlyCost("5", pence_per_hour, {}), now)
    assert sum(line.cost_pence or 0 for line in made) == pence
    assert abs(pence * 60 - pence_per_hour * sum(minutes)) <= 30
