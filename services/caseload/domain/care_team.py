"""Care team: who is and who was the named nurse and the deputy, since when and why, and how few faces that makes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction
from typing import Any, Self
from uuid import UUID

from pydantic import model_validator
from sqlalchemy import Column, ForeignKey, Uuid
from sqlmodel import Field

from services.caseload.domain.base import Base
from services.caseload.domain.client import EpisodeOfCare
from services.common.errors import Unprocessable
from services.common.models import TeamOwned, only_states
from services.common.types import Input, Words


class HandOnReason(StrEnum):
    """Why a client has another named nurse or deputy."""

    TAKEN_ON = "taken_on"
    LEAVE = "leave"
    LEFT_TEAM = "left_team"
    LOAD = "load"
    SKILLS = "skills"
    ROUND = "round"
    CLIENT_ASKED = "client_asked"
    NURSE_ASKED = "nurse_asked"


class HandOn(Input):
    """The client's next named nurse and deputy, from today, and why."""

    named_nurse_id: UUID
    deputy_id: UUID
    reason: HandOnReason
    words: Words | None = None

    @model_validator(mode="after")
    def _two_people(self) -> Self:
        if self.named_nurse_id == self.deputy_id:
            raise ValueError("deputy_id must name somebody other than the named nurse")
        if self.reason is HandOnReason.TAKEN_ON:
            raise ValueError("taken_on is the reason for the first named nurse only")
        return self


class SameCareTeam(Unprocessable):
    """Handing on changes who somebody's nurse is."""

    field = "/body/named_nurse_id"
    way_out = "Name another named nurse or another deputy."

    def __init__(self) -> None:
        super().__init__("These two are the client's named nurse and deputy already.")


class CareTeamPeriod(TeamOwned, Base, table=True):
    """A time with one named nurse and one deputy (FHIR CareTeam). `until_on` is the day the next took over."""

    client_id: UUID = Field(foreign_key="client.id", index=True)
    # Checked at the end, as the first of them is written together with its episode.
    episode_of_care_id: UUID = Field(
        sa_column=Column(
            Uuid,
            ForeignKey("episode_of_care.id", deferrable=True, initially="DEFERRED"),
            nullable=False,
            index=True,
        )
    )
    named_nurse_id: UUID
    deputy_id: UUID
    from_on: date
    until_on: date | None = None
    reason: str
    words: str | None = None
    changed_by: UUID | None

    @classmethod
    def begun(cls, episode: EpisodeOfCare, by: UUID | None, now: datetime, **why: Any) -> Self:
        because: dict[str, Any] = {"from_on": episode.opened_on, "reason": HandOnReason.TAKEN_ON} | why
        return cls(
            team_id=episode.team_id,
            client_id=episode.client_id,
            episode_of_care_id=episode.id,
            named_nurse_id=episode.named_nurse_id,
            deputy_id=episode.deputy_id,
            changed_by=by,
            changed_at=now,
            **because,
        )

    def end(self, on: date, now: datetime) -> None:
        self.until_on, self.changed_at = on, now


def hand_on(episode: EpisodeOfCare, new: HandOn, now: datetime) -> None:
    """Raises `EpisodeAlreadyEnded` or `SameCareTeam`."""
    episode.require_open()
    if (episode.named_nurse_id, episode.deputy_id) == (new.named_nurse_id, new.deputy_id):
        raise SameCareTeam
    episode.named_nurse_id, episode.deputy_id, episode.changed_at = new.named_nurse_id, new.deputy_id, now


@dataclass(frozen=True)
class ContactsBy:
    """How often one person was with a client, and how often as the named nurse or the deputy of that day."""

    employee_id: UUID
    contacts: int
    by_care_team: int


@dataclass(frozen=True)
class Continuity:
    """All contacts of a client. `upc` and `coc` run from 0 to 1, and 1 is one face for all of them."""

    contacts: int
    faces: int
    by_care_team: int
    share: float | None
    upc: float | None
    coc: float | None

    @classmethod
    def of(cls, people: Iterable[ContactsBy]) -> Self:
        """UPC is the share of whoever came most often; COC is the index of Bice and Boxerman (1977), from two on."""
        rows = list(people)
        counts = [row.contacts for row in rows]
        total, theirs = sum(counts), sum(row.by_care_team for row in rows)
        squares = sum(count * count for count in counts)
        return cls(
            contacts=total,
            faces=len(counts),
            by_care_team=theirs,
            share=_rounded(Fraction(theirs, total)) if total else None,
            upc=_rounded(Fraction(max(counts), total)) if total else None,
            coc=_rounded(Fraction(squares - total, total * (total - 1))) if total > 1 else None,
        )


def _rounded(value: Fraction) -> float:
    return round(float(value), 4)


only_states(CareTeamPeriod, "reason", HandOnReason)
