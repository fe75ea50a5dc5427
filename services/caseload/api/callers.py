"""Who may call which of caseload's routes. Whoever works around the team never reads a client."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Header

from services.caseload import usecases
from services.common.access import BREAK_GLASS, Requires, freshly_signed_in
from services.common.auth import Persona
from services.common.db import Transaction

FRESH_SECONDS = 15 * 60


def _reading(*personas: Persona) -> Any:
    """Who reads a part of one client's record; a nurse of another team does so where she broke the glass."""
    guard = Requires(*personas, through_broken_glass=True)

    async def admitted(
        tx: Annotated[Transaction, Depends(guard)],
        break_glass_id: Annotated[
            UUID | None, Header(alias=BREAK_GLASS, description="The id of what was opened in an emergency.")
        ] = None,
    ) -> Transaction:
        if break_glass_id is not None:
            await usecases.read_through_broken_glass(tx, break_glass_id)
        return tx

    return Depends(admitted)


ByNurseReading = Annotated[Transaction, _reading(Persona.NURSE)]
# The other services ask for what an event, which holds no personal data, told them of.
ByNurseOrServiceReading = Annotated[Transaction, _reading(Persona.NURSE, Persona.SERVICE)]
ByNurseFreshlySignedIn = Annotated[
    Transaction, Depends(Requires(Persona.NURSE, also=(freshly_signed_in(FRESH_SECONDS),)))
]
ByTeamOrBoard = Annotated[
    Transaction, Depends(Requires(Persona.NURSE, Persona.COACH, Persona.STEERING, Persona.COMMISSIONER))
]
ByNurseOrCoach = Annotated[Transaction, Depends(Requires(Persona.NURSE, Persona.COACH))]
# Somebody of a surgery, in no team: what their seat shows, and no record.
ByNurseOrPractice = Annotated[Transaction, Depends(Requires(Persona.NURSE, Persona.PRACTICE))]
ByGuest = Annotated[Transaction, Depends(Requires(Persona.SOCIAL_WORKER))]
# Counts and ages over all teams, for those who keep devices and connections going.
ByOpsOrHeatshield = Annotated[Transaction, Depends(Requires(Persona.OPS, Persona.HEATSHIELD))]
