"""Continuity: few faces. Measured on the contacts that took place, never on those that were planned."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from uuid import UUID

from services.roster.domain.share import Share, rounded


@dataclass(frozen=True)
class ContactsBy:
    """How often one person was with one client.

    `judged` are those whose named nurse and deputy are known, `by_care_team` those made by one of the two.
    """

    client_id: UUID
    employee_id: UUID
    contacts: int
    judged: int
    by_care_team: int


@dataclass(frozen=True)
class ClientContinuity:
    """One client's contacts. `upc` and `coc` run from 0 to 1, and 1 is one face for all of them."""

    client_id: UUID
    contacts: int
    faces: int
    named_or_deputy: Share
    upc: float
    coc: float | None


def usual_provider(counts: Sequence[int]) -> Fraction:
    """Usual provider of care: the share of contacts by the person who made most of them."""
    return Fraction(max(counts), sum(counts))


def bice_boxerman(counts: Sequence[int]) -> Fraction | None:
    """Continuity of care index (Bice and Boxerman 1977); not defined for fewer than two contacts."""
    total = sum(counts)
    if total < 2:
        return None
    return Fraction(sum(count * count for count in counts) - total, total * (total - 1))


def by_client(found: Iterable[ContactsBy]) -> list[ClientContinuity]:
    """`found` comes in the order of the clients."""
    return [_of_one(client_id, list(rows)) for client_id, rows in groupby(found, key=lambda row: row.client_id)]


def _of_one(client_id: UUID, rows: Sequence[ContactsBy]) -> ClientContinuity:
    counts = [row.contacts for row in rows]
    coc = bice_boxerman(counts)
    return ClientContinuity(
        client_id=client_id,
        contacts=sum(counts),
        faces=len(counts),
        named_or_deputy=Share.of(sum(row.by_care_team for row in rows), sum(row.judged for row in rows)),
        upc=rounded(usual_provider(counts), 4),
        coc=None if coc is None else rounded(coc, 4),
    )


def of_team(clients: Sequence[ClientContinuity]) -> Share:
    """The share by named nurse or deputy over all contacts, so that a client counts as often as they were seen."""
    shares = [client.named_or_deputy for client in clients]
    return Share.of(sum(share.numerator for share in shares), sum(share.denominator for share in shares))
