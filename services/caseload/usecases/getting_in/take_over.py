"""A whole caseload comes over: listed in pieces, matched, reviewed and taken over, none lost and none doubled."""

from typing import Any
from uuid import UUID

from services.caseload.domain.client import Client, EpisodeOfCare
from services.caseload.domain.referral import DecisionNotAdopted, Referral
from services.caseload.domain.transfer import (
    AlreadyInCare,
    CaseloadTransfer,
    HandedOver,
    LeavingOut,
    Match,
    MatchDoubtful,
    Matched,
    MoreThanExpected,
    NewTransfer,
    Piece,
    TakeOver,
    TransferredClient,
)
from services.caseload.store import referrals
from services.caseload.store import transfers as store
from services.caseload.usecases.getting_in.refer import keep_referral, open_episode
from services.common.db import Transaction, require_version
from services.common.membership import require_members
from services.common.paging import PageRequest, page

Counted = tuple[CaseloadTransfer, dict[str, int]]


async def begin_transfer(tx: Transaction, new: NewTransfer) -> Counted:
    """Another service hands its clients over, so many of them. Raises `NotFound`."""
    await tx.require_team(new.team_id)
    transfer = CaseloadTransfer.started(new, tx.actor.employee_id, tx.now)
    tx.add(transfer)
    await tx.session.flush()
    return transfer, {}


async def list_clients_to_transfer(tx: Transaction, caseload_transfer_id: UUID, piece: Piece) -> Counted:
    """A piece of the list. Who is on it already is passed over. Raises `TransferClosed` or `MoreThanExpected`."""
    transfer = await tx.get(CaseloadTransfer, caseload_transfer_id, lock=True)
    transfer.require_open()
    there = await tx.all(store.clients_of(transfer))
    ids, people = {one.id for one in there}, {one.who for one in there}
    for new in piece.clients:
        one = TransferredClient.listed(new, transfer, tx.now)
        if one.id in ids or one.who in people:
            continue
        ids.add(one.id)
        people.add(one.who)
        tx.add(one)
    if len(ids) > transfer.expected:
        raise MoreThanExpected
    await tx.session.flush()
    return await _counted(tx, transfer)


async def list_transfers(tx: Transaction, request: PageRequest, *, team_id: UUID | None) -> dict[str, Any]:
    found = await page(tx, await store.listed(tx, team_id=team_id), CaseloadTransfer, request)
    counts = await store.counts(tx, found["items"])
    return {**found, "items": [(one, counts[one.id]) for one in found["items"]]}


async def read_transfer(tx: Transaction, caseload_transfer_id: UUID) -> Counted:
    return await _counted(tx, await tx.get(CaseloadTransfer, caseload_transfer_id))


async def review_transfer(
    tx: Transaction, caseload_transfer_id: UUID, request: PageRequest, *, status: HandedOver | None
) -> dict[str, Any]:
    """Everybody on the list, each beside whom the team knows."""
    transfer = await tx.get(CaseloadTransfer, caseload_transfer_id)
    found = await page(tx, store.clients_of(transfer, status), TransferredClient, request)
    return {**found, "items": await store.match(tx, transfer.team_id, found["items"])}


async def read_transferred_client(tx: Transaction, transferred_client_id: UUID) -> Matched:
    row = await tx.get(TransferredClient, transferred_client_id)
    return (await store.match(tx, row.team_id, [row]))[0]


async def take_client_over(
    tx: Transaction, transferred_client_id: UUID, take_over: TakeOver, if_match: int
) -> EpisodeOfCare:
    """Take one of the list on, with a named nurse and a deputy.

    Raises `AlreadyHandedOver`, `AlreadyInCare`, `MatchDoubtful`, `NotInTheTeam` or `DecisionNotAdopted`.
    """
    row = await tx.get(TransferredClient, transferred_client_id, lock=True)
    require_version(row, if_match)
    row.require_waiting()
    people = {"/body/named_nurse_id": take_over.named_nurse_id, "/body/deputy_id": take_over.deputy_id}
    await require_members(tx, row.team_id, tx.today, people)
    await _require_decided(tx, row, take_over.decision_id)
    # One after the other, so that nobody who is listed twice is taken over twice at once.
    await tx.take_turns(f"caseload_transfer/{row.team_id}")
    (found,) = await store.match(tx, row.team_id, [row])
    transfer = await tx.get(CaseloadTransfer, row.caseload_transfer_id)
    referral = await keep_referral(tx, row.referral(transfer, tx.now))
    await tx.settle()
    client = await _client_of(tx, found, referral, take_over)
    referral.accept(take_over, client.id, None, tx.actor.employee_id, tx.now)
    row.taken_over(client.id, tx.actor.employee_id, tx.now)
    return await open_episode(tx, referral, take_over, client)


async def _require_decided(tx: Transaction, row: TransferredClient, decision_id: UUID | None) -> None:
    """About the whole transfer, or about this one of it. Raises `DecisionNotAdopted`."""
    subjects = (row.caseload_transfer_id, row.id)
    if decision_id is not None and not any(
        [await referrals.is_adopted(tx, decision_id, one, row.team_id) for one in subjects]
    ):
        raise DecisionNotAdopted


async def _client_of(tx: Transaction, found: Matched, referral: Referral, take_over: TakeOver) -> Client:
    """The person as the team knows them, or a new record. Raises `AlreadyInCare` or `MatchDoubtful`."""
    known = found.known
    if found.match is Match.DOUBTFUL and take_over.same_person is None:
        raise MatchDoubtful
    is_known = found.match in (Match.KNOWN, Match.IN_CARE) or take_over.same_person is True
    if known is not None and is_known:
        if known.id in await store.in_care_of(tx, [known.id]):
            raise AlreadyInCare
        return known
    client = Client.from_referral(referral, take_over.client_id, tx.now)
    if known is not None and known.nhs_number == client.nhs_number:
        client.doubt_number()
    tx.add(client)
    return client


async def leave_client_out(tx: Transaction, transferred_client_id: UUID, leaving: LeavingOut, if_match: int) -> Matched:
    """One of the list is not taken over, and why. Raises `AlreadyHandedOver`."""
    row = await tx.get(TransferredClient, transferred_client_id, lock=True)
    require_version(row, if_match)
    row.leave_out(leaving.reason, tx.actor.employee_id, tx.now)
    await tx.session.flush()
    return (await store.match(tx, row.team_id, [row]))[0]


async def close_transfer(tx: Transaction, caseload_transfer_id: UUID, if_match: int) -> Counted:
    """All that were expected came, and each was decided on. Raises `TransferClosed` or `TransferNotComplete`."""
    transfer = await tx.get(CaseloadTransfer, caseload_transfer_id, lock=True)
    require_version(transfer, if_match)
    counts = await store.counts(tx, [transfer])
    transfer.close(counts[transfer.id], tx.now)
    await tx.session.flush()
    return transfer, counts[transfer.id]


async def _counted(tx: Transaction, transfer: CaseloadTransfer) -> Counted:
    return transfer, (await store.counts(tx, [transfer]))[transfer.id]
