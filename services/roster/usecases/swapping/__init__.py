"""Shifts that change hands: swaps between two, open shifts, and nurses who are lent to another team."""

from services.roster.usecases.swapping.loan import (
    agree_loan,
    ask_loan,
    decline_loan,
    end_loan,
    list_loans,
    place_loan,
    read_loan,
    withdraw_loan,
)
from services.roster.usecases.swapping.open_shift import (
    WholeOpenShift,
    answer_open_shift,
    list_open_shifts,
    offer_open_shift,
    read_open_shift,
    settle_open_shift,
    withdraw_open_shift,
)
from services.roster.usecases.swapping.recall import open_what_is_left
from services.roster.usecases.swapping.swap import (
    accept_swap,
    apply_swap,
    check_swap,
    cosign_swap,
    decline_swap,
    list_swaps,
    offer_swap,
    read_swap,
    withdraw_swap,
)

__all__ = [
    "agree_loan",
    "ask_loan",
    "decline_loan",
    "end_loan",
    "list_loans",
    "place_loan",
    "read_loan",
    "withdraw_loan",
    "WholeOpenShift",
    "answer_open_shift",
    "list_open_shifts",
    "offer_open_shift",
    "open_what_is_left",
    "read_open_shift",
    "settle_open_shift",
    "withdraw_open_shift",
    "accept_swap",
    "apply_swap",
    "check_swap",
    "cosign_swap",
    "decline_swap",
    "list_swaps",
    "offer_swap",
    "read_swap",
    "withdraw_swap",
]
