"""Sharing with a surgery: who sits there, whom it shares with the team, and the notes to and fro (row 1.30)."""

from services.caseload.usecases.surgery.note import (
    list_surgery_notes,
    mark_surgery_note_seen,
    read_surgery_notes,
    write_surgery_note,
)
from services.caseload.usecases.surgery.seat import (
    confirm_surgery_seat,
    end_surgery_seat,
    give_surgery_seat,
    list_surgery_seats,
    read_surgery_seat,
)
from services.caseload.usecases.surgery.share import (
    list_surgery_shares,
    read_surgery_list,
    read_surgery_share,
    share_with_surgery,
    stop_sharing_with_surgery,
)

__all__ = [
    "confirm_surgery_seat",
    "end_surgery_seat",
    "give_surgery_seat",
    "list_surgery_notes",
    "list_surgery_seats",
    "list_surgery_shares",
    "mark_surgery_note_seen",
    "read_surgery_list",
    "read_surgery_notes",
    "read_surgery_seat",
    "read_surgery_share",
    "share_with_surgery",
    "stop_sharing_with_surgery",
    "write_surgery_note",
]
