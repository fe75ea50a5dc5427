"""Work without signal: what a device sends is applied once, and whatever people have to settle waits for them."""

from services.caseload.usecases.sync.devices import declare_lost, list_devices, sync_figures, sync_status
from services.caseload.usecases.sync.push import push
from services.caseload.usecases.sync.reviews import list_reviews, read_review, set_aside, take_in
from services.caseload.usecases.sync.settle import list_conflicts, read_conflict, settle_conflict, settled_by

__all__ = [
    "declare_lost",
    "list_conflicts",
    "list_devices",
    "list_reviews",
    "push",
    "read_conflict",
    "read_review",
    "set_aside",
    "settle_conflict",
    "settled_by",
    "sync_figures",
    "sync_status",
    "take_in",
]
