"""What the client's surgery holds: allergies and medicines, each with who wrote it down there, when and where.

It is looked at and not kept. What a surgery's system says about the record as a whole, such as that something in it is
confidential, comes with it.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from services.common.errors import Conflict, ServiceError
from services.interop.domain.record import Client, Person

VERIFIED = "01"


@dataclass(frozen=True)
class Written:
    """Where an entry comes from, as far as the surgery says. `by` is the name that it gives, with the role."""

    on: date | None
    by: str | None
    at: str | None


@dataclass(frozen=True)
class GpAllergy:
    """`status` is active or resolved; what has ended is told, and is another list at the surgery."""

    code: str | None
    name: str
    status: str
    reactions: tuple[str, ...]
    since_on: date | None
    written: Written


@dataclass(frozen=True)
class GpMedicine:
    """`kind` is acute, repeat and so on, in the surgery's words; a medicine is named by the dictionary's code."""

    code: str | None
    name: str
    status: str
    kind: str | None
    dosage: str | None
    from_on: date | None
    until_on: date | None
    last_issued_on: date | None
    written: Written


@dataclass(frozen=True)
class GpRecord:
    """`warnings` are the surgery's about the whole; `left_out` counts the entries that could not be read."""

    allergies: list[GpAllergy] = field(default_factory=list)
    medicines: list[GpMedicine] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    left_out: int = 0


@dataclass(frozen=True)
class Looked:
    """A record as it was at this moment, at this surgery."""

    client_id: UUID
    team_id: UUID
    ods_code: str
    asked_at: datetime
    record: GpRecord = field(repr=False)


class SurgeryNotKnown(Conflict):
    """Nobody guesses where somebody is a patient."""

    field = "/path/client_id"
    way_out = "Share the care with the client's surgery first: POST /caseload/v1/surgery-shares."

    def __init__(self) -> None:
        super().__init__("It is not known where the client is registered.")


class SurgeryNotConnected(Conflict):
    field = "/path/client_id"
    way_out = "Ring the surgery. Operations can connect it by INTEROP_GPCONNECT_SURGERIES."

    def __init__(self, ods_code: str) -> None:
        super().__init__(f"This installation cannot look into records of the surgery {ods_code}.")


class NumberNotVerified(Conflict):
    """Somebody else's record would be worse than none."""

    field = "/path/client_id"
    way_out = "Trace the NHS number first: POST /interop/v1/traces."

    def __init__(self) -> None:
        super().__init__("The client's NHS number is not verified.")


class SurgeryRefuses(Conflict):
    """The surgery's system knows the question and says no, with the NHS's code."""

    field = "/path/client_id"
    way_out = "Tell the surgery the code. Where it is PATIENT_NOT_FOUND, ask the client where they are registered."

    def __init__(self, code: str) -> None:
        super().__init__(f"The surgery's system does not show this record: {code}.")


class SurgeryAway(ServiceError):
    status = 503
    way_out = "Nothing was changed. Ask again later, or ring the surgery; care goes on without it."

    def __init__(self) -> None:
        super().__init__("The surgery's system gave no answer that can be used.", headers={"Retry-After": "30"})


def require_verified(person: Person | Client) -> str:
    """The number by which a record may be asked for. Raises `NumberNotVerified`."""
    if person.nhs_number is None or person.nhs_number_status != VERIFIED:
        raise NumberNotVerified
    return person.nhs_number
