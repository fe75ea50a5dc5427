"""Who may call which of finance's routes."""

from typing import Annotated

from fastapi import Depends

from services.common.access import Requires
from services.common.auth import Persona
from services.common.db import Transaction

ByFinance = Annotated[Transaction, Depends(Requires(Persona.FINANCE))]
ByTeamOrFinance = Annotated[Transaction, Depends(Requires(Persona.NURSE, Persona.FINANCE))]
# The team itself, or whoever clears its way to the council. None of it names the client.
ByWhoeverAsksTheCouncil = Annotated[Transaction, Depends(Requires(Persona.NURSE, Persona.FINANCE, Persona.HEATSHIELD))]
ByTeamOrAround = Annotated[
    Transaction, Depends(Requires(Persona.NURSE, Persona.COACH, Persona.HEATSHIELD, Persona.STEERING))
]
# Whoever answers for the money, in sums that name no client.
ByMoneyReader = Annotated[
    Transaction,
    Depends(
        Requires(
            Persona.NURSE,
            Persona.FINANCE,
            Persona.COACH,
            Persona.HEATSHIELD,
            Persona.STEERING,
            Persona.COMMISSIONER,
        )
    ),
]
