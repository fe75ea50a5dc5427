"""A council that has a portal alone: nothing leaves by itself, a social worker copies a pack of texts into its form."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from textwrap import wrap

from services.interop.domain.delivery import Attempt
from services.interop.partners.council.gateway import Answered, AnswersAtOnce


@dataclass(frozen=True)
class Section:
    """One field of the council's form: what stands over it, and texts that fit, each behind its own button."""

    title: str
    texts: tuple[str, ...]


class PortalPack(AnswersAtOnce):
    async def hand_over(self, attempt: Attempt, now: datetime) -> Answered:
        """The pack lies ready; the council has it when somebody notes the portal's reference."""
        return Answered(None, has_it=True, is_final=False)


def pack(sections: Iterable[tuple[str, str | None]], longest_title: int, longest_text: int) -> list[Section]:
    """The sections that say something. A text longer than its field is broken between words, in letters as the form
    counts them."""
    return [Section(title[:longest_title], tuple(fitted(text, longest_text))) for title, text in sections if text]


def fitted(text: str, longest: int) -> list[str]:
    """The parts in their order; joined again they are the text, but for the spaces at which it was broken."""
    if len(text) <= longest:
        return [text]
    lines = text.split("\n")
    parts = [part for line in lines for part in (wrap(line, longest, break_on_hyphens=False) or [""])]
    joined: list[str] = []
    for part in parts:
        if joined and len(joined[-1]) + 1 + len(part) <= longest:
            joined[-1] = f"{joined[-1]}\n{part}"
        else:
            joined.append(part)
    return joined
