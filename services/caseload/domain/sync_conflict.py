"""Conflict: two people said different things without knowing of each other. Both are kept until a person settles it."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from pydantic import model_validator
from sqlalchemy import Column, Index, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, col

from services.caseload.domain.base import Base
from services.caseload.domain.handover import CallList
from services.caseload.domain.omaha import InterventionCode
from services.common.errors import Conflict, Unprocessable
from services.common.models import INSTANT, Stored, TeamOwned, only_states
from services.common.types import Input, Words


class ConflictKind(StrEnum):
    LINE = "care_plan_line"
    WHO_TO_CALL = "who_to_call"
    DOSE = "dose"
    STATE = "state"
    FACT = "fact"


class Settling(StrEnum):
    """What a person says of two records that cannot both be right as they are."""

    SAME_DOSE = "same_dose_noted_twice"
    GIVEN_TWICE = "given_twice"
    GIVEN = "given_all_the_same"
    AS_IT_STANDS = "as_it_stands"


class Settlement(Input):
    """What holds from now on: the words of a line, the list of whom to call, or what is true of the two records.

    `reason` says why; with a dose that was given, it is the reason of the override.
    """

    words: Words | None = None
    intervention: InterventionCode | None = None
    who_to_call: CallList | None = None
    settling: Settling | None = None
    reason: Words | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if sum(one is not None for one in (self.words, self.who_to_call, self.settling)) != 1:
            raise ValueError("send one of words, who_to_call and settling")
        if self.settling is not None and self.reason is None:
            raise ValueError("reason comes with settling")
        if self.intervention is not None and self.words is None:
            raise ValueError("intervention comes with words")
        return self


class SettledOtherwise(Unprocessable):
    """Words are settled by words, a dose by what became of it."""

    field = "/body"
    way_out = "Read the conflict: its `settled_by_sending` says what to send."

    def __init__(self) -> None:
        super().__init__("A conflict of this kind is settled otherwise.")


class ConflictAlreadySettled(Conflict):
    field = "/path/conflict_id"
    way_out = "Read it: it says how it was settled, and by whom. Change what holds now like anything else."

    def __init__(self) -> None:
        super().__init__("This conflict has been settled.")


class InConflict(Conflict):
    """Two people's words stand side by side, and a third would hide them."""

    field = "/path/care_plan_id"
    way_out = "Settle the conflict first: POST /v1/sync/conflicts/{conflict_id}/settle, with the words that hold."

    def __init__(self) -> None:
        super().__init__("Two versions of this wait for somebody to say what holds.")


# What is sent to settle each.
SENT_FOR = {
    ConflictKind.LINE: ["words"],
    ConflictKind.WHO_TO_CALL: ["who_to_call"],
    ConflictKind.DOSE: [Settling.SAME_DOSE, Settling.GIVEN_TWICE, Settling.GIVEN],
    ConflictKind.STATE: [Settling.AS_IT_STANDS],
    ConflictKind.FACT: [Settling.AS_IT_STANDS],
}


class SyncConflict(TeamOwned, Base, table=True):
    """Two or more versions of one thing. It is kept for ever, with all that was said."""

    client_id: UUID = Field(foreign_key="client.id", index=True)
    kind: str
    # The plan, the medicine, the action; and the line of a plan.
    subject_id: UUID
    line_id: UUID | None = None
    # Who has to settle it: whoever said one of its versions.
    people: list[UUID] = Field(sa_column=Column(ARRAY(Uuid), nullable=False))
    code: str | None = None
    opened_at: datetime = Field(sa_type=INSTANT)
    settled_at: datetime | None = Field(default=None, sa_type=INSTANT)
    settled_by: UUID | None = None
    settlement: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))

    @classmethod
    def opened(
        cls, about: Any, kind: ConflictKind, now: datetime, *, line_id: UUID | None = None, code: str | None = None
    ) -> Self:
        """About a plan, a medicine or another thing of one client."""
        whose = {"client_id": about.client_id, "team_id": about.team_id, "subject_id": about.id}
        return cls(**whose, kind=kind, line_id=line_id, code=code, people=[], opened_at=now, changed_at=now)

    @property
    def is_open(self) -> bool:
        return self.settled_at is None

    def require_open(self) -> None:
        """Raises `ConflictAlreadySettled`."""
        if not self.is_open:
            raise ConflictAlreadySettled

    def settle(self, settlement: Settlement, by: UUID | None, now: datetime) -> None:
        said = settlement.model_dump(mode="json", exclude_none=True)
        self.settled_at, self.settled_by, self.settlement, self.changed_at = now, by, said, now

    def name(self, *people: UUID | None) -> None:
        self.people = sorted({*self.people, *(one for one in people if one is not None)})


class SyncVersion(Stored, Base, table=True):
    """One of a conflict's versions: what was said, by whom and when. Words of a plan have the id of their edit."""

    team_id: UUID
    conflict_id: UUID = Field(foreign_key="sync_conflict.id", index=True)
    content: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    made_by: UUID | None = None
    happened_at: datetime = Field(sa_type=INSTANT)
    operation_id: UUID | None = None
    device_id: UUID | None = None
    is_live: bool = False
    # Somebody who knew of it said something else.
    is_superseded: bool = False


only_states(SyncConflict, "kind", ConflictKind)
Index(
    "ix_sync_conflict_open",
    col(SyncConflict.team_id),
    col(SyncConflict.id),
    postgresql_where=text("settled_at is null"),
)
Index("ix_sync_conflict_subject", col(SyncConflict.subject_id))
