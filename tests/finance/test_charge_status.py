"""Whether a line may be charged for: health never, the free days of reablement never, the rest not yet."""

import asyncio
from typing import Any

import pytest

from services.finance.domain.activity import charge_status
from tests.finance.facts import CONTACT, REABLEMENT, a_contact, a_reablement, lines
from tests.running import Running

EVERYTHING = (("nursing", 20), ("coordination", 5), ("reablement", 30), ("personal_care", 15), ("wider_support", 10))
FREE = ["health_never_charged"] * 2 + ["free_reablement"] * 3
NOT_FREE = ["health_never_charged"] * 2 + ["needs_decision"] + ["needs_financial_assessment"] * 2


@pytest.mark.parametrize(
    ("activity_type", "outside", "inside"),
    [
        ("nursing", "health_never_charged", "health_never_charged"),
        ("coordination", "health_never_charged", "health_never_charged"),
        ("reablement", "needs_decision", "free_reablement"),
        ("personal_care", "needs_financial_assessment", "free_reablement"),
        ("wider_support", "needs_financial_assessment", "free_reablement"),
        ("a_type_made_up_later", "needs_decision", "free_reablement"),
    ],
)
def test_the_rule_for_each_type_of_activity(activity_type: str, outside: str, inside: str) -> None:
    assert charge_status(activity_type, is_free=False) == outside
    assert charge_status(activity_type, is_free=True) == inside


async def statuses(finance: Running) -> list[str]:
    return [line["charge_status"] for line in await lines(finance)]


async def test_without_reablement_social_care_waits_for_a_financial_assessment(finance: Running) -> None:
    await finance.deliver("finance", CONTACT, a_contact(*EVERYTHING))
    assert await statuses(finance) == NOT_FREE


async def test_care_in_the_free_days_is_free_whichever_event_comes_first(finance: Running) -> None:
    contact = a_contact(*EVERYTHING)
    agreed = a_reablement(client_id=contact["client_id"])
    await finance.deliver("finance", CONTACT, contact)
    assert await statuses(finance) == NOT_FREE
    await finance.deliver("finance", REABLEMENT, agreed)
    assert await statuses(finance) == FREE
    await finance.deliver("finance", CONTACT, a_contact(*EVERYTHING, client_id=contact["client_id"]))
    assert await statuses(finance) == FREE * 2


@pytest.mark.parametrize(
    ("starts_on", "expected"),
    [
        ("2026-11-11", NOT_FREE),
        ("2026-11-10", FREE),
        ("2026-09-30", FREE),
        ("2026-09-29", NOT_FREE),
    ],
)
@pytest.mark.parametrize("contact_first", [True, False])
async def test_free_means_from_day_1_to_day_42_both_included(
    finance: Running, starts_on: str, expected: list[str], contact_first: bool
) -> None:
    contact = a_contact(*EVERYTHING)
    told: list[tuple[str, dict[str, Any]]] = [
        (CONTACT, contact),
        (REABLEMENT, a_reablement(client_id=contact["client_id"], starts_on=starts_on)),
    ]
    for name, data in told if contact_first else reversed(told):
        await finance.deliver("finance", name, data)
    assert await statuses(finance) == expected


async def test_a_contact_and_reablement_that_arrive_at_once_do_not_miss_each_other(finance: Running) -> None:
    for _ in range(5):
        contact = a_contact(("reablement", 30))
        await asyncio.gather(
            finance.deliver("finance", CONTACT, contact),
            finance.deliver("finance", REABLEMENT, a_reablement(client_id=contact["client_id"])),
        )
    assert await statuses(finance) == ["free_reablement"] * 5


async def test_reablement_of_one_client_frees_nobody_elses_care(finance: Running) -> None:
    await finance.deliver("finance", CONTACT, a_contact(*EVERYTHING))
    await finance.deliver("finance", REABLEMENT, a_reablement())
    assert await statuses(finance) == NOT_FREE
