"""What every way to a council can do: hand over one fact, bring what the council answered, and close an answer."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from services.interop.domain.delivery import Attempt
from services.interop.domain.submission import Verdict

ANSWER_SECONDS = 15


class Answered(NamedTuple):
    """The HTTP status, or None without one; what the council says of it; whether the council has the fact.

    `is_final` says that having it is taking it: a file or a pack of texts is answered later.
    """

    status: int | None
    verdict: Verdict | None = None
    has_it: bool = False
    is_final: bool = True


@dataclass(frozen=True)
class AnswerFile:
    """A file in which the council answers, as it was left, with the manifest that says what is in it.

    `too_large` is the size in bytes of what was not read for it; then there is neither.
    """

    name: str
    raw: bytes
    manifest: bytes
    too_large: int | None = None

    @property
    def digest(self) -> str:
        size = b"" if self.too_large is None else b"%d" % self.too_large
        return hashlib.sha256(self.raw + b"\0" + self.manifest + size).hexdigest()


class CouncilGateway(Protocol):
    """One council's system, whatever stands there. Nothing that goes wrong at its end is raised by `hand_over`."""

    async def hand_over(self, attempt: Attempt, now: datetime) -> Answered: ...

    async def waiting(self) -> list[str]:
        """The names of the answers that wait, a few at a time. Raises what the network or the disk does."""
        ...

    async def fetch(self, name: str) -> AnswerFile:
        """One of them. Raises what the network or the disk does."""
        ...

    async def settle(self, name: str, rejects: bytes | None) -> None:
        """This file has been judged: it is put away, and what was refused of it is told beside it."""
        ...


class AnswersAtOnce:
    """For councils who answer where they are asked, and leave nothing to be fetched."""

    async def waiting(self) -> list[str]:
        return []

    async def fetch(self, name: str) -> AnswerFile:
        raise FileNotFoundError(name)

    async def settle(self, name: str, rejects: bytes | None) -> None:
        """There is nothing to put away."""
