"""What is to be written into a trust's SystmOne unit: queued, taken and answered for by an agent, and settled."""

from services.interop.usecases.unit_entries.mend import (
    list_entries,
    list_unit_entries,
    look_at_units,
    read_entry,
    send_entry,
    settle_entry,
)
from services.interop.usecases.unit_entries.queue import queue_entry, release_entries
from services.interop.usecases.unit_entries.take import end_leases, hear_outcome, take_again, take_entry

__all__ = [
    "end_leases",
    "hear_outcome",
    "list_entries",
    "list_unit_entries",
    "look_at_units",
    "queue_entry",
    "read_entry",
    "release_entries",
    "send_entry",
    "settle_entry",
    "take_again",
    "take_entry",
]
