"""What interop tells the others. Additive changes only; a breaking change is a new version beside the old."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from services.common.events import Event


class ReferralReceived(Event):
    """A partner referred somebody. Who it is stays here, and is asked for by id.

    `kind` is referral or validation; by `answer_due_at` the sender of a validation needs the team's answer.
    """

    name: ClassVar[str] = "interop.referral.received.v1"

    inbound_referral_id: UUID
    team_id: UUID
    kind: str
    use_case: str
    urgency: str
    received_at: datetime
    answer_due_at: datetime | None


class ReferralChanged(Event):
    """A partner put right why, or how urgently, it refers somebody, or took that back.

    Of what the team has accepted it is told as well, taken or refused: the team has to know, and nothing changes.
    """

    name: ClassVar[str] = "interop.referral.changed.v1"

    inbound_referral_id: UUID
    team_id: UUID
    urgency: str


class HospitalStayTold(Event):
    """A hospital's system told of a client's stay: planned, in progress, finished, cancelled or entered in error.

    `is_in_hospital` is whether any stay of the client's goes on after this one was told.
    """

    name: ClassVar[str] = "interop.hospital_stay.told.v1"

    hospital_stay_id: UUID
    client_id: UUID
    team_id: UUID
    status: str
    is_in_hospital: bool
    starts_on: date | None
    ends_on: date | None
    hospital_ods_code: str | None


class HandoverAnswered(Event):
    """The system of a service outside answered a handover: accepted, rejected or completed (FHIR's task-status).

    `sent_at`, in milliseconds, says which sending of it was answered.
    """

    name: ClassVar[str] = "interop.handover.answered.v1"

    handover_id: UUID
    client_id: UUID
    team_id: UUID
    sent_at: datetime
    status: str


class AgencyCareTold(Event):
    """A council told which agency comes to a client and when, or that this is another now. It is asked for by id."""

    name: ClassVar[str] = "interop.agency_care.told.v1"

    agency_care_id: UUID
    client_id: UUID
    team_id: UUID


class NhsNumberTraced(Event):
    """The NHS said whose a number is, and where that needs a nurse's word, she gave it. The number is asked for by id.

    `nhs_number_status` is NHS NUMBER STATUS INDICATOR CODE; a referral that was accepted comes with its client.
    """

    name: ClassVar[str] = "interop.nhs_number.traced.v1"

    trace_id: UUID
    team_id: UUID
    referral_id: UUID | None
    client_id: UUID | None
    outcome: str
    nhs_number_status: str
