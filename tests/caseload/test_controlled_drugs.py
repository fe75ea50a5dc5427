"""Controlled drugs: the balance follows each dose and delivery, two people count, and it is never below zero."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from services.caseload.events import IncidentRaised
from services.common.auth import SYSTEM
from tests.caseload.medicating import Giving, as_needed, giving
from tests.caseload.story import new_id
from tests.running import DEPUTY, NURSE, STRANGER, Running

AT = "2026-11-03T09:00:00Z"
TABLETS = {"controlled": {"unit": "tablet", "per_dose": 2}}


@pytest.fixture
async def given(caseload: Running) -> Giving:
    return await giving(caseload)


async def moved(given: Giving, medicine: str, movement: str, quantity: int, *, by: Any = None) -> Any:
    body = {"id": new_id(), "medicine_id": medicine, "movement": movement, "quantity": quantity, "happened_at": AT}
    return await (by or given.nurse).post("/v1/stock-entries", json=body)


async def stocked(given: Giving, quantity: int) -> str:
    medicine = await given.medicine(drug="Morphine 10 mg tablets", **as_needed(), **TABLETS)
    assert (await moved(given, medicine, "delivered", quantity)).status_code == 201
    return medicine


async def counted(given: Giving, medicine: str, number: int) -> Any:
    body = {"id": new_id(), "medicine_id": medicine, "counted": number}
    answer = await given.nurse.post("/v1/stock-counts", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def confirmed(given: Giving, count: Any, by: Any) -> Any:
    return await by.post(f"/v1/stock-counts/{count['id']}/confirm")


async def balance(given: Giving, medicine: str) -> int:
    return int((await given.read(medicine))["stock"])


async def register(given: Giving, medicine: str) -> list[tuple[str, int, int]]:
    found = await given.nurse.get("/v1/stock-entries", params={"medicine_id": medicine})
    return [(one["movement"], one["change"], one["balance"]) for one in found.json()["items"]]


async def test_anonymous_is_refused(caseload: Running) -> None:
    nobody = await caseload.client("caseload", None)
    assert (await nobody.get("/v1/stock-entries")).status_code == 401


async def test_each_delivery_and_each_dose_changes_the_balance(given: Giving) -> None:
    medicine = await stocked(given, 28)
    first = await given.recorded(medicine, happened_at="2026-11-04T06:00:00Z")
    await given.recorded(medicine, happened_at="2026-11-04T10:00:00Z", stock_used=1)
    await given.recorded(medicine, happened_at="2026-11-04T14:00:00Z", outcome="refused", reason="No pain")
    assert (await moved(given, medicine, "returned", 5)).status_code == 201
    assert await register(given, medicine) == [
        ("returned", -5, 20),
        ("administered", -1, 25),
        ("administered", -2, 26),
        ("delivered", 28, 28),
    ]
    assert (first["stock_used"], await balance(given, medicine)) == (2, 20)


async def test_what_is_not_there_is_not_given_even_with_an_override(given: Giving) -> None:
    medicine = await stocked(given, 3)
    await given.recorded(medicine, happened_at="2026-11-04T06:00:00Z")
    error = await given.refused(medicine, "stock_too_low", happened_at="2026-11-04T10:00:00Z")
    assert "count" in error["way_out"]
    why = {"override_reason": "She had one of her own"}
    await given.refused(medicine, "stock_too_low", happened_at="2026-11-04T06:10:00Z", **why)
    assert await given.system.published("caseload", IncidentRaised) == []
    assert (await moved(given, medicine, "returned", 2)).json()["code"] == "stock_too_low"
    await given.recorded(medicine, happened_at="2026-11-04T10:00:00Z", stock_used=1)
    assert await balance(given, medicine) == 0


async def test_of_many_at_once_none_takes_what_is_not_there(given: Giving) -> None:
    medicine = await stocked(given, 5)
    answers = await asyncio.gather(*(moved(given, medicine, "returned", 2) for _ in range(5)))
    assert sorted(one.status_code for one in answers) == [201, 201, 409, 409, 409]
    assert await balance(given, medicine) == 1


async def test_a_refused_dose_takes_nothing_from_the_stock(given: Giving) -> None:
    medicine = await stocked(given, 10)
    await given.recorded(medicine)
    await given.refused(medicine, "given_too_recently", happened_at="2026-11-04T08:30:00Z")
    assert await balance(given, medicine) == 8


async def test_a_count_holds_when_another_member_has_confirmed_it(given: Giving) -> None:
    medicine = await stocked(given, 10)
    count = await counted(given, medicine, 10)
    assert (count["counted_by"], count["confirmed_by"], count["difference"]) == (str(NURSE), None, 0)
    alone = await confirmed(given, count, given.nurse)
    assert (alone.status_code, alone.json()["code"]) == (403, "counted_by_oneself")
    both = (await confirmed(given, count, given.deputy)).json()
    assert (both["counted_by"], both["confirmed_by"]) == (str(NURSE), str(DEPUTY))
    again = await confirmed(given, count, given.deputy)
    assert (again.status_code, again.json()["code"]) == (409, "count_already_confirmed")
    assert await given.system.published("caseload", IncidentRaised) == []
    assert await register(given, medicine) == [("delivered", 10, 10)]


async def test_a_difference_puts_the_balance_right_and_is_an_incident(given: Giving) -> None:
    medicine = await stocked(given, 10)
    count = await counted(given, medicine, 9)
    assert await balance(given, medicine) == 10, "one person alone changes nothing"
    assert (await confirmed(given, count, given.deputy)).json()["difference"] == -1
    assert (await register(given, medicine))[0] == ("counted", -1, 9)
    (event,) = await given.system.published("caseload", IncidentRaised)
    assert (event.data["kind"], event.data["incident_id"]) == ("controlled_drug_discrepancy", count["id"])


async def test_two_people_look_at_the_same_stock(given: Giving) -> None:
    medicine = await stocked(given, 10)
    count = await counted(given, medicine, 10)
    await given.recorded(medicine)
    refused = await confirmed(given, count, given.deputy)
    assert (refused.status_code, refused.json()["code"]) == (409, "stock_changed_since_count")
    assert await balance(given, medicine) == 8


async def test_a_count_of_before_holds_no_more_when_the_balance_has_come_back(given: Giving) -> None:
    """Nobody takes a tablet away by a count that was left over."""
    medicine = await stocked(given, 10)
    first, left_over = await counted(given, medicine, 9), await counted(given, medicine, 9)
    assert (await confirmed(given, first, given.deputy)).status_code == 200
    await moved(given, medicine, "delivered", 1)
    refused = await confirmed(given, left_over, given.deputy)
    assert (refused.status_code, refused.json()["code"]) == (409, "stock_changed_since_count")
    assert await balance(given, medicine) == 10


async def test_of_two_confirmations_at_once_one_counts(given: Giving) -> None:
    count = await counted(given, await stocked(given, 10), 7)
    answers = await asyncio.gather(*(confirmed(given, count, one) for one in (given.deputy, given.assistant)))
    assert sorted(one.status_code for one in answers)[0] == 200
    assert {one.status_code for one in answers} <= {200, 409, 412}
    assert len(await given.system.published("caseload", IncidentRaised)) == 1


async def test_no_stock_is_kept_of_what_is_no_controlled_drug(given: Giving) -> None:
    medicine = await given.medicine()
    body = {"id": new_id(), "medicine_id": medicine, "counted": 3}
    answers = [
        await moved(given, medicine, "delivered", 3),
        await given.nurse.post("/v1/stock-counts", json=body),
    ]
    assert {(one.status_code, one.json()["code"]) for one in answers} == {(422, "not_a_controlled_drug")}


async def test_amounts_are_whole_and_above_nothing(given: Giving) -> None:
    medicine = await stocked(given, 10)
    for quantity in (0, -3, 1.5, "4", 10**9):
        assert (await moved(given, medicine, "delivered", quantity)).status_code == 422  # type: ignore[arg-type]
    assert (await moved(given, medicine, "administered", 1)).status_code == 422
    assert await balance(given, medicine) == 10


async def test_another_teams_stock_is_not_there(given: Giving) -> None:
    medicine, stranger = await stocked(given, 10), await given.system.client("caseload", STRANGER)
    count = await counted(given, medicine, 10)
    assert (await moved(given, medicine, "returned", 1, by=stranger)).status_code == 404
    assert (await stranger.get(f"/v1/stock-counts/{count['id']}")).status_code == 404
    assert (await confirmed(given, count, stranger)).status_code == 404
    assert (await stranger.get("/v1/stock-entries", params={"medicine_id": medicine})).json()["items"] == []


async def test_the_database_itself_holds_that_no_balance_is_below_zero(given: Giving) -> None:
    await stocked(given, 1)
    for statement in ("update medicine set stock = -1 where stock is not null", "update stock_entry set balance = -1"):
        with pytest.raises(IntegrityError):
            async with given.system.databases["caseload"].transaction(SYSTEM) as tx:
                await tx.session.execute(text(statement))
