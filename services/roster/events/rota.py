"""What roster tells of rotas that a team agrees by consent."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from services.common.events import Event


class RotaProposed(Event):
    """The team is asked about this version of the rota of these days, both included.

    `duties` are the days of duty in it, `people` those who have any, `breaches` the rules that it broke when it was
    proposed.
    """

    name: ClassVar[str] = "roster.rota.proposed.v1"

    rota_id: UUID
    rota_version_id: UUID
    team_id: UUID
    number: int
    from_on: date
    until_on: date
    duties: int
    people: int
    breaches: int


class RotaAgreed(RotaProposed):
    """The team agreed it by consent: so many of those who were needed, or by a decision that was adopted elsewhere."""

    name: ClassVar[str] = "roster.rota.agreed.v1"

    quorum_have: int
    quorum_of: int
    decision_id: UUID | None


class RotaPublished(RotaProposed):
    """From now on it is what people work; each shift that changes is told of by itself.

    An amendment names the version that it takes the place of, and its reason as a code. What could not wait for the
    team's agreement is urgent.
    """

    name: ClassVar[str] = "roster.rota.published.v1"

    amends_version_id: UUID | None
    reason: str | None
    is_urgent: bool
