"""Handovers to services outside are counted by what became of them, in whatever order it is heard."""

from datetime import timedelta
from typing import Any

from uuid6 import uuid7

from tests.governance.telling import MARCH, measures, value
from tests.running import DEPUTY, TEAM, Running

SENT = {"team_id": str(TEAM), "sent_at": MARCH.isoformat()}
LATER = (MARCH + timedelta(minutes=30)).isoformat()
TOLD: dict[str, dict[str, Any]] = {
    "sent": {"accept_by": LATER},
    "accepted": {"accepted_at": LATER},
    "expired": {"accept_by": LATER, "expired_at": LATER, "on_call_id": str(DEPUTY)},
    "declined": {"declined_at": LATER, "on_call_id": str(DEPUTY)},
    "returned": {"accepted_at": LATER, "returned_at": LATER},
    "returned_unaccepted": {"accepted_at": None, "returned_at": LATER},
}


async def told(governance: Running, *facts: str, backwards: bool = False) -> None:
    """What happened to one handover, each as the next version."""
    about = {"handover_id": str(uuid7()), "client_id": str(uuid7()), **SENT}
    heard = list(enumerate(facts, 2))
    for version, fact in reversed(heard) if backwards else heard:
        name = f"caseload.handover.{fact.removesuffix('_unaccepted')}.v1"
        await governance.deliver("governance", name, about | TOLD[fact], version=version)


async def test_handovers_are_counted_by_what_became_of_them(governance: Running, nurse: Any) -> None:
    await told(governance, "sent", "accepted", "returned")
    await told(governance, "sent", "accepted")
    await told(governance, "sent", "expired")
    await told(governance, "sent", "declined")
    await told(governance, "sent")
    found = await measures(nurse)
    assert (found["handovers_accepted", None]["numerator"], found["handovers_accepted", None]["denominator"]) == (2, 5)
    assert found["handovers_not_accepted_in_time", None]["numerator"] == 2


async def test_sent_again_it_is_counted_anew(governance: Running, nurse: Any) -> None:
    await told(governance, "sent", "expired", "sent", "accepted")
    assert await value(nurse, "handovers_accepted") == 1
    assert await value(nurse, "handovers_not_accepted_in_time") == 0


async def test_what_is_heard_out_of_order_ends_the_same(governance: Running, nurse: Any) -> None:
    await told(governance, "sent", "expired", backwards=True)
    await told(governance, "sent", "accepted", "returned", backwards=True)
    await told(governance, "sent", "expired", "sent", "accepted", backwards=True)
    assert (await value(nurse, "handovers_accepted"), await value(nurse, "handovers_not_accepted_in_time")) == (2, 1)


async def test_an_expiry_that_is_heard_after_the_return_counts(governance: Running, nurse: Any) -> None:
    await told(governance, "sent", "expired", "returned_unaccepted", backwards=True)
    assert (await value(nurse, "handovers_accepted"), await value(nurse, "handovers_not_accepted_in_time")) == (0, 1)


async def test_few_handovers_are_hidden_from_those_around_the_team(governance: Running, coach: Any) -> None:
    await told(governance, "sent", "expired")
    assert (await measures(coach))["handovers_not_accepted_in_time", None]["hidden"]
