"""A dose that somebody has to look at before it goes on record counts as given until they have, and they are told."""

from services.caseload.domain.dose_in_dispute import DoseInDispute, dose_said
from services.caseload.domain.sync_device import Clock
from services.caseload.domain.sync_operation import SentOperation, SyncOutcome
from services.caseload.store import disputed_doses as store
from services.caseload.store.sync import Subject, beyond_the_wall
from services.caseload.usecases import tell
from services.common.db import Transaction

# What came into conflict counts by its conflict.
LOOKED_AT = (SyncOutcome.REFUSED, SyncOutcome.KEPT_ASIDE, SyncOutcome.FOR_REVIEW)


async def count_dose(
    tx: Transaction, sent: SentOperation | None, subject: Subject | None, outcome: SyncOutcome, clock: Clock
) -> None:
    """At once, so that what follows in the same queue meets it. What is refused to somebody of another team, who can
    know nothing of the client, counts for nobody."""
    said = dose_said(sent) if sent is not None and outcome in LOOKED_AT else None
    if sent is None or said is None or subject is None:
        return
    if outcome is not SyncOutcome.FOR_REVIEW and subject.team_now not in await tx.teams():
        return
    whose = {"client_id": subject.client_id, "team_id": subject.team_now}
    dose = DoseInDispute.of(sent, said, clock.corrected(said.happened_at), tx.now, **whose)
    async with beyond_the_wall(tx):
        await store.await_settlement(tx, dose)
    await tell.raise_review(tx, dose)
