"""Which facts councils are told, and exactly what is in each."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid5

from services.common.types import day_in_england
from services.interop.domain.delivery import CouncilDelivery
from services.interop.domain.share import WITHDRAWN, Share, SharedField
from services.interop.domain.submission import Submission

FACTS = "uk.heatshield.social_care"
SOURCE = "/heatshield/interop"
# The kinds of minutes that are social care; nursing and coordination are no council's business.
SOCIAL_CARE_MINUTES = {
    "personal_care": SharedField.PERSONAL_CARE_MINUTES,
    "reablement": SharedField.REABLEMENT_MINUTES,
    "wider_support": SharedField.WIDER_SUPPORT_MINUTES,
}


@dataclass(frozen=True)
class Fact:
    """Something that happened in social care: what of it may ever be shared, by field.

    `key` names the fact itself, so that the same fact told twice is one event; `happened_on` is its day in England.
    """

    type: str
    key: str
    client_id: UUID
    happened_on: date
    values: dict[SharedField, Any]

    @property
    def event_id(self) -> UUID:
        return uuid5(self.client_id, f"{self.type}/{self.key}")


def care_plan_changed(
    *,
    client_id: UUID,
    care_plan_id: UUID,
    line_id: UUID,
    intervention: str | None,
    plan_version: int,
    changed_at: datetime,
) -> Fact:
    """A social care line of an agreed plan has changed. The words of the line are not shared."""
    values = {
        SharedField.CARE_PLAN_ID: str(care_plan_id),
        SharedField.LINE_ID: str(line_id),
        SharedField.INTERVENTION: intervention,
        SharedField.PLAN_VERSION: plan_version,
        SharedField.CHANGED_AT: instant(changed_at),
    }
    return Fact(
        f"{FACTS}.care_plan_changed.v1", f"{line_id}/{plan_version}", client_id, day_in_england(changed_at), values
    )


def submitted(submission: Submission) -> Fact:
    """A change that a social worker has reviewed. Handed over again it is another event, and no repetition."""
    change = care_plan_changed(
        client_id=submission.client_id,
        care_plan_id=submission.care_plan_id,
        line_id=submission.line_id,
        intervention=submission.intervention,
        plan_version=submission.plan_version,
        changed_at=submission.plan_changed_at,
    )
    return replace(change, type=f"{FACTS}.care_plan_change_submitted.v1", key=f"{submission.id}/{submission.sends}")


def reablement_ending(*, client_id: UUID, reablement_id: UUID, last_free_day_on: date, decision_due_on: date) -> Fact:
    """The weeks that the client does not pay for come to their end, and it is to be decided what follows."""
    values = {
        SharedField.REABLEMENT_ID: str(reablement_id),
        SharedField.LAST_FREE_DAY_ON: last_free_day_on.isoformat(),
        SharedField.DECISION_DUE_ON: decision_due_on.isoformat(),
    }
    return Fact(f"{FACTS}.reablement_ending.v1", str(reablement_id), client_id, decision_due_on, values)


def financial_assessment_asked(*, client_id: UUID, reablement_id: UUID, last_free_day_on: date, asked_on: date) -> Fact:
    """The council is asked for its means test, so that it is known who pays when the free days are over."""
    values = {
        SharedField.REABLEMENT_ID: str(reablement_id),
        SharedField.LAST_FREE_DAY_ON: last_free_day_on.isoformat(),
    }
    return Fact(f"{FACTS}.financial_assessment_asked.v1", str(reablement_id), client_id, asked_on, values)


def reablement_started(
    *, client_id: UUID, reablement_id: UUID, started_on: date, last_free_day_on: date, decision_due_on: date
) -> Fact:
    """The weeks of reablement that the client does not pay for have started (Care Act 2014, SI 2014/2672)."""
    values = {
        SharedField.REABLEMENT_ID: str(reablement_id),
        SharedField.STARTED_ON: started_on.isoformat(),
        SharedField.LAST_FREE_DAY_ON: last_free_day_on.isoformat(),
        SharedField.DECISION_DUE_ON: decision_due_on.isoformat(),
    }
    return Fact(f"{FACTS}.reablement_started.v1", str(reablement_id), client_id, started_on, values)


def support_given(
    *, client_id: UUID, care_contact_id: UUID, channel: str, started_at: datetime, segments: Sequence[tuple[str, int]]
) -> Fact | None:
    """Social care was given, in minutes by kind; None where the whole contact was nursing."""
    minutes: dict[SharedField, Any] = {}
    for kind, spent in segments:
        if kind in SOCIAL_CARE_MINUTES:
            minutes[SOCIAL_CARE_MINUTES[kind]] = minutes.get(SOCIAL_CARE_MINUTES[kind], 0) + spent
    if not minutes:
        return None
    values = {
        SharedField.CARE_CONTACT_ID: str(care_contact_id),
        SharedField.STARTED_AT: instant(started_at),
        SharedField.CHANNEL: channel,
        **minutes,
    }
    return Fact(f"{FACTS}.support_given.v1", str(care_contact_id), client_id, day_in_england(started_at), values)


def shared(fact: Fact, share: Share, case_id: str | None) -> dict[str, Any]:
    """Exactly the agreed fields; nothing where nothing of the fact itself was agreed.

    `case_id` is the council's own id of the case, where it was put right since the client agreed.
    """
    if not any(field in fact.values for field in share.fields):
        return {}
    known = {SharedField.COUNCIL_REF: case_id or share.council_ref, **fact.values}
    return {field: known[SharedField(field)] for field in share.fields if field in known}


def delivery(fact: Fact, share: Share, now: datetime, case_id: str | None = None) -> CouncilDelivery | None:
    """The fact for one council; None where nothing of it was agreed.

    Its subject is the share, for the council's own reference is told only where it is among those fields.
    """
    data = shared(fact, share, case_id)
    return _told(fact, share, data, now) if data else None


def withdrawal(share: Share, now: datetime, case_id: str | None = None) -> CouncilDelivery:
    """That the client shares no more, for a council that was told something; it ends what was agreed, so it goes out
    though nothing else does any more."""
    fact = Fact(WITHDRAWN, str(share.id), share.client_id, day_in_england(now), {})
    known = {SharedField.COUNCIL_REF: case_id or share.council_ref} if SharedField.COUNCIL_REF in share.fields else {}
    return _told(fact, share, known | {"withdrawn_at": instant(now)}, now)


def _told(fact: Fact, share: Share, data: Mapping[str, Any], now: datetime) -> CouncilDelivery:
    event = {
        "specversion": "1.0",
        "id": str(fact.event_id),
        "source": SOURCE,
        "type": fact.type,
        "subject": f"share/{share.id}",
        "time": instant(now),
        "datacontenttype": "application/json",
        "data": data,
    }
    return CouncilDelivery(
        team_id=share.team_id,
        event_id=fact.event_id,
        connection_id=share.connection_id,
        share_id=share.id,
        client_id=share.client_id,
        type=fact.type,
        happened_on=fact.happened_on,
        payload=json.dumps(event),
        queued_at=now,
        due_at=now,
        changed_at=now,
    )


def instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
