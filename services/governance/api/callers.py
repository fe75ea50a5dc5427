"""Who may call which routes. Nobody here but the nurse ever reads about a client."""

from typing import Annotated

from fastapi import Depends

from services.common.access import Requires
from services.common.auth import Persona
from services.common.db import Transaction

WORKING = (Persona.NURSE, Persona.COACH, Persona.HEATSHIELD)

ByWorkingGroup = Annotated[Transaction, Depends(Requires(*WORKING))]
ByWorkingOrSteeringGroup = Annotated[Transaction, Depends(Requires(*WORKING, Persona.STEERING))]
ByTeamOrAround = Annotated[Transaction, Depends(Requires(*WORKING, Persona.STEERING, Persona.COMMISSIONER))]
