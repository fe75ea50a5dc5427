"""The client's own network: the people around them, and the tie between the two as an ecomap draws it."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field as Shape
from sqlmodel import Field

from services.caseload.domain.base import Base
from services.caseload.domain.client import Client
from services.common.errors import Conflict
from services.common.models import TeamOwned, only_states
from services.common.types import Input, Name, NewId, PastDay, Words

Phone = Annotated[str, Shape(pattern=r"^[0-9+() -]{3,30}$")]


class Tie(StrEnum):
    """Who the person is to the client."""

    PARTNER = "partner"
    CHILD = "child"
    PARENT = "parent"
    SIBLING = "sibling"
    RELATIVE = "relative"
    FRIEND = "friend"
    NEIGHBOUR = "neighbour"
    FAITH_COMMUNITY = "faith_community"
    VOLUNTEER = "volunteer"
    OTHER = "other"


class Strength(StrEnum):
    """The line of an ecomap: thick, thin or hatched (Hartman A, 1978)."""

    STRONG = "strong"
    WEAK = "weak"
    STRESSFUL = "stressful"


class Flow(StrEnum):
    """The arrow of an ecomap: who gives to whom."""

    TO_CLIENT = "to_client"
    FROM_CLIENT = "from_client"
    BOTH = "both"


class ConsentHow(StrEnum):
    IN_PERSON = "in_person"
    BY_PHONE = "by_phone"
    IN_WRITING = "in_writing"


class PersonConsent(Input):
    """That the person themselves agrees to be written down with a number, and to be asked for help."""

    given_on: PastDay
    how: ConsentHow


class NetworkPersonDetails(Input):
    """Who the person is to the client, and what they do for them and when. `until_on` once they no longer do."""

    name: Name
    tie: Tie
    strength: Strength = Strength.STRONG
    flow: Flow = Flow.BOTH
    does: Words | None = None
    phone: Phone | None = None
    until_on: PastDay | None = None


class NewNetworkPerson(NetworkPersonDetails):
    id: NewId
    client_id: UUID
    consent: PersonConsent | None = None


class ConsentOfPersonNeeded(Conflict):
    """Somebody beside the client decides for themselves what is kept of them and what they take on."""

    field = "/body/phone"
    way_out = "Ask the person, record their consent first, and then send this again."

    def __init__(self, field: str = field) -> None:
        super().__init__("This person has not agreed to it, or no longer does.", field=field)


class NoConsentToWithdraw(Conflict):
    field = "/path/network_person_id"
    way_out = "Nothing needs to be done: there is no consent of this person."

    def __init__(self) -> None:
        super().__init__("This person has not given their consent.")


class PersonOfAnotherClient(Conflict):
    """A person is asked for help by the client whose network they are in."""

    field = "/body/network_person_id"
    way_out = "Name somebody of this client's network, or record the person there first."

    def __init__(self, field: str = field) -> None:
        super().__init__("This person is not in the client's network.", field=field)


class NetworkPerson(TeamOwned, Base, table=True):
    """Somebody around the client (FHIR RelatedPerson). Without their own consent there is no number of theirs."""

    client_id: UUID = Field(foreign_key="client.id", index=True)
    name: str
    tie: str
    strength: str
    flow: str
    does: str | None = None
    phone: str | None = None
    until_on: date | None = None
    consent_on: date | None = None
    consent_how: str | None = None
    withdrawn_on: date | None = None
    written_by: UUID | None

    @classmethod
    def known(cls, new: NewNetworkPerson, client: Client, by: UUID | None, now: datetime) -> Self:
        """Raises `ConsentOfPersonNeeded`."""
        if new.phone is not None and new.consent is None:
            raise ConsentOfPersonNeeded
        about: dict[str, Any] = {"team_id": client.team_id, "written_by": by, "changed_at": now}
        person = cls(**new.model_dump(exclude={"consent"}), **about)
        if new.consent is not None:
            person.consent(new.consent, now)
        return person

    @property
    def consents(self) -> bool:
        return self.consent_on is not None

    def change(self, details: NetworkPersonDetails, by: UUID | None, now: datetime) -> None:
        """Raises `ConsentOfPersonNeeded`."""
        if details.phone is not None and not self.consents:
            raise ConsentOfPersonNeeded
        for name, value in details:
            setattr(self, name, value)
        self.written_by, self.changed_at = by, now

    def consent(self, consent: PersonConsent, now: datetime) -> None:
        self.consent_on, self.consent_how, self.withdrawn_on = consent.given_on, consent.how, None
        self.changed_at = now

    def withdraw(self, on: date, now: datetime) -> None:
        """The number goes at once. Raises `NoConsentToWithdraw`."""
        if not self.consents:
            raise NoConsentToWithdraw
        self.consent_on, self.consent_how, self.phone = None, None, None
        self.withdrawn_on, self.changed_at = on, now


only_states(NetworkPerson, "tie", Tie)
only_states(NetworkPerson, "strength", Strength)
only_states(NetworkPerson, "flow", Flow)
only_states(NetworkPerson, "consent_how", ConsentHow)
