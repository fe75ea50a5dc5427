"""What a sender changes or takes back while the team's answer is on its way: it hears one thing, and what is true."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from sqlalchemy import select

from services.common.auth import SYSTEM
from services.interop import usecases
from services.interop.domain.bars_exchange import BarsResponse
from services.interop.domain.inbound import Answer, Arrival, InboundMessage, InboundReferral, ReferralOutcome
from services.interop.events import ReferralChanged
from services.interop.usecases.exchange.door import Heard
from services.interop.usecases.receive import take_its_turn
from tests.interop.answers import refused, stored, the
from tests.interop.bars_message import a_message
from tests.interop.bars_sender import asked, decided, following, post
from tests.interop.records import Caseload, a_referral
from tests.running import Running

AT = "2026-11-20T10:00:00Z"
SAID = {
    "accepted": ({}, "in-progress", "accepted this request"),
    "not_taken": ({"not_taken_reason": "no_capacity", "signpost": "Ring 111"}, "cancelled", "does not take"),
}


@pytest.mark.parametrize("said", SAID)
@pytest.mark.parametrize("late", [{"reason": "delete", "status": "entered-in-error"}, {"reason": "update"}], ids=str)
async def test_what_crosses_the_answer_is_answered_by_it_and_the_sender_hears_nothing_else(
    bars: Any, interop: Running, caseload: Caseload, said: str, late: dict[str, str]
) -> None:
    told, status, words = SAID[said]
    first = a_message(request=asked())
    await post(bars, first)
    (referral,) = await stored(interop, InboundReferral)
    known_as = str(referral.id)
    about = {"id": known_as, "inbound_referral_id": known_as, "status": said, "decided_at": AT}
    caseload.referrals[known_as] = a_referral(**about, **told)
    (issue,) = refused(await post(bars, following(first, **late)), 422, "REC_UNPROCESSABLE_ENTITY")
    assert words in issue["details"]["text"]
    (response,) = await stored(interop, BarsResponse)
    entries = orjson.loads(response.payload)["entry"]
    said_so = [one["resource"]["status"] for one in entries if one["resource"]["resourceType"] == "Encounter"]
    assert (response.stage, said_so[-1]) == ("interim", status)
    heard = await interop.published("interop", ReferralChanged)
    assert len(heard) == (said == "accepted"), "the team that took somebody on hears that it came"

    at = {"accepted_at": AT} if said == "accepted" else {"reason": "no_capacity", "decided_at": AT}
    await decided(interop, caseload, referral, said, **at)
    (known,) = await stored(interop, InboundReferral)
    assert (known.outcome, known.answered_at.isoformat()) == (said, "2026-11-20T10:00:00+00:00")
    assert len(await stored(interop, BarsResponse)) == 1, "the news itself tells nothing new"


@pytest.mark.parametrize("held", [None, {"status": "received"}, {"status": "needs_info"}, {"status": None}], ids=str)
async def test_where_the_record_has_no_answer_or_cannot_be_asked_a_withdrawal_is_taken(
    bars: Any, interop: Running, caseload: Caseload, held: dict[str, Any] | None
) -> None:
    first = a_message(request=asked())
    await post(bars, first)
    (referral,) = await stored(interop, InboundReferral)
    if held is not None:
        caseload.referrals[str(referral.id)] = a_referral(id=str(referral.id), **held)
    answer = await post(bars, following(first, "delete", status="entered-in-error"))
    assert answer.status_code == 200, answer.text
    assert the(answer, "Encounter")[-1]["status"] == "cancelled"
    (known,) = await stored(interop, InboundReferral)
    assert known.outcome == "withdrawn"
    assert await stored(interop, BarsResponse) == []


@pytest.mark.parametrize("reason", ["update", "delete"])
async def test_what_follows_a_request_and_names_none_is_kept_and_refused_as_any_message_is(
    bars: Any, interop: Running, reason: str
) -> None:
    late = following(a_message(request=asked()), reason)
    late["entry"] = [one for one in late["entry"] if one["resource"]["resourceType"] != "ServiceRequest"]
    answer = await post(bars, late)
    assert (answer.status_code, answer.json()["resourceType"]) == (400, "OperationOutcome")
    (kept,) = await stored(interop, InboundMessage)
    assert (kept.outcome, kept.status, orjson.loads(kept.raw)) == ("refused", 400, late)


async def test_a_message_is_kept_where_the_answer_before_it_cannot_be_taken(
    bars: Any, interop: Running, caseload: Caseload
) -> None:
    first = a_message(request=asked())
    await post(bars, first)
    (referral,) = await stored(interop, InboundReferral)
    caseload.referrals[str(referral.id)] = a_referral(id=str(referral.id), status="accepted", decided_at=AT)
    # What its sender would be told is made of the message that asked.
    await interop.alter("interop", "update inbound_message set raw = 'not what it was'")
    answer = await post(bars, following(first, "delete", status="entered-in-error"))
    assert answer.json()["resourceType"] in ("Bundle", "OperationOutcome")
    assert len(await stored(interop, InboundMessage)) == 2


async def test_a_message_that_is_sent_twice_at_once_holds_no_referral_while_it_waits_for_its_turn(
    bars: Any, interop: Running
) -> None:
    await post(bars, a_message(request=asked()))
    (referral,) = await stored(interop, InboundReferral)
    heard = Heard(UUID(str(referral.id)), Answer(ReferralOutcome.ACCEPTED, referral.received_at))
    arrival, database = Arrival(b"{}", "application/fhir+json", uuid4(), uuid4()), interop.databases["interop"]

    async def again() -> int:
        async with database.transaction(SYSTEM) as tx:
            return (await usecases.take_message(tx, arrival, heard))[0]

    async with database.transaction(SYSTEM) as tx:
        await take_its_turn(tx, arrival)
        waits = asyncio.create_task(again())
        await asyncio.sleep(0.3)
        assert not waits.done()
        assert len(await tx.all(select(InboundReferral).with_for_update(nowait=True))) == 1
    assert await waits == 400
