"""What a partner's system was granted (SMART App Launch 2): `system/Patient.rs` is to read and to search patients."""

import re
from typing import ClassVar

from services.common.auth import Persona, Principal
from services.common.errors import Forbidden

# The letters come in this order, and no other (SMART App Launch 2, Scopes and Launch Context).
CLINICAL = re.compile(r"(patient|user|system)/([A-Z][A-Za-z]{1,63}|\*)\.(c?r?u?d?s?)", re.ASCII)
# People's rights are those of their persona.
SYSTEMS = frozenset({Persona.INTEGRATOR, Persona.COUNCIL})
EVENTS_READ = "events:read"
REFERRALS_WRITE, REFERRALS_READ = "referrals:write", "referrals:read"
RETURNS_READ = "returns:read"
AGENCY_CARE_WRITE = "agency-care:write"
COUNCIL_FACTS_READ = "council-facts:read"
SYSTMONE_ENTRIES_WRITE = "systmone-entries:write"


class InsufficientScope(Forbidden):
    way_out = "Ask at the token endpoint for a scope that allows this; operations agree beforehand on what there is."
    headers: ClassVar[dict[str, str]] = {"WWW-Authenticate": 'Bearer error="insufficient_scope"'}

    def __init__(self) -> None:
        super().__init__("The token's scopes do not allow this.")


def covers(granted: str, wanted: str) -> bool:
    """Whether one scope, in its normal form, allows all that the other asks for."""
    if granted == wanted:
        return True
    ours, theirs = CLINICAL.fullmatch(granted), CLINICAL.fullmatch(wanted)
    if ours is None or theirs is None:
        return False
    return ours[1] == theirs[1] and ours[2] in ("*", theirs[2]) and set(theirs[3]) <= set(ours[3])


def handovers_of(ods_code: str) -> str:
    """To answer the handovers that are sent to this organisation."""
    return f"handovers:{ods_code.lower()}"


def is_granted(actor: Principal, wanted: str) -> bool:
    """A partner's system may do what it was granted."""
    return actor.persona not in SYSTEMS or any(covers(granted, wanted) for granted in actor.scopes)


def require_scope(actor: Principal, wanted: str) -> None:
    """Raises `InsufficientScope`."""
    if not is_granted(actor, wanted):
        raise InsufficientScope
