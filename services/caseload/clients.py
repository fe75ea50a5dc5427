"""What caseload asks of other services. Only the fields it reads."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel

from services.common.peers import Peers

# Who else holds some of what is known of a client.
Elsewhere = Literal["roster", "finance", "interop"]


class InboundReferral(BaseModel):
    """A referral as interop understood a partner's message. It was checked there, and is trusted here."""

    id: UUID
    team_id: UUID
    source: str
    kind: str
    reason: str
    urgency: str
    answer_due_at: datetime | None
    received_at: datetime
    referrer: str | None
    referrer_ods_code: str | None
    given_name: str
    family_name: str
    birth_on: date | None
    sex: str
    nhs_number: str | None
    nhs_number_status: str
    address_line: str | None
    postcode: str | None
    phone: str | None


class TracedNumber(BaseModel):
    """What the NHS said of a number, as a nurse confirmed it."""

    referral_id: UUID | None
    client_id: UUID | None
    nhs_number: str | None
    nhs_number_status: str


class CallTime(BaseModel):
    days: list[int]
    at: str
    minutes: int


class AgencyCare(BaseModel):
    """An agency's calls as a council told of them."""

    id: UUID
    client_id: UUID
    agency: str
    phone: str | None
    kind: str
    times: list[CallTime]
    from_on: date
    until_on: date | None


async def agency_care(fact: Any, peers: Peers) -> AgencyCare:
    """What is behind `interop.agency_care.told.v1`, which names no agency."""
    return AgencyCare.model_validate(await peers.get("interop", f"/v1/agency-care/{fact.agency_care_id}"))


async def traced_number(fact: Any, peers: Peers) -> TracedNumber:
    """The number behind `interop.nhs_number.traced.v1`."""
    return TracedNumber.model_validate(await peers.get("interop", f"/v1/traces/{fact.trace_id}"))


async def inbound_referral(fact: Any, peers: Peers) -> InboundReferral:
    """The referral behind `interop.referral.received.v1`, which carries no personal data."""
    return InboundReferral.model_validate(
        await peers.get("interop", f"/v1/inbound-referrals/{fact.inbound_referral_id}")
    )
