"""Whether councils have what they were to have of one day: held against what was heard, by another way than they were
told."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from services.common.db import Transaction
from services.common.types import day_in_england
from services.interop.domain.delivery import CouncilDelivery, DeliveryOutcome, DeliveryStatus
from services.interop.domain.reconciliation import Difference, Reconciled
from services.interop.domain.share import WITHDRAWN
from services.interop.domain.submission import Submission, SubmissionState
from services.interop.partners.council import facts
from services.interop.partners.council.facts import Fact
from services.interop.store import councils_day as store
from services.interop.store import feed

PARTNER = "council"
HEARD = {
    "caseload.care_contact.recorded.v1",
    "caseload.care_plan.changed.v1",
    "finance.reablement.started.v1",
    "finance.reablement.ending.v1",
}


class Heard(NamedTuple):
    """A fact, when it was told of, and the event that told of it."""

    fact: Fact
    told_at: datetime
    event_id: UUID


async def reconcile(tx: Transaction, day: date) -> list[Reconciled]:
    """One line for each connection: the day's facts, and what was reviewed on the day."""
    found: dict[UUID, list[Difference | None]] = {one: [] for one in await store.connections(tx)}
    heard = await _heard(tx, day)
    known = {(one.event_id, one.connection_id): one for one in await store.deliveries(tx, day)}
    missing = [one for one in await _expected(tx, heard) if one[:2] not in known]
    parked = await feed.parked(tx, [cause for _, _, cause in missing])
    for event_id, connection_id, cause in missing:
        found[connection_id].append(_missing(event_id, parked.get(cause)))
    witnessed = await feed.whole_since(tx)
    told_of = {one.fact.event_id for one in heard}
    for (event_id, connection_id), delivery in known.items():
        difference = _standing(delivery)
        if difference is None and _is_unexplained(delivery, witnessed, event_id in told_of):
            difference = Difference(str(event_id), "unexpected", "no event that is kept tells of it")
        found[connection_id].append(difference)
    for submission in await store.submissions(tx, day):
        found[submission.connection_id].append(_submitted(submission))
    return [_line(connection_id, each) for connection_id, each in sorted(found.items())]


def _line(connection_id: UUID, each: Sequence[Difference | None]) -> Reconciled:
    differences = tuple(one for one in each if one is not None)
    unsent = sum(one.kind == "not_sent" for one in differences)
    unanswered = sum(one.kind in ("not_acknowledged", "rejected") for one in differences)
    unexpected = sum(one.kind == "unexpected" for one in differences)
    sent = len(each) - unsent
    return Reconciled(PARTNER, connection_id, len(each) - unexpected, sent, sent - unanswered, differences)


async def _heard(tx: Transaction, day: date) -> list[Heard]:
    """The day's facts, from the feed: a queue of its own brings them there."""
    events = await feed.told_of_day(tx, HEARD, day)
    found = ((fact_of(event["type"], event["data"]), event) for event in events)
    return [
        Heard(fact, datetime.fromisoformat(event["time"]), UUID(event["id"]))
        for fact, event in found
        if fact is not None and fact.happened_on == day
    ]


def fact_of(name: str, data: Mapping[str, Any]) -> Fact | None:
    """What a council would be told of this event, were everything shared; None where it is no social care."""

    def told(*names: str) -> dict[str, Any]:
        return {one: _value(one, data[one]) for one in names}

    if name == "caseload.care_contact.recorded.v1":
        segments = [(one["activity_type"], one["minutes"]) for one in data["segments"]]
        return facts.support_given(**told("client_id", "care_contact_id", "channel", "started_at"), segments=segments)
    if name == "caseload.care_plan.changed.v1" and data["domain"] == "social_care":
        about = told("client_id", "care_plan_id", "line_id", "intervention", "plan_version", "changed_at")
        return facts.care_plan_changed(**about)
    if name == "finance.reablement.started.v1":
        about = told("client_id", "reablement_id", "started_on", "last_free_day_on", "decision_due_on")
        return facts.reablement_started(**about)
    if name == "finance.reablement.ending.v1":
        return facts.reablement_ending(**told("client_id", "reablement_id", "last_free_day_on", "decision_due_on"))
    return None


def _value(name: str, value: Any) -> Any:
    if name.endswith("_id"):
        return UUID(value)
    if name.endswith("_at"):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if name.endswith("_on") else value


async def _expected(tx: Transaction, heard: Sequence[Heard]) -> list[tuple[UUID, UUID, UUID]]:
    """Who was to be told what, and by which event it is known."""
    by_client = defaultdict(list)
    for share in await store.shares(tx, {one.fact.client_id for one in heard}):
        by_client[share.client_id].append(share)
    return [
        (one.fact.event_id, share.connection_id, one.event_id)
        for one in heard
        for share in by_client[one.fact.client_id]
        if share.agreed_at <= one.told_at
        and share.in_force(day_in_england(one.told_at))
        and share.covers(one.fact.happened_on)
        and facts.shared(one.fact, share, None)
    ]


def _missing(event_id: UUID, parked: str | None) -> Difference:
    waits = f"its event waits among the dead letters: {parked}; see heatshield events dead"
    return Difference(str(event_id), "not_sent", waits if parked else "it was never queued for this connection")


def _standing(delivery: CouncilDelivery) -> Difference | None:
    about = str(delivery.event_id)
    if delivery.status == DeliveryStatus.DEAD:
        tried = f"given up after {delivery.attempts} tries, {_last(delivery)}"
        return Difference(about, "not_sent", f"{tried}; send it again from /interop/v1/deliveries/{delivery.id}/replay")
    if delivery.status == DeliveryStatus.QUEUED:
        return Difference(about, "not_sent", f"waits since {delivery.queued_at:%Y-%m-%d %H:%M}Z, {_last(delivery)}")
    if delivery.outcome == DeliveryOutcome.REJECTED:
        return Difference(about, "rejected", delivery.reason or "the council gave no reason")
    if delivery.outcome is None:
        return Difference(about, "not_acknowledged", "the council has it and has not answered yet")
    return None


def _last(delivery: CouncilDelivery) -> str:
    if not delivery.attempts:
        return "not tried yet"
    return "no answer" if delivery.last_status is None else f"last answered {delivery.last_status}"


def _is_unexplained(delivery: CouncilDelivery, witnessed: datetime | None, is_told_of: bool) -> bool:
    """A fact of a kind that is fed, sent while the feed was kept, of which no event tells."""
    fed = (".care_plan_changed.", ".reablement_started.", ".reablement_ending.", ".support_given.")
    is_fed = delivery.type != WITHDRAWN and any(kind in delivery.type for kind in fed)
    return is_fed and not is_told_of and witnessed is not None and delivery.known_at > witnessed


def _submitted(submission: Submission) -> Difference | None:
    about, state = str(submission.id), submission.state
    if state == SubmissionState.ACKNOWLEDGED:
        return None
    if state in (SubmissionState.REJECTED, SubmissionState.CORRECTED):
        return Difference(about, "rejected", submission.reason or "waits to be sent again")
    if state == SubmissionState.DEAD:
        return Difference(about, "not_acknowledged", "no answer came in time; the social worker sends it again")
    if submission.sent_at is None:
        return Difference(about, "not_sent", "waits to be sent")
    return Difference(about, "not_acknowledged", "the council has not answered yet")
