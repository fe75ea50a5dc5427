"""Shifts that change hands: swaps between two, open shifts, and nurses who are lent to another team."""

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
