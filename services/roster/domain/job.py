"""Job: a question whose answer takes long, asked by a member of a team and worked on apart from every request."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field
from uuid6 import uuid7

from services.common.errors import Conflict
from services.common.models import INSTANT, TeamOwned, only_states
from services.roster.domain.base import Base

# Whoever has died so often over one job would die over it again.
MOST_ATTEMPTS = 3
# What is kept of how it went, for somebody to look at.
MOST_PROGRESS = 50
# Why a job failed, where no rule of the answer's own says so.
SOLVER_DIED = "solver_died"
# It was found, and could not be written down.
ANSWER_NOT_KEPT = "answer_not_kept"


class JobKind(StrEnum):
    """What is asked for."""

    ROTA = "rota"
    ROUNDS = "rounds"
    REPAIR = "repair"
    WHY = "why"


class JobState(StrEnum):
    """A job is waited for, worked on, and then over for good, in one of three ways."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


OVER = frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED})


class JobOver(Conflict):
    """What is over is neither stopped nor begun again."""

    field = "/path/job_id"
    way_out = "Read the job for what came of it, or ask again for a new one."

    def __init__(self) -> None:
        super().__init__("This job is over.")


@dataclass(frozen=True)
class Told:
    """How far it is: after how many seconds, the best so far, the bound that nothing can beat, and by which engine.

    `found` is the answer so far, in the shape of the answer: what stays if nobody can go on.
    """

    seconds: float
    best: int | None = None
    bound: int | None = None
    by: str = ""
    found: dict[str, Any] | None = None

    def line(self) -> dict[str, Any]:
        return {"seconds": round(self.seconds, 2), "best": self.best, "bound": self.bound, "by": self.by}


@dataclass
class Account:
    """All that was told of a job by whoever works on it: the newest of many lines, after the very first."""

    lines: list[dict[str, Any]] = field(default_factory=list)
    last: Told | None = None
    found: dict[str, Any] | None = None
    is_news: bool = False

    def hear(self, told: Told) -> None:
        self.last, self.found, self.is_news = told, told.found or self.found, True
        self.lines.append(told.line())
        if len(self.lines) > MOST_PROGRESS:
            del self.lines[1]

    def values(self) -> dict[str, Any]:
        """The columns of a job that all this is kept in."""
        if self.last is None:
            return {}
        known: dict[str, Any] = {"best": self.last.best, "bound": self.last.bound, "progress": list(self.lines)}
        known |= {} if self.found is None else {"result": self.found}
        return {"elapsed_milliseconds": round(self.last.seconds * 1000), **known}

    def news(self) -> dict[str, Any]:
        """The same, where anything is new; it is not new any more."""
        is_news, self.is_news = self.is_news, False
        return self.values() if is_news else {}


@dataclass(frozen=True)
class Standing:
    """What whoever works on a job has to know of it: whether it is still theirs, and whether it is to be stopped."""

    is_mine: bool
    is_to_stop: bool


class Job(TeamOwned, Base, table=True):
    """One question and its answer. Its version counts its states; how far it is changes in between."""

    kind: str
    state: str
    asked_by: UUID | None
    seed: int
    asked_seconds: int
    input: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    input_hash: str
    # How many have begun to work on it: the last of them alone may end it.
    attempts: int = 0
    best: int | None = Field(default=None, sa_type=BigInteger)
    bound: int | None = Field(default=None, sa_type=BigInteger)
    elapsed_milliseconds: int | None = None
    progress: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    result: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    failure_code: str | None = None
    cancel_asked_at: datetime | None = Field(default=None, sa_type=INSTANT)
    started_at: datetime | None = Field(default=None, sa_type=INSTANT)
    ended_at: datetime | None = Field(default=None, sa_type=INSTANT)

    @classmethod
    def asked(
        cls,
        team_id: UUID,
        kind: JobKind,
        question: dict[str, Any],
        *,
        seconds: int,
        seed: int,
        by: UUID | None,
        now: datetime,
    ) -> Self:
        return cls(
            id=uuid7(),
            team_id=team_id,
            kind=kind,
            state=JobState.QUEUED,
            asked_by=by,
            seed=seed,
            asked_seconds=seconds,
            input=question,
            input_hash=print_of({"kind": kind, "input": question, "seconds": seconds, "seed": seed}),
            progress=[],
            changed_at=now,
        )

    @property
    def is_over(self) -> bool:
        return self.state in OVER

    @property
    def is_worn_out(self) -> bool:
        """Whether so many have died over it that nobody looks any more: it ends with the best so far."""
        return self.attempts > MOST_ATTEMPTS

    def begin(self, now: datetime) -> bool:
        """Somebody begins, or begins again after whoever did before has died. Whether there is anything to do.

        After the third death that is to end it with the best so far; where there is none, or that fails too, it failed.
        """
        if self.is_over:
            return False
        if self.cancel_asked_at is not None:
            self._end(JobState.CANCELLED, now)
        elif self.attempts >= MOST_ATTEMPTS + (self.result is not None):
            self.fail(SOLVER_DIED, now)
        else:
            self.state, self.attempts, self.started_at, self.changed_at = JobState.RUNNING, self.attempts + 1, now, now
        return not self.is_over

    def note(self, account: Account) -> None:
        """All that was told of it so far."""
        for name, value in account.values().items():
            setattr(self, name, value)

    def put_back(self, now: datetime) -> None:
        """Whoever worked on it has to go, and did not die over it."""
        self.state, self.attempts, self.changed_at = JobState.QUEUED, self.attempts - 1, now

    def finish(self, result: dict[str, Any], now: datetime) -> None:
        """An answer that came although it was to be stopped is kept, and is still not asked for.

        One that nobody could finish says so, in `unfinished`.
        """
        self.result = result | ({"unfinished": SOLVER_DIED} if self.is_worn_out else {})
        self._end(JobState.DONE if self.cancel_asked_at is None else JobState.CANCELLED, now)

    def fail(self, code: str, now: datetime) -> None:
        """There is no answer but the best so far, if there was one."""
        self.failure_code = code
        self._end(JobState.FAILED, now)

    def stop(self, now: datetime) -> None:
        """Nobody wants the answer any more: one that is worked on ends in a moment. Raises `JobOver`."""
        if self.is_over:
            raise JobOver
        self.cancel_asked_at = self.changed_at = now
        if self.state == JobState.QUEUED:
            self._end(JobState.CANCELLED, now)

    def stopped(self, now: datetime) -> None:
        """Whoever worked on it has stopped."""
        self._end(JobState.CANCELLED, now)

    def _end(self, state: JobState, now: datetime) -> None:
        self.state, self.ended_at, self.changed_at = state, now, now


def print_of(question: Mapping[str, Any]) -> str:
    """The same for the same question, however it is written."""
    written = json.dumps(question, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(written.encode()).hexdigest()


only_states(Job, "kind", JobKind)
only_states(Job, "state", JobState)
Job.__table__.append_constraint(  # type: ignore[attr-defined]
    CheckConstraint(
        "(state in ('done', 'failed', 'cancelled')) = (ended_at is not null) "
        "and (state <> 'running' or started_at is not null) and (state = 'failed') = (failure_code is not null)",
        name="job_makes_sense",
    )
)
Index(
    "job_asked_once",
    Job.__table__.c.team_id,  # type: ignore[attr-defined]
    Job.__table__.c.kind,  # type: ignore[attr-defined]
    Job.__table__.c.input_hash,  # type: ignore[attr-defined]
    unique=True,
    postgresql_where=text("state in ('queued', 'running') and cancel_asked_at is null"),
)
# What is not over, however many are.
Index(
    "ix_job_open",
    Job.__table__.c.id,  # type: ignore[attr-defined]
    postgresql_where=text("state in ('queued', 'running')"),
)
# What is kept of the question and the answer, until it is forgotten.
Index(
    "ix_job_kept",
    Job.__table__.c.ended_at,  # type: ignore[attr-defined]
    postgresql_where=text("input <> '{}'::jsonb"),
)
