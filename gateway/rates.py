"""How often a caller may ask: so many a second from one address, and so many for one token, with a burst of each."""

import math
import time
from collections.abc import Hashable
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Receive, Scope, Send

from gateway import refusals
from gateway.addresses import block
from gateway.routes import ROUTES
from services.common.telemetry import QUIET

SWEEP_FROM = 10_000
BY_LINK = tuple(f"{route.prefix}/" for route in ROUTES if route.is_by_link)


@dataclass
class Rate:
    """The generic cell rate algorithm (ITU-T I.371): one number for each caller, and no step at a window's edge."""

    per_second: float
    burst: int
    _due: dict[Hashable, float] = field(default_factory=dict)
    _sweep_at: int = SWEEP_FROM

    def seconds_to_wait(self, caller: Hashable, now: float) -> float:
        """0 when the caller may ask now, which counts."""
        due = max(self._due.get(caller, now), now) + 1 / self.per_second
        early = due - now - self.burst / self.per_second
        if early > 1e-9:
            return early
        if len(self._due) >= self._sweep_at:
            self._due = {one: when for one, when in self._due.items() if when > now}
            self._sweep_at = max(SWEEP_FROM, 2 * len(self._due))
        self._due[caller] = due
        return 0


class Limited:
    """Refuses what is more than its share, for each address and then for each token, or each holder of a link."""

    def __init__(self, app: ASGIApp, per_address: Rate, per_user: Rate, by_link: Rate) -> None:
        self.app, self.per_address, self.per_user, self.by_link = app, per_address, per_user, by_link

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in QUIET:
            await self.app(scope, receive, send)
            return
        now, client = time.monotonic(), scope.get("client")
        address = block(client[0]) if client else ""
        refused: type[refusals.TooManyRequests] = refusals.TooManyRequestsFromAddress
        wait = self.per_address.seconds_to_wait(address, now)
        if not wait and scope["path"].startswith(BY_LINK):
            wait = self.by_link.seconds_to_wait(address, now)
        elif not wait and (token := _token(scope)):
            refused, wait = refusals.TooManyRequests, self.per_user.seconds_to_wait(token, now)
        if wait:
            answer = refusals.answer(scope, refused(), retry_after=str(math.ceil(wait)))
            await answer(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def _token(scope: Scope) -> int:
    """A number for the token, which itself is not kept; 0 when there is none."""
    return next((hash(value) for name, value in scope["headers"] if name == b"authorization"), 0)
