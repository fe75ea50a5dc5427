"""Who may call what: HR keeps the files; the team and those around it read what concerns the team."""

from typing import Annotated

from fastapi import Depends

from services.common.access import Requires
from services.common.auth import Persona
from services.common.db import Transaction

# Interop asks for what an event, which holds no names, told it of.
ByService = Annotated[Transaction, Depends(Requires(Persona.SERVICE))]
ByHr = Annotated[Transaction, Depends(Requires(Persona.HR))]
ByHrOrNurse = Annotated[Transaction, Depends(Requires(Persona.HR, Persona.NURSE))]
ByHrOrAroundTeam = Annotated[
    Transaction, Depends(Requires(Persona.HR, Persona.NURSE, Persona.COACH, Persona.HEATSHIELD))
]
ByHrFinanceOrAroundTeam = Annotated[
    Transaction, Depends(Requires(Persona.HR, Persona.FINANCE, Persona.NURSE, Persona.COACH, Persona.HEATSHIELD))
]
