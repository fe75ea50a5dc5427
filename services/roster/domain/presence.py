"""Who may stand at a client's door: a member of the team, on shift, and alone only with hr's clearance."""

from dataclasses import dataclass
from uuid import UUID

from services.common.errors import Conflict, Unprocessable
from services.common.membership import NotInTheTeam
from services.roster.domain.ability import Ability
from services.roster.domain.base import Channel

NURSE, COMPANY = "/body/employee_id", "/body/accompanied_by"


class OutsideShift(Conflict):
    """A visit lies wholly within one shift, or one stretch on call, of the person who makes it."""

    field = "/body/starts_at"
    way_out = "Choose a time within one of this person's shifts, plan the shift first, or ask a colleague on shift."

    def __init__(self, field: str = "/body/starts_at") -> None:
        super().__init__("The visit does not lie within one shift of this person.", field=field)


class NotClearedToVisitAlone(Conflict):
    """Nobody goes alone into a client's home before hr has cleared them to; an unknown check is no clearance."""

    field = COMPANY
    way_out = (
        "Name a cleared member of the team in accompanied_by, or give the visit to one. "
        "Where hr has not recorded a check yet, ask hr to record it."
    )

    def __init__(self, detail: str) -> None:
        super().__init__(detail)


class AccompaniedByOneself(Unprocessable):
    field = COMPANY
    way_out = "Name somebody else in accompanied_by, or leave it out."

    def __init__(self) -> None:
        super().__init__("Nobody accompanies themselves.")


@dataclass(frozen=True)
class Presence:
    """One person at one visit, as far as roster knows."""

    employee_id: UUID
    is_member: bool
    is_on_shift: bool
    is_supervised: bool
    ability: Ability

    @property
    def may_be_alone(self) -> bool:
        return self.ability.cleared is True and not self.is_supervised

    @property
    def why_not_alone(self) -> str:
        if self.ability.cleared is None:
            return "Hr has not recorded a check for this person, so they cannot visit alone."
        if not self.ability.cleared:
            return "This person is not cleared to visit alone."
        return "This person's shift is a supervised one, so they cannot visit alone."


def require_fit(channel: Channel, nurse: Presence, company: Presence | None) -> None:
    """Who visits is in the team and on shift, and in person at least one of them may be there alone.

    A call by phone or video is made from the base, where others are near, so it needs no clearance.
    Raises `NotInTheTeam`, `OutsideShift` or `NotClearedToVisitAlone`.
    """
    _require_there(nurse, NURSE, "/body/starts_at")
    if company is not None:
        _require_there(company, COMPANY, COMPANY)
    if channel is not Channel.IN_PERSON or nurse.may_be_alone:
        return
    if company is None:
        raise NotClearedToVisitAlone(nurse.why_not_alone)
    if not company.may_be_alone:
        raise NotClearedToVisitAlone("Neither of these two people may visit alone.")


def _require_there(person: Presence, who: str, when: str) -> None:
    if not person.is_member:
        raise NotInTheTeam(who)
    if not person.is_on_shift:
        raise OutsideShift(when)
