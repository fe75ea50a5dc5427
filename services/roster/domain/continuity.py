"""Continuity: few faces. Measured on the contacts that took place, never on those that were planned."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from uuid import UUID

from services.roster.domain.share import Share, rounded

ALL, FIVE = 100, 5


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
class InOrder:
    """One client's contacts in their order, and their days.

    `pairs` are contacts with one before them, `same` those by the same person as that one. `named_days` are the days
    with a contact on which the named nurse was on shift.
    """

    pairs: int
    same: int
    days: int
    named_days: int


@dataclass(frozen=True)
class ClientContinuity:
    """One client's contacts by day. `upc`, `coc` and `secon` run from 0 to 1, and 1 is one face for all of them.

    `achievable` is the share of the days with a contact on which the named nurse was on shift: no plan could have given
    the client the named nurse on more of them.
    """

    client_id: UUID
    contacts: int
    faces: int
    named_or_deputy: Share
    upc: float
    coc: float | None
    secon: float | None
    achievable: Share


def usual_provider(counts: Sequence[int]) -> Fraction:
    """Usual provider of care: the share of contacts by the person who made most of them."""
    return Fraction(max(counts), sum(counts))


def bice_boxerman(counts: Sequence[int]) -> Fraction | None:
    """Continuity of care index (Bice and Boxerman 1977); not defined for fewer than two contacts."""
    total = sum(counts)
    if total < 2:
        return None
    return Fraction(sum(count * count for count in counts) - total, total * (total - 1))


def sequential(in_order: InOrder) -> Fraction | None:
    """Sequential continuity (SECON): the share of contacts by whoever made the one before.

    It sees whether two people take turns, which the others do not.
    """
    return Fraction(in_order.same, in_order.pairs) if in_order.pairs else None


def by_client(found: Iterable[ContactsBy], in_order: Mapping[UUID, InOrder]) -> list[ClientContinuity]:
    """`found` comes in the order of the clients."""
    by_id = groupby(found, key=lambda row: row.client_id)
    return [_of_one(client_id, list(rows), in_order[client_id]) for client_id, rows in by_id]


def least_continuous(clients: Iterable[ClientContinuity]) -> list[UUID]:
    """Those whom named nurse and deputy saw least of, at most five, and none who saw nobody else."""
    shares = [(one.named_or_deputy.percent, -one.contacts, one.client_id) for one in clients]
    fewest = sorted((percent, many, who) for percent, many, who in shares if percent is not None and percent < ALL)
    return [who for *_, who in fewest[:FIVE]]


def _of_one(client_id: UUID, rows: Sequence[ContactsBy], in_order: InOrder) -> ClientContinuity:
    counts = [row.contacts for row in rows]
    coc, secon = bice_boxerman(counts), sequential(in_order)
    return ClientContinuity(
        client_id=client_id,
        contacts=sum(counts),
        faces=len(counts),
        named_or_deputy=Share.of(sum(row.by_care_team for row in rows), sum(row.judged for row in rows)),
        upc=rounded(usual_provider(counts), 4),
        coc=None if coc is None else rounded(coc, 4),
        secon=None if secon is None else rounded(secon, 4),
        achievable=Share.of(in_order.named_days, in_order.days),
    )


def of_team(clients: Sequence[ClientContinuity]) -> Share:
    """The share by named nurse or deputy over all contacts, so that a client counts as often as they were seen."""
    shares = [client.named_or_deputy for client in clients]
    return Share.of(sum(share.numerator for share in shares), sum(share.denominator for share in shares))
