"""Who may call which of caseload's routes. Whoever works around the team never reads a client."""

from typing import Annotated

from fastapi import Depends

from services.common.access import Requires
from services.common.auth import Persona
from services.common.db import Transaction

# The other services ask for what an event, which holds no personal data, told them of.
ByNurseOrService = Annotated[Transaction, Depends(Requires(Persona.NURSE, Persona.SERVICE))]
ByTeamOrBoard = Annotated[
    Transaction, Depends(Requires(Persona.NURSE, Persona.COACH, Persona.STEERING, Persona.COMMISSIONER))
]
ByGuest = Annotated[Transaction, Depends(Requires(Persona.SOCIAL_WORKER))]
