"""Who may call which of interop's routes. A council calls none: it is sent what is shared with it."""

from typing import Annotated

from fastapi import Depends

from services.common.access import Condition, Requires
from services.common.auth import Persona
from services.common.db import Transaction
from services.common.scopes import (
    AGENCY_CARE_WRITE,
    COUNCIL_FACTS_READ,
    REFERRALS_READ,
    REFERRALS_WRITE,
    RETURNS_READ,
    SYSTMONE_ENTRIES_WRITE,
    require_scope,
)

BySocialWorker = Annotated[Transaction, Depends(Requires(Persona.SOCIAL_WORKER))]
ByNurseOrSocialWorker = Annotated[Transaction, Depends(Requires(Persona.NURSE, Persona.SOCIAL_WORKER))]
ByService = Annotated[Transaction, Depends(Requires(Persona.SERVICE))]
ByNurseOrService = Annotated[Transaction, Depends(Requires(Persona.NURSE, Persona.SERVICE))]
ByReader = Annotated[Transaction, Depends(Requires(Persona.INTEGRATOR, Persona.NURSE))]
# Who may read every team's record as FHIR may send referrals, and hear in the feed of what happened. A nurse reads her
# own teams' alone and a council what is shared with it, and the feed is one for all.
ByIntegrator = Annotated[Transaction, Depends(Requires(Persona.INTEGRATOR))]
ByIntegratorOrOps = Annotated[Transaction, Depends(Requires(Persona.INTEGRATOR, Persona.OPS))]
ByOperatorOrNurse = Annotated[
    Transaction, Depends(Requires(Persona.INTEGRATOR, Persona.OPS, Persona.HEATSHIELD, Persona.NURSE))
]
# Where referrals go, and where a council's facts go, is never for a partner to say: the door is the same for all of
# them, and an integrator may be anybody who sends referrals.
ByOps = Annotated[Transaction, Depends(Requires(Persona.OPS))]


def _granted(scope: str) -> Condition:
    return Condition("scope", scope, lambda caller: require_scope(caller, scope))


ByReferrer = Annotated[Transaction, Depends(Requires(Persona.INTEGRATOR, also=(_granted(REFERRALS_WRITE),)))]
# A council is sent what is shared with it and calls nothing else: its system tells which agencies it arranged.
ByArranger = Annotated[Transaction, Depends(Requires(Persona.INTEGRATOR, also=(_granted(AGENCY_CARE_WRITE),)))]
# A council that takes nothing that is sent fetches, once for each day, what would have been.
ByFetcher = Annotated[Transaction, Depends(Requires(Persona.INTEGRATOR, also=(_granted(COUNCIL_FACTS_READ),)))]
# An agent beside SystmOne takes what is to be written into its unit, and says what became of it.
ByUnitAgent = Annotated[Transaction, Depends(Requires(Persona.INTEGRATOR, also=(_granted(SYSTMONE_ENTRIES_WRITE),)))]
ByOwnReferrer = Annotated[Transaction, Depends(Requires(Persona.INTEGRATOR, also=(_granted(REFERRALS_READ),)))]
# Operations ask for returns and see what is wrong with them, in counts. The rows are about people: the system that
# loads them reads them, where it was granted that, and nobody who looks at a team from outside.
MAY_READ_RETURNS = (_granted(RETURNS_READ),)
ByMakerOfReturns = Annotated[Transaction, Depends(Requires(Persona.INTEGRATOR, Persona.OPS, also=MAY_READ_RETURNS))]
ByReaderOfReturns = Annotated[Transaction, Depends(Requires(Persona.INTEGRATOR, also=MAY_READ_RETURNS))]
