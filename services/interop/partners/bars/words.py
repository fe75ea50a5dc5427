"""A sender's words made fit to be stored and shown; the message keeps them as they came."""

import unicodedata
from collections.abc import Sequence
from typing import Any

NAME_LENGTH, PROSE_LENGTH = 200, 4000
SHORTENED = " … (shortened; the message holds the whole text)"


def one_line(text: Any, length: int = NAME_LENGTH) -> str | None:
    """A name or another short text on one line; None where nothing is said."""
    if not isinstance(text, str):
        return None
    return " ".join(_plain(text).split())[:length].strip() or None


def prose(text: Any) -> str | None:
    """A longer text with its lines; None where nothing is said."""
    return _plain(text).strip() or None if isinstance(text, str) else None


def within(paragraphs: Sequence[str], length: int = PROSE_LENGTH) -> str | None:
    """The paragraphs below each other. Only the longest are cut, so that none pushes out another, and each says so."""
    room = length - max(0, len(paragraphs) - 1)
    for left, size in zip(range(len(paragraphs), 0, -1), sorted(map(len, paragraphs)), strict=True):
        if size * left > room:
            return "\n".join(_cut(words, room // left) for words in paragraphs)
        room -= size
    return "\n".join(paragraphs) or None


def _cut(words: str, length: int) -> str:
    return words if len(words) <= length else words[: length - len(SHORTENED)] + SHORTENED


def _plain(text: str) -> str:
    """Control characters become spaces, save for the ends of lines."""
    return "".join(" " if unicodedata.category(letter) == "Cc" and letter != "\n" else letter for letter in text)
