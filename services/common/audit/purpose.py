"""What a request is for, as HL7 codes it (v3 PurposeOfUse)."""

from collections.abc import Mapping
from enum import StrEnum

from services.common.auth import Persona


class Purpose(StrEnum):
    """The codes of v3 PurposeOfUse that occur here."""

    TREATMENT = "TREAT"
    BREAK_GLASS = "BTG"
    COORDINATION = "COC"
    OPERATIONS = "HOPERAT"
    PAYMENT = "HPAYMT"
    PATIENT_REQUEST = "PATRQT"
    SYSTEM = "HSYSADMIN"


# What somebody of this persona is here for, unless a use case says otherwise.
USUAL: Mapping[Persona, Purpose] = {
    Persona.NURSE: Purpose.TREATMENT,
    Persona.PRACTICE: Purpose.TREATMENT,
    Persona.INTEGRATOR: Purpose.TREATMENT,
    Persona.SOCIAL_WORKER: Purpose.COORDINATION,
    Persona.COUNCIL: Purpose.COORDINATION,
    Persona.FINANCE: Purpose.PAYMENT,
    Persona.COMMISSIONER: Purpose.PAYMENT,
    Persona.OPS: Purpose.SYSTEM,
}


def usual(persona: Persona) -> Purpose:
    return USUAL.get(persona, Purpose.OPERATIONS)
