"""Whom a team reaches: the same figures for every team, by area and group, so that one can be held against another."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from statistics import median
from typing import Any
from uuid import UUID

from services.caseload.domain.at_home import age_on
from services.caseload.domain.base import outward
from services.common.figures import Cell, Layout, hidden
from services.common.types import day_in_england

# One definition for all teams, told with every answer.
DEFINITION = (
    "Referrals received in the quarter; offered: accepted by the team; taken: seen by the team at least once; wait: "
    "median days from receipt to the first contact. Area is the postcode district; groups are age on that day, and sex."
)
NOT_KNOWN = "not_known"
STEPS = ("referred", "offered", "taken")


@dataclass(frozen=True)
class AgeBands:
    """Bands of age, by the ages at which a new one begins."""

    begins: tuple[int, ...]

    @property
    def names(self) -> tuple[str, ...]:
        between = (f"{least}_to_{following - 1}" for least, following in pairwise(self.begins))
        return (f"under_{self.begins[0]}", *between, f"{self.begins[-1]}_and_over")

    def of(self, birth_on: date | None, day: date) -> str:
        if birth_on is None or birth_on > day:
            return NOT_KNOWN
        age = age_on(birth_on, day)
        return self.names[sum(age >= least for least in self.begins)]


@dataclass(frozen=True)
class Referred:
    """One referral, as far as it is counted."""

    referral_id: UUID
    postcode: str | None
    birth_on: date | None
    sex: str
    received_at: datetime
    offered: bool
    first_seen_at: datetime | None

    def groups(self, bands: AgeBands) -> dict[str, str]:
        return {
            "area": outward(self.postcode) or NOT_KNOWN,
            "age": bands.of(self.birth_on, day_in_england(self.received_at)),
            "sex": self.sex,
        }

    @property
    def reached(self) -> tuple[str, ...]:
        if not self.offered:
            return ("referred", "not_offered")
        return ("referred", "offered", "taken" if self.first_seen_at else "not_taken")

    @property
    def wait_days(self) -> int | None:
        return None if self.first_seen_at is None else max((self.first_seen_at - self.received_at).days, 0)


@dataclass(frozen=True)
class Reached:
    """How far the people of one group came. What stands on few is None outside the team."""

    dimension: str
    group: str
    referred: int | None
    offered: int | None
    taken: int | None
    median_wait_days: float | None


def reached(found: Iterable[Referred], smallest: int, bands: AgeBands) -> list[Reached]:
    """Everybody, then each group of each dimension. A group that may not be told is not named either."""
    groups: dict[tuple[str, str], list[Referred]] = {("all", "all"): list(found)}
    for one in groups["all", "all"]:
        for dimension, group in one.groups(bands).items():
            groups.setdefault((dimension, group), []).append(one)
    cells = {
        f"{step}.{dimension}.{group}": _cell(people, step)
        for (dimension, group), people in groups.items()
        for step in (*STEPS, "not_offered", "not_taken")
    }
    away = hidden(cells, _layout(list(groups)), smallest)
    order = sorted(groups, key=lambda key: (key[0] != "all", key))
    named = [key for key in order if key[0] == "all" or f"referred.{key[0]}.{key[1]}" not in away]
    return [_of_group(key, groups[key], cells, away) for key in named]


def _cell(people: Sequence[Referred], step: str) -> Cell:
    count = sum(step in one.reached for one in people)
    return Cell(count, count)


def _layout(groups: Sequence[tuple[str, str]]) -> Layout:
    """A step of everybody is the sum of its groups, and in each group a step is the sum of what came of it."""
    sums: list[tuple[str, tuple[str, ...]]] = []
    unshown = set()
    for dimension, group in groups:
        at = f"{dimension}.{group}"
        sums += [
            (f"referred.{at}", (f"offered.{at}", f"not_offered.{at}")),
            (f"offered.{at}", (f"taken.{at}", f"not_taken.{at}")),
        ]
        unshown |= {f"not_offered.{at}", f"not_taken.{at}"}
    for dimension in {dimension for dimension, _ in groups} - {"all"}:
        parts = [f"{dimension}.{group}" for one, group in groups if one == dimension]
        sums += [(f"{step}.all.all", tuple(f"{step}.{part}" for part in parts)) for step in STEPS]
    return Layout(tuple(sums), frozenset(unshown))


def _of_group(
    key: tuple[str, str], people: Sequence[Referred], cells: Mapping[str, Cell], away: frozenset[str]
) -> Reached:
    told: dict[str, Any] = {}
    for step in STEPS:
        name = f"{step}.{key[0]}.{key[1]}"
        told[step] = None if name in away else cells[name].amount
    waits = [one.wait_days for one in people if one.wait_days is not None and "taken" in one.reached]
    wait = float(median(waits)) if waits and told["taken"] is not None else None
    return Reached(*key, **told, median_wait_days=wait)
