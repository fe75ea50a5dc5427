"""Loneliness: what came out of a recognised question, asked at admission and later, beside problem 07's status."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field as Shape
from sqlalchemy import Index, text
from sqlmodel import Field, col

from services.caseload.domain.base import Base
from services.caseload.domain.client import EpisodeOfCare
from services.caseload.domain.omaha import Occasion
from services.caseload.domain.rule import RuleCode
from services.common.errors import Conflict, Unprocessable
from services.common.models import TeamOwned, only_states
from services.common.types import Input, NewId, PastDay

SOCIAL_CONTACT = "07"


class LonelinessScale(StrEnum):
    """By name alone: the wording is with whoever owns it, and only the sum or the code is kept here.

    `ucla_3` is the sum of the three items of the UCLA scale's short form (Hughes and others, 2004), higher is lonelier.
    `ons_direct` is the Office for National Statistics' direct question, from 1, often or always, to 5, never.
    """

    UCLA_3 = "ucla_3"
    ONS_DIRECT = "ons_direct"


# The least and the most that there is, and from where on, or up to where, somebody counts as lonely.
LIMITS = {
    LonelinessScale.UCLA_3: (RuleCode.UCLA_3_LEAST, RuleCode.UCLA_3_MOST, RuleCode.UCLA_3_LONELY),
    LonelinessScale.ONS_DIRECT: (RuleCode.ONS_DIRECT_LEAST, RuleCode.ONS_DIRECT_MOST, RuleCode.ONS_DIRECT_LONELY),
}
HIGHER_IS_LONELIER = {LonelinessScale.UCLA_3: True, LonelinessScale.ONS_DIRECT: False}


class NewLonelinessScore(Input):
    id: NewId
    episode_of_care_id: UUID
    scale: LonelinessScale
    occasion: Occasion
    asked_on: PastDay
    score: Annotated[int, Shape(strict=True, ge=1, le=100)]


class ScoreOutsideTheScale(Unprocessable):
    field = "/body/score"
    way_out = "Send the sum or the code as the scale has it; /v1/rules gives its least and its most."

    def __init__(self, least: int, most: int) -> None:
        super().__init__(f"On this scale there is nothing below {least} or above {most}.")


class AskedAtAdmission(Conflict):
    """What is asked at admission is asked once, so that later scores have one to be compared with."""

    field = "/body/occasion"
    way_out = "Record this score as interim, or as discharge when care ends."

    def __init__(self) -> None:
        super().__init__("This question was asked at admission already.")


class LonelinessScore(TeamOwned, Base, table=True):
    """One answer as its sum or code (FHIR Observation)."""

    client_id: UUID = Field(foreign_key="client.id", index=True)
    episode_of_care_id: UUID = Field(foreign_key="episode_of_care.id")
    scale: str
    occasion: str
    asked_on: date
    score: int
    asked_by: UUID | None

    @classmethod
    def of(cls, new: NewLonelinessScore, episode: EpisodeOfCare, by: UUID | None, now: datetime) -> Self:
        about: dict[str, Any] = {"client_id": episode.client_id, "team_id": episode.team_id, "asked_by": by}
        return cls(**new.model_dump(), **about, changed_at=now)


@dataclass(frozen=True)
class Asked:
    """One score, as the store lists them: by episode of care, oldest first."""

    client_id: UUID
    episode_of_care_id: UUID
    occasion: str
    score: int


@dataclass(frozen=True)
class ScorePair:
    client_id: UUID
    before: int
    after: int


@dataclass(frozen=True)
class LonelinessChange:
    """How many were less lonely later is for the team: one of few tells of a person."""

    pairs: int
    at_admission: float
    later: float
    change: float
    less_lonely: int | None
    same: int | None
    lonelier: int | None
    lonely_at_admission: int | None
    lonely_later: int | None


def score_pairs(asked: Iterable[Asked]) -> list[ScorePair]:
    """An admission score and the latest after it, of each episode that has both."""
    first: dict[UUID, int] = {}
    later: dict[UUID, ScorePair] = {}
    for one in asked:
        if one.occasion == Occasion.ADMISSION:
            first[one.episode_of_care_id] = one.score
        elif one.episode_of_care_id in first:
            before = first[one.episode_of_care_id]
            later[one.episode_of_care_id] = ScorePair(one.client_id, before, one.score)
    return list(later.values())


def change_of(
    scale: LonelinessScale, pairs: Sequence[ScorePair], limit: int, *, with_directions: bool
) -> LonelinessChange:
    lonelier_way = 1 if HIGHER_IS_LONELIER[scale] else -1
    before, after = [pair.before for pair in pairs], [pair.after for pair in pairs]
    ways = [((b > a) - (b < a)) * lonelier_way for a, b in zip(before, after, strict=True)]
    counts = [ways.count(-1), ways.count(0), ways.count(1), _lonely(before, limit, lonelier_way)]
    counts.append(_lonely(after, limit, lonelier_way))
    means = sum(before) / len(pairs), sum(after) / len(pairs)
    return LonelinessChange(
        len(pairs),
        round(means[0], 2),
        round(means[1], 2),
        round(means[1] - means[0], 2),
        *(counts if with_directions else [None] * len(counts)),
    )


def _lonely(scores: Iterable[int], limit: int, lonelier_way: int) -> int:
    return sum(score * lonelier_way >= limit * lonelier_way for score in scores)


only_states(LonelinessScore, "scale", LonelinessScale)
only_states(LonelinessScore, "occasion", Occasion)
Index(
    "one_loneliness_at_admission",
    col(LonelinessScore.episode_of_care_id),
    col(LonelinessScore.scale),
    unique=True,
    postgresql_where=text("occasion = 'admission'"),
)
