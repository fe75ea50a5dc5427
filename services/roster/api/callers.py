"""Who may call which of roster's routes. Whoever works around the team reads figures alone."""

from typing import Annotated

from fastapi import Depends

from services.common.access import Requires
from services.common.auth import Persona
from services.common.db import Transaction

AROUND_THE_TEAM = (Persona.NURSE, Persona.COACH, Persona.HEATSHIELD, Persona.STEERING, Persona.COMMISSIONER)

# The other services ask for what an event, which holds no personal data, told them of.
ByNurseOrService = Annotated[Transaction, Depends(Requires(Persona.NURSE, Persona.SERVICE))]
ByTeamOrAround = Annotated[Transaction, Depends(Requires(*AROUND_THE_TEAM))]
ByTeamOrBackOffice = Annotated[Transaction, Depends(Requires(*AROUND_THE_TEAM, Persona.FINANCE, Persona.HR))]
