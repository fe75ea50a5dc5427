"""Overriding: what a visit is planned against, and whether somebody has to say why."""

from collections.abc import Sequence

from services.roster.domain.ability import WITHOUT, Lack
from services.roster.domain.agency_call import AgencyIsThere
from services.roster.domain.opening import OutsideOpeningHours, TimeIsProtected

AGENCY = "agency_is_there"


def require_words(found: Sequence[str], words: str | None) -> None:
    """Raises `OutsideOpeningHours`, `AgencyIsThere`, `TimeIsProtected`, `NotOfThatRole` or `WithoutTheSkill`."""
    if not found or words is not None:
        return
    first = found[0]
    if first in tuple(WITHOUT):
        raise WITHOUT[Lack(first)]
    if first == "opening_hours":
        raise OutsideOpeningHours
    if first == AGENCY:
        raise AgencyIsThere
    raise TimeIsProtected(first)
