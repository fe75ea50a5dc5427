"""Who may call what: HR keeps the files; the team and those around it read what concerns the team."""

from typing import Annotated

from fastapi import Depends

from services.common.auth import Persona
from services.common.db import Transaction
from services.common.http import Requires

ByHr = Annotated[Transaction, Depends(Requires(Persona.HR))]
ByHrOrNurse = Annotated[Transaction, Depends(Requires(Persona.HR, Persona.NURSE))]
ByHrTeamOrCoach = Annotated[Transaction, Depends(Requires(Persona.HR, Persona.NURSE, Persona.COACH))]
ByHrOrAroundTeam = Annotated[
    Transaction, Depends(Requires(Persona.HR, Persona.NURSE, Persona.COACH, Persona.HEATSHIELD))
]
ByHrFinanceOrAroundTeam = Annotated[
    Transaction, Depends(Requires(Persona.HR, Persona.FINANCE, Persona.NURSE, Persona.COACH, Persona.HEATSHIELD))
]
