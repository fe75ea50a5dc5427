"""What becomes of a visit between plan and contact: told, begun, unanswered, missed; and visits week by week."""

from services.roster.usecases.visiting.foresee import move_and_foresee, plan_and_foresee
from services.roster.usecases.visiting.late import tell_of_late_visits
from services.roster.usecases.visiting.series import (
    begin_series,
    change_series,
    list_series,
    make_due_occurrences,
    read_series,
)
from services.roster.usecases.visiting.step import confirm_visit, find_nobody, miss_visit, start_visit
from services.roster.usecases.visiting.watch import watch_late_visits, watch_series
from services.roster.usecases.visiting.wish import (
    SOMEBODY,
    accept_move_wish,
    ask_to_move,
    decline_move_wish,
    list_move_wishes,
    look_at_visit,
    read_move_wish,
    send_visit_link,
)

__all__ = [
    "SOMEBODY",
    "accept_move_wish",
    "ask_to_move",
    "begin_series",
    "change_series",
    "confirm_visit",
    "decline_move_wish",
    "find_nobody",
    "list_move_wishes",
    "list_series",
    "look_at_visit",
    "make_due_occurrences",
    "miss_visit",
    "move_and_foresee",
    "plan_and_foresee",
    "read_move_wish",
    "read_series",
    "send_visit_link",
    "start_visit",
    "tell_of_late_visits",
    "watch_late_visits",
    "watch_series",
]
