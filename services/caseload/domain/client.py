"""Client and episode of care: a person in the team's care, with one named nurse and a deputy."""

from datetime import date, datetime
from enum import StrEnum
from typing import Self
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, col

from services.caseload.domain.base import TRUSTED, Base, NhsNumberStatus, PersonColumns
from services.caseload.domain.discharge import (
    BeforeItBegan,
    Discharge,
    EpisodeAlreadyEnded,
    EpisodeNotActive,
    EpisodeNotPaused,
    NotInCareThen,
    Pause,
)
from services.caseload.domain.placement import Placement
from services.caseload.domain.referral import Acceptance, Referral
from services.common.models import TeamOwned, only_states

PERSON = tuple(PersonColumns.model_fields)


class EpisodeStatus(StrEnum):
    """FHIR episode-of-care-status, as far as the team uses it."""

    ACTIVE = "active"
    ON_HOLD = "onhold"
    FINISHED = "finished"


class Client(PersonColumns, TeamOwned, Base, table=True):
    """A person in the team's care (FHIR Patient)."""

    @classmethod
    def from_referral(cls, referral: Referral, client_id: UUID, now: datetime) -> Self:
        details = {name: getattr(referral, name) for name in PERSON}
        return cls(id=client_id, team_id=referral.team_id, changed_at=now, **details)

    def doubt_number(self) -> None:
        """Another client of the team has this number, so one of the two is wrong."""
        self.nhs_number_status = NhsNumberStatus.TO_BE_RESOLVED


class EpisodeOfCare(Placement, TeamOwned, Base, table=True):
    """The time from taking a person on to discharge. It never stands without a named nurse and a deputy."""

    client_id: UUID = Field(foreign_key="client.id", index=True)
    referral_id: UUID = Field(foreign_key="referral.id", unique=True)
    named_nurse_id: UUID
    deputy_id: UUID
    pathway: str
    status: str = Field(default=EpisodeStatus.ACTIVE, index=True)
    opened_on: date
    paused_on: date | None = None
    pause_reason: str | None = None
    ended_on: date | None = None
    end_reason: str | None = None
    # What the client was told when care ended: what to look out for, whom to ring, how to come back.
    safety_net: str | None = None
    ring: str | None = None
    come_back: str | None = None

    @classmethod
    def opened_by(cls, referral: Referral, acceptance: Acceptance, client_id: UUID, now: datetime, on: date) -> Self:
        return cls(
            id=acceptance.episode_of_care_id,
            team_id=referral.team_id,
            client_id=client_id,
            referral_id=referral.id,
            named_nurse_id=acceptance.named_nurse_id,
            deputy_id=acceptance.deputy_id,
            pathway=acceptance.pathway,
            opened_on=on,
            changed_at=now,
        )

    def discharge(self, discharge: Discharge, now: datetime) -> None:
        """Raises `EpisodeAlreadyEnded` or `BeforeItBegan`."""
        self.require_open()
        self._require_not_before(discharge.ended_on)
        self.status, self.ended_on, self.end_reason = EpisodeStatus.FINISHED, discharge.ended_on, discharge.reason
        self.safety_net, self.ring, self.come_back = discharge.safety_net, discharge.ring, discharge.come_back
        self.changed_at = now

    def pause(self, pause: Pause, now: datetime) -> None:
        """Raises `EpisodeNotActive` or `BeforeItBegan`."""
        if self.status != EpisodeStatus.ACTIVE:
            raise EpisodeNotActive
        self._require_not_before(pause.paused_on)
        self.status, self.paused_on, self.pause_reason = EpisodeStatus.ON_HOLD, pause.paused_on, pause.reason
        self.changed_at = now

    def resume(self, on: date, now: datetime) -> None:
        """Raises `EpisodeNotPaused` or `BeforeItBegan`."""
        if self.status != EpisodeStatus.ON_HOLD:
            raise EpisodeNotPaused
        self._require_not_before(on)
        self.status, self.paused_on, self.pause_reason, self.changed_at = EpisodeStatus.ACTIVE, None, None, now

    def require_open(self) -> None:
        """Care goes on, or is paused. Raises `EpisodeAlreadyEnded`."""
        if self.status == EpisodeStatus.FINISHED:
            raise EpisodeAlreadyEnded

    def require_in_care(self, on: date, at: str = NotInCareThen.field) -> None:
        """Somebody in hospital is in care still. Raises `NotInCareThen` about `at`."""
        if self.ended_on is not None and on > self.ended_on:
            raise NotInCareThen(at)

    def _require_not_before(self, on: date) -> None:
        if on < max(self.opened_on, self.paused_on or self.opened_on):
            raise BeforeItBegan


only_states(EpisodeOfCare, "status", EpisodeStatus)
EpisodeOfCare.__table__.append_constraint(  # type: ignore[attr-defined]
    CheckConstraint(
        "(status = 'onhold') <= (paused_on is not null) and (status = 'finished') = (ended_on is not null)"
        " and (ended_on is null or end_reason = 'died' or num_nulls(safety_net, ring, come_back) = 0)",
        name="episode_of_care_makes_sense",
    )
)
Index(
    "one_open_episode_per_client",
    col(EpisodeOfCare.client_id),
    unique=True,
    postgresql_where=text("status <> 'finished'"),
)
Index(
    "one_client_per_nhs_number",
    col(Client.team_id),
    col(Client.nhs_number),
    unique=True,
    postgresql_where=text(f"nhs_number_status in ('{TRUSTED[0]}', '{TRUSTED[1]}')"),
)
