"""What interop answers with under /v1. Explicit, so that a new column never leaks by itself."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from services.common.types import Answer


class ServiceEndpointShape(Answer):
    id: UUID
    version: int
    dos_service_id: str
    team_id: UUID


class InboundReferralShape(Answer):
    """What the team's own referral is made from."""

    id: UUID
    team_id: UUID
    source: str
    kind: str
    reason: str
    urgency: str
    received_at: datetime
    answer_due_at: datetime | None
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


class PlainReceipt(Answer):
    """The team has it. `reference` can be read out on the telephone; `id` is what the partner asks by."""

    id: UUID
    reference: str
    received_at: datetime


class PlainStatus(PlainReceipt):
    """Where it stands: waiting, accepted, or not taken, with why and where to turn. It tells nothing of the person."""

    status: str = Field(validation_alias="outcome")
    answered_at: datetime | None
    not_taken_reason: str | None
    signpost: str | None


class ConnectionShape(Answer):
    """A connection and how it does: unused, unproved (its address has not echoed the challenge), working, failing or
    disabled. Its secret is never shown; the public half of a signing key is.

    `waiting` facts have been on their way since `oldest_waiting_at`; `dead` ones were given up and wait for a person.
    """

    id: UUID
    version: int
    name: str
    adapter: str
    address: str
    host_key: str | None
    public_key: str | None
    calls_a_minute: int | None
    refers_as: str | None
    reviewers: list[str]
    state: str
    failures: int
    proved_at: datetime | None
    last_success_at: datetime | None
    last_failure_at: datetime | None
    disabled_at: datetime | None
    waiting: int
    oldest_waiting_at: datetime | None
    dead: int


class ShareShape(Answer):
    id: UUID
    version: int
    team_id: UUID
    client_id: UUID
    connection_id: UUID
    purpose: str
    basis: str
    consented_on: date | None
    fields: list[str]
    until_on: date | None
    council_ref: str
    agreed_by: UUID | None
    agreed_at: datetime
    withdrawn_at: datetime | None


class DeliveryShape(Answer):
    """One fact on its way, without the person it is about."""

    id: UUID
    connection_id: UUID
    type: str
    status: str
    attempts: int
    last_status: int | None
    queued_at: datetime
    due_at: datetime
    sent_at: datetime | None
    outcome: str | None
    reason: str | None
    answered_at: datetime | None


class SentShape(Answer):
    """One fact that a council was told, with all that it was told of it."""

    id: UUID
    type: str
    happened_on: date | None
    sent_at: datetime
    outcome: str | None
    told: dict[str, Any]


class RejectShape(Answer):
    """What is wrong with a council's file, without the value: that goes back to the council alone."""

    row: int
    field: str
    code: str
    message: str


class CouncilFileShape(Answer):
    """A file in which a council answered: received, taken, or quarantined whole."""

    id: UUID
    connection_id: UUID
    name: str
    state: str
    received_at: datetime
    taken: int
    rejects: list[RejectShape]


class InboundMessageShape(Answer):
    """What became of a message that came in, without what it says. `status` is what its sender was answered."""

    id: UUID
    received_at: datetime
    sender: str
    media_type: str
    request_id: UUID | None
    correlation_id: UUID | None
    outcome: str
    status: int | None


class BarsResponseShape(Answer):
    """One response to whoever referred, without what it says."""

    id: UUID
    version: int
    inbound_referral_id: UUID
    stage: str
    status: str
    request_id: UUID
    correlation_id: UUID
    attempts: int
    last_status: int | None
    queued_at: datetime
    due_at: datetime
    sent_at: datetime | None


class AdtMessageShape(Answer):
    """What became of a message by HL7 v2, without what it says of anybody."""

    id: UUID
    version: int
    sender: str
    control_id: str
    event: str
    outcome: str
    ack: str
    text: str
    hospital_stay_id: UUID | None
    received_at: datetime


class FedEvent(Answer):
    """A CloudEvents 1.0 object. `data` is what the contract of its `type` says: ids, dates, codes and counts."""

    specversion: Literal["1.0"]
    id: UUID
    source: str
    type: str
    subject: str
    time: datetime
    datacontenttype: str
    aggregateversion: int
    data: dict[str, Any]


class FeedPage(Answer):
    """What happened, oldest first, and the cursor to go on with: it is there on an empty page too."""

    items: list[FedEvent]
    next_cursor: str
