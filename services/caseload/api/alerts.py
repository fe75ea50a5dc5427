"""Alerts of the team, and the devices of the caller's that they wake."""

from datetime import datetime
from uuid import UUID

from fastapi import Query, Request, Response

from services.caseload.api.rendered import tagged
from services.caseload.domain.push import NewPushSubscription
from services.caseload.partners.web_push import public_point, sender_key
from services.caseload.usecases import tell
from services.common.http import ByNurse, IfMatch, api_router
from services.common.paging import Asked, Page
from services.common.types import Answer, Instant

router = api_router(tags=["alerts"])


class AlertShape(Answer):
    """`for_employee_id` is the nurse on call, `for_people` are those who have to settle it; where there are none, or it
    has escalated, it is for everybody.

    `subject_id` is the medicine of a late dose, the handover, the broken glass, the conflict of a dose, or of a
    `dose_to_review` the operation: its review has it as `operation_id`. Of a `visit_late` it is the visit at roster,
    of a `hospital_stay` the stay at interop, by which care was paused or went on;
    of a `referral_changed` the referral, which whoever sent it changed, took back or tried to after it was accepted.
    """

    id: UUID
    team_id: UUID
    version: int
    kind: str
    client_id: UUID
    subject_id: UUID
    due_at: datetime
    raised_at: datetime
    changed_at: datetime
    for_employee_id: UUID | None
    for_people: list[UUID]
    escalates_at: datetime | None
    escalations: int
    acknowledged_at: datetime | None
    acknowledged_by: UUID | None


class PushSubscriptionShape(Answer):
    """Nothing of the keys, and the address to the device alone knows."""

    id: UUID
    version: int
    subscribed_at: datetime
    ended_at: datetime | None


class PushKey(Answer):
    """`applicationServerKey` for `pushManager.subscribe`, a P-256 point in base64url (RFC 8292)."""

    public_key: str


@router.get("/alerts", response_model=Page[AlertShape])
async def list_alerts(
    tx: ByNurse,
    page: Asked,
    team_id: UUID | None = None,
    since: Instant | None = None,
    is_open: bool | None = Query(default=None, alias="open", description="Whether nobody has acknowledged it."),
) -> object:
    """Newest first. An app asks with `since`, the newest `changed_at` that it has, for what is new or has changed.

    What changed in the minute before `since` comes again, so that nothing is missed: know it by `id` and `version`.
    """
    return await tell.list_alerts(tx, page, team_id=team_id, since=since, is_open=is_open)


@router.get("/alerts/{alert_id}", response_model=AlertShape)
async def read_alert(tx: ByNurse, alert_id: UUID, response: Response) -> object:
    """One alert."""
    return tagged(await tell.read_alert(tx, alert_id), response)


@router.post("/alerts/{alert_id}/acknowledge", response_model=AlertShape)
async def acknowledge_alert(tx: ByNurse, alert_id: UUID, version: IfMatch, response: Response) -> object:
    """Somebody of the team knows and sees to it, so nobody else is told."""
    return tagged(await tell.acknowledge_alert(tx, alert_id, version), response)


@router.get("/push-key", response_model=PushKey)
async def push_key(tx: ByNurse, request: Request) -> object:
    """The key by which a browser lets this service, and nobody else, wake it."""
    return {"public_key": public_point(sender_key(request.app.state.settings))}


@router.post("/push-subscriptions", status_code=201, response_model=PushSubscriptionShape)
async def subscribe_to_push(tx: ByNurse, body: NewPushSubscription, request: Request, response: Response) -> object:
    """Wake this device of the caller's when there is an alert. What is sent holds the alert's id and kind alone."""
    inside = request.app.state.settings.partner_hosts_inside
    return tagged(await tell.subscribe_to_push(tx, body, inside), response)


@router.get("/push-subscriptions", response_model=Page[PushSubscriptionShape])
async def list_push_subscriptions(tx: ByNurse, page: Asked) -> object:
    """The caller's own devices."""
    return await tell.list_push_subscriptions(tx, page)


@router.get("/push-subscriptions/{push_subscription_id}", response_model=PushSubscriptionShape)
async def read_push_subscription(tx: ByNurse, push_subscription_id: UUID, response: Response) -> object:
    """One of them."""
    return tagged(await tell.read_push_subscription(tx, push_subscription_id), response)


@router.post("/push-subscriptions/{push_subscription_id}/end", response_model=PushSubscriptionShape)
async def end_push_subscription(
    tx: ByNurse, push_subscription_id: UUID, version: IfMatch, response: Response
) -> object:
    """This device is woken no more."""
    return tagged(await tell.end_push_subscription(tx, push_subscription_id, version), response)
