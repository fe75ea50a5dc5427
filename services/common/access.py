"""Who may do what: a route says it once, in its `Requires`, and what it says is decided here and nowhere else.

A function that is not the caller's is 403, by this module. A thing that is not the caller's is 404, in the same bytes
as a thing that does not exist: `Transaction.get`, `visible` and `require_team` see to it, by the teams that the caller
belongs to now. What a persona may not read of a thing has no place in the shape that the route answers with.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant

from services.common.auth import Persona, Principal
from services.common.db import Transaction
from services.common.errors import Forbidden, Unauthorised
from services.common.types import CLOCK_SKEW

# The systems of others. What they may reach is at the one service that speaks with partners.
PARTNERS = frozenset({Persona.COUNCIL, Persona.INTEGRATOR})


@dataclass(frozen=True)
class Condition:
    """What a caller must bring besides a persona: a scope, an assurance, a purpose.

    `check` raises the refusal that says what is missing; the rest is told in the OpenAPI document as `x-{name}`.
    """

    name: str
    wanted: str
    check: Callable[[Principal], None]


class InsufficientUserAuthentication(Unauthorised):
    """The sign-in is good, and not sure or not fresh enough for this (RFC 9470)."""

    way_out = "Sign in again as WWW-Authenticate says, and send the same request with the new token."


# NIST SP 800-63B; identity says it so whatever the provider's words are.
SURE_ENOUGH = ("AAL2", "AAL3")


def freshly_signed_in(seconds: int) -> Condition:
    """With a second factor, and at most so many seconds ago."""
    headers = {
        "WWW-Authenticate": 'Bearer error="insufficient_user_authentication", '
        f'acr_values="{" ".join(SURE_ENOUGH)}", max_age="{seconds}"'
    }

    def check(caller: Principal) -> None:
        age = time.time() - (caller.signed_in_at or 0)
        if not -CLOCK_SKEW.total_seconds() <= age <= seconds or caller.assurance not in SURE_ENOUGH:
            raise InsufficientUserAuthentication("This takes a new sign-in with a second factor.", headers=headers)

    return Condition("assurance", f"{' or '.join(SURE_ENOUGH)}, within {seconds} seconds", check)


# Names what lets a nurse read one client of another team; only where a route says that it takes it.
BREAK_GLASS = "Break-Glass"


class ReadOnlyByBreakGlass(Forbidden):
    """What was opened in an emergency is one client's record, to be read: nothing is changed, listed or searched."""

    field = f"/header/{BREAK_GLASS}"
    way_out = "Leave the header out for whatever your own team may do; with it, read the client's record by its ids."

    def __init__(self) -> None:
        super().__init__("Broken glass lets one client's record be read, and nothing else be done.")


class Requires:
    """Whom a route admits, as its first dependency; it hands the route its transaction.

    Every route has one, an architecture test says so, and another asks every route for every persona.
    """

    def __init__(
        self, *personas: Persona, also: tuple[Condition, ...] = (), through_broken_glass: bool = False
    ) -> None:
        self.personas = frozenset(personas)
        self.conditions = also
        self.through_broken_glass = through_broken_glass

    async def __call__(self, request: Request) -> Transaction:
        transaction: Transaction = request.state.transaction
        self.admit(transaction.actor)
        if BREAK_GLASS in request.headers and not self.through_broken_glass:
            raise ReadOnlyByBreakGlass
        return transaction

    def admit(self, caller: Principal) -> None:
        """Raises `Forbidden` for another persona, and then what a condition raises."""
        if caller.persona not in self.personas:
            raise Forbidden(f"The role {caller.persona.replace('_', ' ')} may not do this.")
        for condition in self.conditions:
            condition.check(caller)

    def described(self) -> dict[str, Any]:
        """What the OpenAPI document says of it."""
        return {"x-personas": sorted(self.personas), **{f"x-{one.name}": one.wanted for one in self.conditions}}


ByNurse = Annotated[Transaction, Depends(Requires(Persona.NURSE))]


def guards(dependant: Dependant) -> Iterator[Requires]:
    """Every `Requires` that a route depends on, however deep."""
    if isinstance(dependant.call, Requires):
        yield dependant.call
    for inner in dependant.dependencies:
        yield from guards(inner)
