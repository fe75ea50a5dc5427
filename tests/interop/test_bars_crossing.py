"""What a sender changes or takes back while the team's answer is on its way: it hears one thing, and what is true."""

from typing import Any

import orjson
import pytest

from services.interop.domain.bars_exchange import BarsResponse
from services.interop.domain.inbound import InboundReferral
from services.interop.events import ReferralChanged
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
