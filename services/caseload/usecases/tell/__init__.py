"""Who must be told is told: alerts, and the devices that they wake."""

from services.caseload.usecases.tell.alert import (
    acknowledge_alert,
    escalate_some,
    is_unanswered,
    list_alerts,
    raise_alert,
    raise_overdue_reviews,
    read_alert,
    remember_shift,
    settle_alerts,
)
from services.caseload.usecases.tell.disputed_dose import raise_conflict, raise_review
from services.caseload.usecases.tell.late_dose import (
    raise_late_doses,
    settle_care_changed,
    settle_recorded,
    settle_stopped,
)
from services.caseload.usecases.tell.late_visit import raise_late_visit, remember_undone, settle_late_visit
from services.caseload.usecases.tell.push import (
    end_push_subscription,
    list_push_subscriptions,
    push_some,
    read_push_subscription,
    send_pushes,
    subscribe_to_push,
)
from services.caseload.usecases.tell.watch import watch_alerts

__all__ = [
    "acknowledge_alert",
    "end_push_subscription",
    "escalate_some",
    "is_unanswered",
    "list_alerts",
    "list_push_subscriptions",
    "push_some",
    "raise_alert",
    "raise_conflict",
    "raise_late_doses",
    "raise_late_visit",
    "raise_overdue_reviews",
    "raise_review",
    "read_alert",
    "read_push_subscription",
    "remember_shift",
    "remember_undone",
    "send_pushes",
    "settle_alerts",
    "settle_care_changed",
    "settle_late_visit",
    "settle_recorded",
    "settle_stopped",
    "subscribe_to_push",
    "watch_alerts",
]
