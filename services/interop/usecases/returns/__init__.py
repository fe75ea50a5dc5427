"""Statutory returns: asked for, made from what is known here, and read."""

from services.interop.usecases.returns.ask import (
    ask_for_return,
    list_returns,
    look_at_return,
    open_return_file,
    read_return_file,
)
from services.interop.usecases.returns.make import make_next, make_returns, remove_expired_returns

__all__ = [
    "ask_for_return",
    "list_returns",
    "look_at_return",
    "make_next",
    "make_returns",
    "open_return_file",
    "read_return_file",
    "remove_expired_returns",
]
