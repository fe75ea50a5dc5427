"""Facts commute, so many are written at once: what they need is read at once, and what they make is written at once.

Each is still made by its own use case. Where anything is refused, all is undone, and each is tried by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.caseload.domain.care_contact import CareContact
from services.caseload.domain.client import EpisodeOfCare
from services.caseload.domain.omaha import ClientProblem
from services.caseload.domain.wound import Wound
from services.caseload.store import sync as store
from services.caseload.usecases.sync.authority import as_maker
from services.caseload.usecases.sync.kinds import Kind
from services.caseload.usecases.sync.operation import Effect, Op
from services.common.attempts import attempt
from services.common.audit.concern import NOTES, Concern
from services.common.db import Transaction
from services.common.errors import ServiceError, Unavailable, refusal_of
from services.common.models import TeamOwned

MOST_AT_ONCE = 250
# What facts are about, and whether somebody who adds to it holds it meanwhile.
ABOUT: dict[str, tuple[type[TeamOwned], bool]] = {
    "episode_of_care": (EpisodeOfCare, False),
    "care_contact": (CareContact, False),
    "wound": (Wound, True),
    "client_problem": (ClientProblem, True),
}


@dataclass
class Fact:
    kind: Kind
    op: Op
    effect: Effect = Effect()


async def write_together(tx: Transaction, facts: Sequence[Fact]) -> bool:
    """Whether all were written; otherwise none was. Raises `Unavailable`, or an outage."""
    actor, now, record, notes = tx.actor, tx.now, tx.record, tx.session.info.get(NOTES)
    # Whom each concerns is put on record fact by fact.
    tx.record, tx.session.info[NOTES], tx.at_hand = None, Concern(), {}
    try:
        async with attempt(tx):
            for stage in (1, 2):
                await _write_stage(tx, [one for one in facts if one.kind.stage == stage])
    except Exception as error:
        refusal = error if isinstance(error, ServiceError) else refusal_of(error)
        if isinstance(refusal, Unavailable):
            raise
        return False
    finally:
        tx.actor, tx.now, tx.record, tx.at_hand = actor, now, record, None
        tx.session.info[NOTES] = notes
    return True


async def _write_stage(tx: Transaction, facts: Sequence[Fact]) -> None:
    actor, now = tx.actor, tx.now
    await _bring_to_hand(tx, facts)
    with tx.session.no_autoflush:
        for fact in facts:
            tx.actor, tx.now = as_maker(actor, fact.op.sent.made_by), fact.op.happened_at
            fact.effect = await fact.kind.run(tx, fact.op)
    tx.actor, tx.now = actor, now
    await store.write_new(tx)
    for fact in facts:
        fact.effect = fact.effect.written


async def _bring_to_hand(tx: Transaction, facts: Sequence[Fact]) -> None:
    """What these facts are about, in one statement for each kind of thing."""
    named: dict[str, set[UUID]] = {}
    for fact in facts:
        subject = fact.kind.subject(fact.op.sent)
        if subject is not None:
            named.setdefault(fact.kind.named[0], set()).add(subject)
    for table, ids in sorted(named.items()):
        model, is_held = ABOUT[table]
        for row in await store.of_ids(tx, model, ids, lock=is_held):
            if tx.at_hand is not None:
                tx.at_hand[model, row.id] = row
