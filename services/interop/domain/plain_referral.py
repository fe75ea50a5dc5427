"""A referral in plain JSON: what a partner's system tells that speaks no FHIR, such as a housing association's."""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field as Shape

from services.common.errors import Unprocessable
from services.common.types import Input, Name, NewId, PastDay, Words
from services.interop.domain.inbound import POSTCODE, MessageKind, Understood

# As the NHS number status indicator calls it where there is no number; nobody vouches for one here.
NO_NUMBER = "07"
PLAIN = "plain"
Postcode = Annotated[str, Shape(pattern=f"^{POSTCODE.pattern}$")]
Phone = Annotated[str, Shape(pattern=r"^[0-9+() -]{3,30}$")]


class PlainSource(StrEnum):
    """For whom the partner's system refers."""

    COUNCIL = "council"
    AGENCY = "agency"
    COMMUNITY = "community"
    OTHER = "other"


class PlainUrgency(StrEnum):
    ROUTINE = "routine"
    URGENT = "urgent"


class PlainPerson(Input):
    """Whom it is about, as far as the partner knows them."""

    given_name: Name
    family_name: Name
    birth_on: PastDay | None = None
    address_line: Name | None = None
    postcode: Postcode | None = None
    phone: Phone | None = None


class PlainReferral(Input):
    """`id` is the partner's receipt: by it they ask what became of the referral."""

    id: NewId
    dos_service_id: Annotated[str, Shape(pattern=r"^[A-Za-z0-9-]{1,40}$")]
    source: PlainSource
    urgency: PlainUrgency = PlainUrgency.ROUTINE
    reason: Words
    referrer: Name
    person: PlainPerson
    person_agrees: bool

    def understood(self) -> Understood:
        """Raises `PersonMustAgree`."""
        if not self.person_agrees:
            raise PersonMustAgree
        person: dict[str, Any] = {"sex": "unknown", "nhs_number": None, "nhs_number_status": NO_NUMBER}
        return Understood(
            kind=MessageKind.REFERRAL,
            use_case=PLAIN,
            source=self.source,
            reason=self.reason,
            urgency=self.urgency,
            answer_due_at=None,
            referrer=self.referrer,
            referrer_ods_code=None,
            person=person | self.person.model_dump(),
        )


class PersonMustAgree(Unprocessable):
    """Nobody is referred by a landlord or an agency without knowing and agreeing."""

    field = "/body/person_agrees"
    way_out = "Ask the person first. If somebody is in danger, ring 999; if you are worried, ring the team."

    def __init__(self) -> None:
        super().__init__("The person has not agreed to this.")


class ServiceUnknown(Unprocessable):
    field = "/body/dos_service_id"
    way_out = "Choose one of the services listed at /interop/v1/service-endpoints."

    def __init__(self) -> None:
        super().__init__("No team answers to this service.")
