"""Surgery share: one client's place on the list of the surgery where they are a patient, and on what ground."""

from datetime import date, datetime
from enum import StrEnum
from typing import Self
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, col

from services.caseload.domain.base import Base
from services.caseload.domain.client import EpisodeOfCare
from services.caseload.domain.referral import Referral, ReferralSource
from services.caseload.domain.surgery_seat import OdsCode
from services.common.errors import Conflict, Unprocessable
from services.common.models import INSTANT, TeamOwned, only_states
from services.common.types import Input, NewId, PastDay


class ShareBasis(StrEnum):
    """Why the surgery may know: the client said yes, or was told, as part of direct care, and did not object."""

    CONSENT = "consent"
    DIRECT_CARE = "direct_care"


class StopReason(StrEnum):
    OBJECTION = "objection"
    ANOTHER_SURGERY = "another_surgery"
    NO_LONGER_NEEDED = "no_longer_needed"


class NewSurgeryShare(Input):
    """Without an `ods_code` the surgery is the one whose GP referred. The client was told, or asked, on `told_on`."""

    id: NewId
    episode_of_care_id: UUID
    ods_code: OdsCode | None = None
    basis: ShareBasis
    told_on: PastDay


class SurgeryShareStop(Input):
    reason: StopReason


class SurgeryNotKnown(Unprocessable):
    """Nobody guesses where somebody is a patient."""

    field = "/body/ods_code"
    way_out = "Send the ODS code of the surgery where the client is registered."

    def __init__(self) -> None:
        super().__init__("No surgery referred this client, so it must be named.")


class AlreadyOnAList(Conflict):
    """A client is on one surgery's list at a time."""

    field = "/body/episode_of_care_id"
    way_out = "Stop what is shared now, and then share it with the other surgery."

    def __init__(self) -> None:
        super().__init__("This client is on a surgery's list already.")


class ClientObjected(Conflict):
    """Who objected is not put on the list again without being asked."""

    field = "/body/basis"
    way_out = "Ask the client; if they agree now, send consent as the basis, and the day on which they said so."

    def __init__(self) -> None:
        super().__init__("This client objected to being on the surgery's list.")


class SurgeryShareAlreadyStopped(Conflict):
    field = "/path/surgery_share_id"
    way_out = "Nothing needs to be done: the client is on no list by this."

    def __init__(self) -> None:
        super().__init__("This has been stopped.")


class NotSharedWithSurgery(Conflict):
    """What no surgery may read is not written to one."""

    field = "/path/client_id"
    way_out = "Share the client with their surgery first, or write the note into the record."

    def __init__(self) -> None:
        super().__init__("This client is on no surgery's list.")


class SurgeryShare(TeamOwned, Base, table=True):
    """It ends with the episode of care, or at once where the client objects; a new episode asks anew."""

    client_id: UUID = Field(foreign_key="client.id", index=True)
    episode_of_care_id: UUID = Field(foreign_key="episode_of_care.id")
    ods_code: str
    basis: str
    told_on: date
    shared_by: UUID | None
    stopped_at: datetime | None = Field(default=None, sa_type=INSTANT)
    stopped_by: UUID | None = None
    stop_reason: str | None = None

    @classmethod
    def begun(
        cls, new: NewSurgeryShare, episode: EpisodeOfCare, referral: Referral, by: UUID | None, now: datetime
    ) -> Self:
        """Raises `SurgeryNotKnown`."""
        return cls(
            **new.model_dump() | {"ods_code": new.ods_code or _surgery_of(referral)},
            team_id=episode.team_id,
            client_id=episode.client_id,
            shared_by=by,
            changed_at=now,
        )

    def require_no_objection(self, basis: ShareBasis) -> None:
        """Of what was shared before. Raises `ClientObjected`."""
        if self.stop_reason == StopReason.OBJECTION and basis is not ShareBasis.CONSENT:
            raise ClientObjected

    def stop(self, stop: SurgeryShareStop, by: UUID | None, now: datetime) -> None:
        """Raises `SurgeryShareAlreadyStopped`."""
        if self.stopped_at is not None:
            raise SurgeryShareAlreadyStopped
        self.stopped_at, self.stopped_by, self.stop_reason, self.changed_at = now, by, stop.reason, now


def _surgery_of(referral: Referral) -> str:
    if referral.source != ReferralSource.GP or not referral.referrer_ods_code:
        raise SurgeryNotKnown
    return referral.referrer_ods_code.upper()


only_states(SurgeryShare, "basis", ShareBasis)
only_states(SurgeryShare, "stop_reason", StopReason)
SurgeryShare.__table__.append_constraint(  # type: ignore[attr-defined]
    CheckConstraint("(stopped_at is null) = (stop_reason is null)", name="surgery_share_stopped_for_a_reason")
)
# On the list of one surgery at a time, and the list in the order in which its pages are read.
Index(
    "one_surgery_share_open",
    col(SurgeryShare.episode_of_care_id),
    unique=True,
    postgresql_where=text("stopped_at is null"),
)
Index(
    "ix_surgery_share_list",
    col(SurgeryShare.team_id),
    col(SurgeryShare.ods_code),
    col(SurgeryShare.client_id),
    postgresql_where=text("stopped_at is null"),
)
