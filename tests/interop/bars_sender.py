"""What a sender by BaRS does, and a team that answers it, as caseload tells it."""

import json
from typing import Any
from uuid import uuid4

from services.interop.domain.inbound import InboundReferral
from tests.interop.answers import PATH
from tests.interop.bars_message import Message, a_request, ids
from tests.interop.records import Caseload, a_record, a_referral
from tests.running import Running

REASONS = "https://fhir.nhs.uk/CodeSystem/message-reason-bars"


def asked(kind: str = "validation", **changes: Any) -> Message:
    return a_request(kind, "a4t3", "999 to Community Services", reasonCode=[{"text": "Fell at home"}], **changes)


def following(message: Message, reason: str, **changes: Any) -> Message:
    """The same request again, with another reason and with these elements of it changed."""
    again: Message = json.loads(json.dumps(message))
    again["id"] = str(uuid4())
    header, request = (again["entry"][place]["resource"] for place in (0, 1))
    header["reason"] = {"coding": [{"system": REASONS, "code": reason}]}
    request |= changes
    return again


async def post(client: Any, message: Message, correlation_id: str | None = None) -> Any:
    headers = ids() | ({"X-Correlation-Id": correlation_id} if correlation_id else {})
    answer = await client.post(PATH, json=message, headers=headers)
    assert answer.headers["x-request-id"] == headers["X-Request-Id"]
    assert answer.headers["x-correlation-id"] == headers["X-Correlation-Id"]
    return answer


async def decided(system: Running, caseload: Caseload, referral: InboundReferral, said: str, **told: Any) -> Message:
    """The team decides, as caseload tells it; the client's record where it said yes."""
    known_as = str(referral.id)
    fact = {"referral_id": known_as, "inbound_referral_id": known_as, **told}
    if said == "not_taken":
        caseload.referrals[known_as] = a_referral(
            id=known_as, inbound_referral_id=known_as, status=said, signpost="Ring 111"
        )
        await system.deliver("interop", "caseload.referral.not_taken.v1", fact)
        return {}
    record = a_record()
    record["referral"][0] |= {"id": known_as, "inbound_referral_id": known_as}
    record["episode_of_care"][0]["referral_id"] = known_as
    client_id = record["client"]["id"]
    caseload.clients[client_id] = record
    await system.deliver("interop", "caseload.referral.accepted.v1", fact | {"client_id": client_id})
    return record
