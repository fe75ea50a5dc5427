"""Match: whether the team knows somebody who is referred or handed over, so that nobody is merged and none doubled."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar
from uuid import UUID

from services.caseload.domain.base import TRUSTED, PersonColumns
from services.caseload.domain.client import Client
from services.common.errors import Conflict

PersonT = TypeVar("PersonT", bound=PersonColumns)


class Match(StrEnum):
    """Whom the team knows already: nobody, this very person, the person and in care now, or perhaps the person."""

    NEW = "new"
    KNOWN = "known"
    IN_CARE = "in_care"
    DOUBTFUL = "doubtful"


class MatchDoubtful(Conflict):
    """Two people are never merged, and one person never doubled, on a number alone."""

    field = "/body/same_person"
    way_out = "Read the match, compare the two, ask the person, and send same_person."

    def __init__(self) -> None:
        super().__init__("The team knows somebody who may be this person.")


class AlreadyInCare(Conflict):
    """None is doubled: a client has one open episode of care."""

    field = "/path/referral_id"
    way_out = "Go on with the care that is open: do not take this referral, or leave the listed client out."

    def __init__(self, field: str = field) -> None:
        super().__init__("The team has this client in care already.", field=field)


@dataclass(frozen=True)
class Matched(Generic[PersonT]):
    """Somebody who is to be taken on, beside whom the team knows."""

    person: PersonT
    match: Match
    known: Client | None


def matched(person: PersonT, known: Iterable[Client], in_care: frozenset[UUID]) -> Matched[PersonT]:
    """By NHS number, family name and date of birth; where only some of them agree, it is doubtful."""
    clients = list(known)
    number = person.nhs_number if person.nhs_number_status in TRUSTED else None
    same = next((one for one in clients if number is not None and _has(one, number)), None)
    if same is not None:
        return beside(person, same, in_care, is_sure=person.birth_on is not None and same.birth_on == person.birth_on)
    alike = next((one for one in clients if _is_alike(one, person)), None)
    return Matched(person, Match.NEW if alike is None else Match.DOUBTFUL, alike)


def matched_by_link(person: PersonT, whose: Client, in_care: frozenset[UUID]) -> Matched[PersonT]:
    """Somebody came by the link of this client, as the client or for somebody else."""
    return beside(person, whose, in_care, is_sure=person.birth_on in (None, whose.birth_on))


def beside(person: PersonT, client: Client, in_care: frozenset[UUID], *, is_sure: bool) -> Matched[PersonT]:
    if not is_sure or _family_name(client) != _family_name(person):
        return Matched(person, Match.DOUBTFUL, client)
    return Matched(person, Match.IN_CARE if client.id in in_care else Match.KNOWN, client)


def _has(client: Client, number: str) -> bool:
    return client.nhs_number == number and client.nhs_number_status in TRUSTED


def _is_alike(client: Client, person: PersonColumns) -> bool:
    """Somebody of this name, whose number and date of birth are not known to be others."""
    numbers, births = {client.nhs_number, person.nhs_number} - {None}, {client.birth_on, person.birth_on} - {None}
    if _family_name(client) != _family_name(person) or len(numbers) > 1 or len(births) > 1:
        return False
    # Without both dates of birth a family name says too little.
    both_born = client.birth_on is not None and person.birth_on is not None
    return both_born or client.given_name.casefold() == person.given_name.casefold()


def _family_name(person: PersonColumns) -> str:
    return person.family_name.casefold()
