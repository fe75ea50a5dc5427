"""A day with the senders by BaRS: decisions and endings here, responses sent, and those that they have."""

from datetime import date, timedelta

from services.common.db import Transaction
from services.common.types import midnight_in_england
from services.interop.domain.bars_exchange import BarsResponse, ResponseStatus, Stage
from services.interop.domain.reconciliation import Difference, Reconciled
from services.interop.store import bars as store

PARTNER = "bars"
NONE_MADE = "No response was made for the team's decision."


async def reconcile(tx: Transaction, day: date) -> list[Reconciled]:
    """What senders were to hear because of what was heard on this day in England."""
    since, until = midnight_in_england(day), midnight_in_england(day + timedelta(days=1))
    told = await store.queued_between(tx, since, until)
    unheard = await store.unheard_between(tx, since, until)
    differences = [found for one in told if (found := _difference(one))]
    differences += [Difference(str(one), "not_sent", NONE_MADE) for one in unheard]
    sent = sum(one.attempts > 0 for one in told)
    acknowledged = sum(one.status == ResponseStatus.SENT for one in told)
    return [Reconciled(PARTNER, None, len(told) + len(unheard), sent, acknowledged, tuple(differences))]


def _difference(one: BarsResponse) -> Difference | None:
    about, stage = str(one.inbound_referral_id), Stage(one.stage)
    if one.status == ResponseStatus.SENT:
        return None
    if one.status == ResponseStatus.REFUSED:
        return Difference(about, "rejected", f"The {stage} response was refused with {one.last_status}.")
    if one.attempts == 0:
        return Difference(about, "not_sent", f"The {stage} response waits to be sent.")
    said = one.last_status or "no answer"
    return Difference(about, "not_acknowledged", f"The {stage} response was tried {one.attempts} times: {said}.")
