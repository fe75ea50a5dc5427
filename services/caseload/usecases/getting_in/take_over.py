"""A whole caseload comes over: listed in pieces, matched, reviewed and taken over, none lost and none doubled."""

from typing import Any
from uuid import UUID

from services.caseload.domain.client import EpisodeOfCare
from services.caseload.domain.match import Matched
from services.caseload.domain.referral import Acceptance, DecisionNotAdopted
from services.caseload.domain.transfer import (
    Abandoning,
    CaseloadTransfer,
    CountCorrected,
    HandedOver,
    LeavingOut,
    LeftOutReason,
    MoreThanExpected,
    NewTransfer,
    Piece,
    TransferredClient,
)
from services.caseload.store import matches, referrals
from services.caseload.store import transfers as store
from services.caseload.usecases.getting_in.refer import client_of, keep_referral, open_episode
from services.common.db import Transaction, require_version
from services.common.membership import require_members
from services.common.paging import PageRequest, page

Counted = tuple[CaseloadTransfer, dict[str, int]]
Listed = Matched[TransferredClient]


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
    return {**found, "items": await matches.match(tx, transfer.team_id, found["items"])}


async def read_transferred_client(tx: Transaction, transferred_client_id: UUID) -> Listed:
    row = await tx.get(TransferredClient, transferred_client_id)
    return (await matches.match(tx, row.team_id, [row]))[0]


async def take_client_over(
    tx: Transaction, transferred_client_id: UUID, take_over: Acceptance, if_match: int
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
    (found,) = await matches.match(tx, row.team_id, [row])
    transfer = await tx.get(CaseloadTransfer, row.caseload_transfer_id)
    referral = await keep_referral(tx, row.referral(transfer, tx.now))
    await tx.settle()
    client = client_of(tx, found, take_over)
    referral.accept(take_over, client.id, None, tx.actor.employee_id, tx.now)
    row.taken_over(client.id, tx.actor.employee_id, tx.now)
    return await open_episode(tx, referral, take_over, client, "/path/transferred_client_id")


async def _require_decided(tx: Transaction, row: TransferredClient, decision_id: UUID | None) -> None:
    """About the whole transfer, or about this one of it. Raises `DecisionNotAdopted`."""
    subjects = (row.caseload_transfer_id, row.id)
    if decision_id is not None and not any(
        [await referrals.is_adopted(tx, decision_id, one, row.team_id) for one in subjects]
    ):
        raise DecisionNotAdopted


async def leave_client_out(tx: Transaction, transferred_client_id: UUID, leaving: LeavingOut, if_match: int) -> Listed:
    """One of the list is not taken over, and why. Raises `AlreadyHandedOver`."""
    row = await tx.get(TransferredClient, transferred_client_id, lock=True)
    require_version(row, if_match)
    row.leave_out(leaving.reason, tx.actor.employee_id, tx.now)
    await tx.session.flush()
    return (await matches.match(tx, row.team_id, [row]))[0]


async def close_transfer(tx: Transaction, caseload_transfer_id: UUID, if_match: int) -> Counted:
    """All that were expected came, and each was decided on. Raises `TransferClosed` or `TransferNotComplete`."""
    transfer = await tx.get(CaseloadTransfer, caseload_transfer_id, lock=True)
    require_version(transfer, if_match)
    counts = await store.counts(tx, [transfer])
    transfer.close(counts[transfer.id], tx.now)
    await tx.session.flush()
    return transfer, counts[transfer.id]


async def correct_count(tx: Transaction, caseload_transfer_id: UUID, count: CountCorrected, if_match: int) -> Counted:
    """It was counted again. Raises `TransferClosed` or `MoreThanExpected`."""
    transfer = await tx.get(CaseloadTransfer, caseload_transfer_id, lock=True)
    require_version(transfer, if_match)
    counts = await store.counts(tx, [transfer])
    transfer.correct(count, sum(counts[transfer.id].values()), tx.now)
    await tx.session.flush()
    return transfer, counts[transfer.id]


async def abandon_transfer(
    tx: Transaction, caseload_transfer_id: UUID, abandoning: Abandoning, if_match: int
) -> Counted:
    """It is left as it is: whoever was taken over stays, and whoever waits is left out. Raises `TransferClosed`."""
    transfer = await tx.get(CaseloadTransfer, caseload_transfer_id, lock=True)
    require_version(transfer, if_match)
    transfer.abandon(abandoning, tx.now)
    for row in await tx.all(store.clients_of(transfer, HandedOver.WAITING).with_for_update()):
        row.leave_out(LeftOutReason.TRANSFER_ABANDONED, tx.actor.employee_id, tx.now)
    await tx.session.flush()
    return await _counted(tx, transfer)


async def _counted(tx: Transaction, transfer: CaseloadTransfer) -> Counted:
    return transfer, (await store.counts(tx, [transfer]))[transfer.id]
