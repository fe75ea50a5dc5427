"""Sign-ins that have ended before their tokens: asked of identity again and again, so that a token stops at once."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, NoReturn

from pydantic import BaseModel

from services.common.auth import Principal
from services.common.errors import InvalidToken

log = logging.getLogger(__name__)

# With the time that an answer takes, what has ended is refused everywhere within five seconds.
ASK_SECONDS = 2.0


class Ended(BaseModel):
    """What was ended lately: sessions by name, and people or systems whose earlier tokens no longer hold."""

    sessions: frozenset[str] = frozenset()
    # Until which second, since 1970, tokens of this subject were issued that no longer hold.
    subjects: dict[str, int] = {}

    def holds_for(self, session: str | None, subject: str, issued_at: int) -> bool:
        return session in self.sessions or issued_at <= self.subjects.get(subject, -1)


@dataclass
class Revocations:
    """What identity last said. When it is away that stays, and no internal token outlives five minutes anyway."""

    ask: Callable[[], Awaitable[Any]]
    ended: Ended = field(default_factory=Ended)

    def refuse(self, principal: Principal) -> None:
        """Raises `InvalidToken` for somebody whose sign-in has ended."""
        if self.ended.holds_for(principal.session, principal.subject, principal.issued_at):
            raise InvalidToken("The access token is not valid here.")

    async def follow(self) -> NoReturn:
        while True:
            try:
                self.ended = Ended.model_validate(await self.ask())
            except Exception as error:  # noqa: BLE001  whatever it is, the next answer may be better
                log.warning("ended sign-ins not heard of", extra={"error": type(error).__name__})
            await asyncio.sleep(ASK_SECONDS)
