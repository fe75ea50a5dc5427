"""Leave and availability: asked for, said, agreed and taken back."""

from services.roster.usecases.leave.availability import (
    agree_availability,
    end_availability,
    list_availability,
    say_availability,
)
from services.roster.usecases.leave.days_off import answer_leave, ask_leave, list_leave, read_leave, withdraw_leave

__all__ = [
    "agree_availability",
    "answer_leave",
    "ask_leave",
    "end_availability",
    "list_availability",
    "list_leave",
    "read_leave",
    "say_availability",
    "withdraw_leave",
]
