"""National codes for our own words, each from a day on: a change is a new row with a later first day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class NationalCodes:
    """Those that hold on one day, by the list that they are of and our own word."""

    known: dict[tuple[str, str], str]

    @classmethod
    def on(cls, day: date, rows: Iterable[tuple[str, str, str, date]]) -> "NationalCodes":
        """Of rows of list, own word, national code and first day."""
        begun = sorted((row for row in rows if row[3] <= day), key=lambda row: row[3])
        return cls({(code_list, own): national for code_list, own, national, _ in begun})

    def of(self, code_list: str, own: str | None) -> str:
        """Nothing where there is no national code for it: what is not known is not guessed."""
        return self.known.get((code_list, own), "") if own else ""
