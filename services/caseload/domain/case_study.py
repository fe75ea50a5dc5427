"""Case study: one client's course as a story with a chart, told so that nobody knows whose it is, and with consent.

It is made of codes and numbers: no name, no place, no day. Weeks are counted from the referral. What the team adds in
its own words is read for what would give the client away before it is kept.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

from sqlalchemy import Column
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.caseload.domain.base import Base
from services.caseload.domain.chart import lines
from services.caseload.domain.client import Client
from services.caseload.domain.network import ConsentHow
from services.caseload.domain.omaha import PROBLEMS
from services.caseload.domain.reach import AgeBands
from services.common.errors import Conflict, Unprocessable
from services.common.models import TeamOwned, only_states
from services.common.types import Input, Name, NewId, PastDay, Words, day_in_england

MOST_LINES = 3
SHORTEST_NAME = 3
BEST = 5
MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
A_DATE = re.compile(
    rf"\b\d{{4}}-\d{{2}}-\d{{2}}\b|\b\d{{1,2}}[/.]\d{{1,2}}[/.]\d{{2,4}}\b|\b\d{{1,2}} ({MONTHS})\b", re.I
)
A_NUMBER = re.compile(r"(?:\d[ -]?){10,}")
A_POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b", re.I)


class StoryConsent(Input):
    """That the client agrees to have the story told, knowing to whom."""

    given_on: PastDay
    how: ConsentHow
    told_to: Name


class NewCaseStudy(Input):
    """`alias` is what the client is called in the story."""

    id: NewId
    client_id: UUID
    title: Name
    alias: Name
    reflection: Words
    consent: StoryConsent | None = None


class StoryWithdrawn(Input):
    withdrawn_on: PastDay


class ConsentToStoryNeeded(Conflict):
    """A story belongs to whom it is about, even without their name."""

    field = "/body/consent"
    way_out = "Ask the client, and send when and how they agreed and whom the story may be told to."

    def __init__(self) -> None:
        super().__init__("Without the client's consent no story is told.")


class WordsGiveAway(Unprocessable):
    """Names, places, days and numbers would tell whose story it is."""

    field = "/body/reflection"
    way_out = "Leave out names, places, days and numbers; say the alias, and count weeks."

    def __init__(self, field: str) -> None:
        super().__init__(
            "These words hold a name, a place, a day or a number that would give the client away.", field=field
        )


class StoryAlreadyWithdrawn(Conflict):
    field = "/path/case_study_id"
    way_out = "Nothing needs to be done: the story is not there any more."

    def __init__(self) -> None:
        super().__init__("The client has withdrawn this story.")


@dataclass(frozen=True)
class Happened:
    """One thing of the client's course: when, what kind of thing, its code, and its numbers."""

    at: datetime
    what: str
    code: str = ""
    numbers: tuple[int, ...] = ()


def known_names(client: Client, people: Iterable[str]) -> set[str]:
    """All that may not be said: the parts of the names of the client and of those around, and of where they live."""
    texts = [client.given_name, client.family_name, client.address_line or "", *people]
    return {part for text in texts for part in re.findall(r"[^\W\d_]+", text.casefold()) if len(part) >= SHORTEST_NAME}


def require_nothing_given_away(new: NewCaseStudy, names: set[str]) -> None:
    """Raises `WordsGiveAway`."""
    for field in ("title", "alias", "reflection"):
        text: str = getattr(new, field)
        said = set(re.findall(r"[^\W\d_]+", text.casefold()))
        if said & names or any(pattern.search(text) for pattern in (A_DATE, A_NUMBER, A_POSTCODE)):
            raise WordsGiveAway(f"/body/{field}")


def story(course: Sequence[Happened]) -> list[dict[str, Any]]:
    """The course by weeks since its beginning, oldest first; contacts of one week are told together."""
    begun = min(one.at for one in course)
    told: dict[tuple[int, str, str], list[tuple[int, ...]]] = {}
    for one in sorted(course, key=lambda each: each.at):
        week = (day_in_england(one.at) - day_in_england(begun)).days // 7
        told.setdefault((week, one.what, one.code), []).append(one.numbers)
    return [
        {"week": week, "what": what, "code": code or None, "numbers": _numbers(what, found)}
        for (week, what, code), found in told.items()
    ]


def _numbers(what: str, found: Sequence[tuple[int, ...]]) -> list[int]:
    """Of contacts how many and their minutes; of anything else the last of the week."""
    return [len(found), sum(sum(each) for each in found)] if what == "contacts" else list(found[-1])


def chart(told: Sequence[dict[str, Any]]) -> str:
    """How the status of the problems changed that were rated most often; 5 is best."""
    rated: dict[str, list[tuple[float, float]]] = {}
    for one in told:
        if one["what"] == "rated":
            rated.setdefault(one["code"], []).append((one["week"], one["numbers"][2]))
    most = sorted(rated, key=lambda code: (-len(rated[code]), code))[:MOST_LINES]
    names = [str(PROBLEMS[code]["name"]) for code in most]
    return lines("Omaha status by week, 5 is best", names, [rated[code] for code in most], BEST)


class CaseStudy(TeamOwned, Base, table=True):
    """A story that may be told as the client agreed. Withdrawn, nothing of it is left."""

    client_id: UUID = Field(foreign_key="client.id", index=True)
    title: str
    alias: str
    reflection: str
    age_band: str
    told_to: str
    consent_on: date
    consent_how: str
    withdrawn_on: date | None = None
    story: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    svg: str
    written_by: UUID | None

    @classmethod
    def told(
        cls,
        new: NewCaseStudy,
        client: Client,
        course: Sequence[Happened],
        bands: AgeBands,
        by: UUID | None,
        now: datetime,
    ) -> Self:
        """Raises `ConsentToStoryNeeded`."""
        if new.consent is None:
            raise ConsentToStoryNeeded
        made = story(course)
        return cls(
            **new.model_dump(exclude={"consent"}),
            team_id=client.team_id,
            age_band=bands.of(client.birth_on, day_in_england(min(one.at for one in course))),
            told_to=new.consent.told_to,
            consent_on=new.consent.given_on,
            consent_how=new.consent.how,
            story=made,
            svg=chart(made),
            written_by=by,
            changed_at=now,
        )

    def withdraw(self, told: StoryWithdrawn, now: datetime) -> None:
        """Raises `StoryAlreadyWithdrawn`."""
        if self.withdrawn_on is not None:
            raise StoryAlreadyWithdrawn
        self.withdrawn_on, self.changed_at = told.withdrawn_on, now
        self.title = self.alias = self.reflection = self.svg = ""
        self.story = []


only_states(CaseStudy, "consent_how", ConsentHow)
