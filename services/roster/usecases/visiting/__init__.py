"""What becomes of a visit between plan and contact: told, begun, unanswered, missed; and visits week by week."""

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

__all__ = [
    "begin_series",
    "change_series",
    "confirm_visit",
    "find_nobody",
    "list_series",
    "make_due_occurrences",
    "miss_visit",
    "read_series",
    "start_visit",
    "tell_of_late_visits",
    "watch_late_visits",
    "watch_series",
]
