"""A sender's words made fit to be stored and shown; the message keeps them as they came."""

import unicodedata
from typing import Any

NAME_LENGTH, PROSE_LENGTH = 200, 4000
SHORTENED = " … (shortened; the message holds the whole text)"


def one_line(text: Any, length: int = NAME_LENGTH) -> str | None:
    """A name or another short text on one line; None where nothing is said."""
    if not isinstance(text, str):
        return None
    return " ".join(_plain(text).split())[:length].strip() or None


def prose(text: Any) -> str | None:
    """A longer text with its lines. It is never cut without saying so."""
    if not isinstance(text, str):
        return None
    words = _plain(text).strip()
    if len(words) > PROSE_LENGTH:
        words = words[: PROSE_LENGTH - len(SHORTENED)] + SHORTENED
    return words or None


def _plain(text: str) -> str:
    """Control characters become spaces, save for the ends of lines."""
    return "".join(" " if unicodedata.category(letter) == "Cc" and letter != "\n" else letter for letter in text)
