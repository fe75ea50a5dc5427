"""Who may call which of identity's routes, once somebody is signed in."""

from typing import Annotated

from fastapi import Depends

from services.common.access import PARTNERS, Requires
from services.common.auth import Persona
from services.common.db import Transaction

OFFICES = frozenset({Persona.HR, Persona.OPS})
ByPerson = Annotated[Transaction, Depends(Requires(*(set(Persona) - PARTNERS - {Persona.SERVICE})))]
ByOffice = Annotated[Transaction, Depends(Requires(*OFFICES))]
ByOps = Annotated[Transaction, Depends(Requires(Persona.OPS))]
ByService = Annotated[Transaction, Depends(Requires(Persona.SERVICE))]
