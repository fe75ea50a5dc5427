"""Who may do what: a route says it once, in its `Requires`, and what it says is decided here and nowhere else.

A function that is not the caller's is 403, by this module. A thing that is not the caller's is 404, in the same bytes
as a thing that does not exist: `Transaction.get`, `visible` and `require_team` see to it, by the teams that the caller
belongs to now. What a persona may not read of a thing has no place in the shape that the route answers with.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant

from services.common.auth import Persona, Principal
from services.common.db import Transaction
from services.common.errors import Forbidden

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


class Requires:
    """Whom a route admits, as its first dependency; it hands the route its transaction.

    Every route has one, an architecture test says so, and another asks every route for every persona.
    """

    def __init__(self, *personas: Persona, also: tuple[Condition, ...] = ()) -> None:
        self.personas = frozenset(personas)
        self.conditions = also

    async def __call__(self, request: Request) -> Transaction:
        transaction: Transaction = request.state.transaction
        self.admit(transaction.actor)
        return transaction

    def admit(self, caller: Principal) -> None:
        """Raises `Forbidden` for another persona, and then what a condition raises."""
        if caller.persona not in self.personas:
            raise Forbidden(f"A {caller.persona.replace('_', ' ')} may not do this.")
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
