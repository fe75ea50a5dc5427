"""Rota version: a whole rota as it was drafted, proposed, agreed or published. Once proposed it never changes."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from sqlalchemy import Column, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, col

from services.common.errors import Conflict
from services.common.models import INSTANT, TeamOwned, only_states
from services.common.types import Input, NewId, Words, day_in_england
from services.roster.domain.base import Base
from services.roster.domain.breach import Ground
from services.roster.domain.rota_version.consent import MetBeforeProposed
from services.roster.domain.rota_version.duty import Duties
from services.roster.domain.rota_version.rota import Rota


class Origin(StrEnum):
    MANUAL = "manual"
    SOLVER = "solver"
    EDIT = "edit"
    AMENDMENT = "amendment"


class VersionState(StrEnum):
    """`amended` was published, and another version has taken its place."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"
    AGREED = "agreed"
    PUBLISHED = "published"
    AMENDED = "amended"
    CLOSED = "closed"


# What may still become the team's rota.
OPEN = (VersionState.DRAFT, VersionState.PROPOSED, VersionState.AGREED)
# What was published, and still is or has been what people work by.
WORKED_BY = (VersionState.PUBLISHED, VersionState.AMENDED, VersionState.CLOSED)


class NewVersion(Duties):
    """A draft of one's own, or an edit of another version: its duties, but for the cells that are named here."""

    id: NewId
    from_version_id: UUID | None = None


class Publication(Input):
    """Why it cannot wait for the team's agreement, where it cannot; and the ground on which it breaks a rule."""

    urgency: Words | None = None
    ground: Ground | None = None


class Reason(StrEnum):
    """Why a published rota changes."""

    SICKNESS = "sickness"
    SWAP = "swap"
    DEMAND = "demand"
    CORRECTION = "correction"
    LEAVE = "leave"
    RECALL = "recall"


class NewAmendment(Duties):
    """The cells of the published version that change, why, and who asked for it, if it was one of the team."""

    id: NewId
    from_version_id: UUID
    reason: Reason
    initiated_by: UUID | None = None
    ground: Ground | None = None


class NothingPublished(Conflict):
    """What is amended or repaired is what people work by."""

    field = "/path/rota_id"
    way_out = "Publish a version of this rota first. Until then edit a draft, or ask for proposals."

    def __init__(self) -> None:
        super().__init__("No version of this rota is published.")


class RotaMovedOn(Conflict):
    """What is published next holds all that was changed before it; no amendment is undone unseen."""

    field = "/path/rota_version_id"
    way_out = (
        "Read the rota's published version and make a new version from it: name it as from_version_id, or as "
        "near_version_id when proposals are asked for."
    )

    def __init__(self, field: str = field) -> None:
        super().__init__("Another version is published, and this one was not made from it.", field=field)


class VersionIsFixed(Conflict):
    """What people were asked about, or told of, does not change under their hands."""

    field = "/path"
    way_out = "Make a new version from this one, change that, and propose it; answers stay for whom nothing changes."

    def __init__(self, state: str) -> None:
        super().__init__(f"This version is {state}, and does not change any more.")


class VersionNotOpen(Conflict):
    """A version takes its steps in order, each once."""

    field = "/path"
    way_out = "Read the version and its rota. To go on from an older version, make a new one from it."

    def __init__(self, state: str) -> None:
        super().__init__(f"This version is {state}.")


class VersionOfAnotherRota(Conflict):
    """A version is made from one of the same rota."""

    field = "/body/from_version_id"
    way_out = "Name a version of this rota, or send the duties without one."

    def __init__(self) -> None:
        super().__init__("That version belongs to another rota, or to none.")


class NotAgreed(Conflict):
    """A rota is published when the team has agreed it, or with words for why it cannot wait (mission row 4.01)."""

    field = "/body/urgency"
    way_out = "Record the team's decision first, or say in urgency why it cannot wait; everybody is told so."

    def __init__(self, detail: str) -> None:
        super().__init__(detail)


class RotaAlreadyPublished(Conflict):
    """A version is published exactly once."""

    field = "/path/rota_version_id"
    way_out = "Read the version. What changes after this is an amendment of the rota."

    def __init__(self) -> None:
        super().__init__("This version is published already.")


class RotaVersion(TeamOwned, Base, table=True):
    """Number so many of a rota. `problem`, `input_hash` and `score` are those of the moment it was proposed."""

    rota_id: UUID = Field(foreign_key="rota.id")
    number: int
    origin: str
    parent_id: UUID | None = Field(default=None, foreign_key="rota_version.id")
    state: str = VersionState.DRAFT
    rules_as_of: date
    problem: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    input_hash: str | None = None
    settings: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    seed: int | None = None
    job_id: UUID | None = None
    score: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    made_by: UUID | None = None
    proposed_at: datetime | None = Field(default=None, sa_type=INSTANT)
    published_at: datetime | None = Field(default=None, sa_type=INSTANT)
    urgency: str | None = None
    reason: str | None = None

    @classmethod
    def drafted(cls, version_id: UUID, rota: Rota, number: int, origin: Origin, now: datetime, **about: Any) -> Self:
        """`about` are its parent, who makes it, and what a solver tells of how it was made."""
        ids: dict[str, Any] = {"id": version_id, "rota_id": rota.id, "team_id": rota.team_id}
        told: dict[str, Any] = {"rules_as_of": rota.from_on, "changed_at": now, **about}
        return cls(**ids, number=number, origin=origin, **told)

    @property
    def points(self) -> int | None:
        """What it cost when it was proposed."""
        return None if self.score is None else int(self.score["points"])

    @property
    def breaches(self) -> int | None:
        """How many rules it broke when it was proposed."""
        return None if self.score is None else int(self.score["breaches"])

    def touch(self, now: datetime) -> None:
        """Its duties change. Raises `VersionIsFixed`."""
        if self.state != VersionState.DRAFT:
            raise VersionIsFixed(self.state)
        self.changed_at = now

    def propose(self, now: datetime) -> None:
        """Raises `VersionNotOpen`."""
        self._require(VersionState.DRAFT)
        self.state, self.proposed_at, self.changed_at = VersionState.PROPOSED, now, now

    def withdraw(self, now: datetime) -> None:
        """Raises `VersionNotOpen`."""
        self._require(*OPEN)
        self._become(VersionState.WITHDRAWN, now)

    def supersede(self, now: datetime) -> None:
        self._become(VersionState.SUPERSEDED, now)

    @property
    def is_open(self) -> bool:
        """It may still become the team's rota."""
        return self.state in OPEN

    def require_in_talk(self) -> None:
        """It is said yes or no to between being proposed and published. Raises `VersionNotOpen`."""
        self._require(VersionState.PROPOSED, VersionState.AGREED)

    def agree(self, now: datetime) -> None:
        """Raises `VersionNotOpen`."""
        self._require(VersionState.PROPOSED)
        self._become(VersionState.AGREED, now)

    def was_proposed_by(self, on: date) -> bool:
        """Whether the team was asked about it on this day or before."""
        return self.proposed_at is not None and day_in_england(self.proposed_at) <= on

    def require_proposed_by(self, on: date) -> None:
        """Raises `MetBeforeProposed`."""
        if self.proposed_at is not None and not self.was_proposed_by(on):
            raise MetBeforeProposed(day_in_england(self.proposed_at))

    def reopen(self, now: datetime) -> None:
        """Somebody objects after it was agreed: it is talked about again."""
        if self.state == VersionState.AGREED:
            self._become(VersionState.PROPOSED, now)

    def publish(self, urgency: str | None, silent_until: datetime | None, now: datetime) -> None:
        """`silent_until` is when those who said nothing have had their time, if there are any.

        Raises `RotaAlreadyPublished`, `VersionNotOpen` or `NotAgreed`.
        """
        if self.state in (VersionState.PUBLISHED, VersionState.AMENDED):
            raise RotaAlreadyPublished
        self._require(*OPEN)
        if urgency is None and self.state != VersionState.AGREED:
            raise NotAgreed("The team has not agreed this rota.")
        if urgency is None and silent_until is not None and now < silent_until:
            raise NotAgreed("Members who were away still have time to answer.")
        self.urgency = urgency
        self.published_at = now
        self._become(VersionState.PUBLISHED, now)

    def publish_amendment(self, now: datetime) -> None:
        """What a published rota becomes, for a reason that each concerned is told."""
        self.published_at = now
        self._become(VersionState.PUBLISHED, now)

    def amended(self, now: datetime) -> None:
        self._become(VersionState.AMENDED, now)

    def close(self, now: datetime) -> None:
        """With its rota: what was published stays as the last word, what was not is withdrawn."""
        self._become(VersionState.CLOSED if self.state == VersionState.PUBLISHED else VersionState.WITHDRAWN, now)

    def _become(self, state: VersionState, now: datetime) -> None:
        self.state, self.changed_at = state, now

    def _require(self, *states: VersionState) -> None:
        if self.state not in states:
            raise VersionNotOpen(self.state)


only_states(RotaVersion, "origin", Origin)
only_states(RotaVersion, "state", VersionState)
RotaVersion.__table__.append_constraint(  # type: ignore[attr-defined]
    UniqueConstraint("rota_id", "number", name="one_version_of_a_number")
)
Index("one_published_version", col(RotaVersion.rota_id), unique=True, postgresql_where=text("state = 'published'"))
