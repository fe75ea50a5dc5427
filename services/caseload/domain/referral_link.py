"""Referral link: what lets somebody without an account refer a person, once, or a place do so for a while."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from sqlmodel import Field

from services.caseload.domain.base import Base, Phone, Postcode, Sex
from services.caseload.domain.client import Client
from services.caseload.domain.one_time_link import Linked, LinkEnded, Secret, fingerprint
from services.caseload.domain.referral import Need, Referral, Urgency
from services.caseload.domain.rule import RuleCode
from services.common.errors import Conflict, NotFound, Unprocessable
from services.common.models import INSTANT, TeamOwned, only_states
from services.common.types import Input, Name, NewId, PastDay, Words

# It travels in the body, so that it is in no address and no log.
SHOWN_AT = "/body/secret"


class LinkKind(StrEnum):
    """Whom it is given to: one person, who uses it once, or a place such as the vicarage or the library."""

    PERSON = "person"
    PLACE = "place"


class LinkSource(StrEnum):
    """Who refers by it; the rest have accounts or systems of their own."""

    SELF = "self"
    SELF_RE_REFERRAL = "self_re_referral"
    COMMUNITY = "community"
    GP = "gp"


class NewReferralLink(Input):
    """`client_id` is for a client's own way back, as it is given to them when they are discharged."""

    id: NewId
    team_id: UUID
    kind: LinkKind
    given_to: Name
    source: LinkSource
    client_id: UUID | None = None

    @property
    def term(self) -> RuleCode:
        """Which rule says how long it is good: the open door of somebody discharged stays open for longer."""
        if self.kind is LinkKind.PLACE:
            return RuleCode.LINK_PLACE_DAYS
        is_back = self.source is LinkSource.SELF_RE_REFERRAL
        return RuleCode.LINK_BACK_DAYS if is_back else RuleCode.LINK_PERSON_DAYS


class ReferredPerson(Input):
    """Whom it is about, as a neighbour may know them. A number that nobody vouches for is not asked."""

    given_name: Name
    family_name: Name
    birth_on: PastDay | None = None
    sex: Sex = Sex.UNKNOWN
    address_line: Name | None = None
    postcode: Postcode | None = None
    phone: Phone | None = None


class ShownLink(Input):
    """The link that somebody came by."""

    secret: Secret


class OpenReferral(ShownLink):
    """The one-page form. `person_agrees`: they know of it, and want the team to be told."""

    id: NewId
    person: ReferredPerson
    person_agrees: bool
    reason: Words
    health_need: bool
    need: Need | None = None
    referrer: Name | None = None
    referrer_phone: Phone | None = None


class ShownReceipt(ShownLink):
    """The link, and the id that the form was sent with."""

    receipt_id: NewId


class ReceiptUnknown(NotFound):
    """A link tells of what was referred by it, to whoever has the receipt."""

    field = "/body/receipt_id"
    way_out = "Send the id that you were given when you referred, with the link that you referred by."

    def __init__(self) -> None:
        super().__init__("referral")


class ReferralLinkAlreadyClosed(Conflict):
    field = "/path/referral_link_id"
    way_out = "Nothing needs to be done: nobody can refer by this link any more."

    def __init__(self) -> None:
        super().__init__("This link is closed.")


class ConsentNeeded(Unprocessable):
    """Nobody is referred by a neighbour without knowing and agreeing."""

    field = "/body/person_agrees"
    way_out = "Ask the person first. If somebody is in danger, ring 999; if you are worried, ring the team."

    def __init__(self) -> None:
        super().__init__("The person has not agreed to this.")


class NotAWayBack(Conflict):
    """A client's way back leads to the team that knows them, and is theirs alone."""

    field = "/body/client_id"
    way_out = "Send client_id with kind person and source self_re_referral, and the team of the client."

    def __init__(self) -> None:
        super().__init__("A link of this kind, or of this team, is nobody's own way back.")


class ReferralLink(Linked, TeamOwned, Base, table=True):
    """A link that a member of the team, or the coach, gave to somebody."""

    kind: str
    given_to: str
    source: str
    # Whose way back it is, so that whoever comes back is not taken for somebody new.
    client_id: UUID | None = Field(default=None, foreign_key="client.id")
    made_by: UUID | None
    made_at: datetime = Field(sa_type=INSTANT)
    expires_at: datetime = Field(sa_type=INSTANT)
    most_uses: int
    uses: int = 0
    withdrawn_at: datetime | None = Field(default=None, sa_type=INSTANT)

    @classmethod
    def given(
        cls, new: NewReferralLink, secret: str, days: int, most_uses: int, by: UUID | None, now: datetime
    ) -> Self:
        about: dict[str, Any] = {"made_by": by, "made_at": now, "changed_at": now}
        until: dict[str, Any] = {"expires_at": now + timedelta(days=days), "most_uses": most_uses}
        return cls(**new.model_dump(), **until, link_print=fingerprint(secret), **about)

    def require_way_back_of(self, client: Client) -> None:
        """Raises `NotAWayBack`."""
        if (self.team_id, self.kind, self.source) != (client.team_id, LinkKind.PERSON, LinkSource.SELF_RE_REFERRAL):
            raise NotAWayBack

    def require_open(self, now: datetime) -> None:
        """Raises `LinkEnded`."""
        if self.is_closed(now):
            raise LinkEnded("This link has been used, or is no longer open.", field=SHOWN_AT)

    def require_told(self) -> None:
        """What became of a referral is told when the link is used up or old as well. Raises `LinkEnded`."""
        if self.withdrawn_at is not None:
            raise LinkEnded("This link was withdrawn.", field=SHOWN_AT)

    def refer(self, new: OpenReferral, now: datetime) -> Referral:
        """A referral like any other, of a person who agrees. Raises `LinkEnded`."""
        self.require_open(now)
        self.uses, self.changed_at = self.uses + 1, now
        about: dict[str, Any] = {
            "team_id": self.team_id,
            "source": self.source,
            "urgency": Urgency.ROUTINE,
            "received_at": now,
            "referral_link_id": self.id,
            "consent_at": now,
            "changed_at": now,
        }
        told = new.model_dump(exclude={"secret", "person", "person_agrees"})
        return Referral(**about, **told, **new.person.model_dump())

    def withdraw(self, now: datetime) -> None:
        """Raises `ReferralLinkAlreadyClosed`."""
        if self.withdrawn_at is not None:
            raise ReferralLinkAlreadyClosed
        self.withdrawn_at, self.changed_at = now, now

    def is_closed(self, now: datetime) -> bool:
        return self.withdrawn_at is not None or self.expires_at <= now or self.uses >= self.most_uses


only_states(ReferralLink, "kind", LinkKind)
only_states(ReferralLink, "source", LinkSource)
