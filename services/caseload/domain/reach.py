"""Whom a team reaches: the same figures for every team, by area and group, so that one can be held against another."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median
from typing import Any
from uuid import UUID

from services.caseload.domain.at_home import age_on
from services.common.figures import Cell, Layout, hidden

# One definition for all teams, told with every answer.
DEFINITION = (
    "Referrals received in the quarter; offered: accepted by the team; taken: seen by the team at least once; wait: "
    "median days from receipt to the first contact. Area is the postcode district; groups are age on that day, and sex."
)
AGE_BANDS = (("under_65", 0, 64), ("65_to_74", 65, 74), ("75_to_84", 75, 84), ("85_and_over", 85, 200))
NOT_KNOWN = "not_known"
STEPS = ("referred", "offered", "taken")


def age_band(birth_on: date | None, day: date) -> str:
    if birth_on is None:
        return NOT_KNOWN
    age = age_on(birth_on, day)
    return next((name for name, least, most in AGE_BANDS if least <= age <= most), NOT_KNOWN)


def district(postcode: str | None) -> str:
    """The outward part: `IP29` of `IP29 5AA`."""
    return postcode.replace(" ", "")[:-3].upper() if postcode else NOT_KNOWN


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

    @property
    def groups(self) -> dict[str, str]:
        return {
            "area": district(self.postcode),
            "age": age_band(self.birth_on, self.received_at.date()),
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


def reached(found: Iterable[Referred], smallest: int) -> list[Reached]:
    """Everybody, then each group of each dimension."""
    groups: dict[tuple[str, str], list[Referred]] = {("all", "all"): list(found)}
    for one in groups["all", "all"]:
        for dimension, group in one.groups.items():
            groups.setdefault((dimension, group), []).append(one)
    cells = {
        f"{step}.{dimension}.{group}": _cell(people, step)
        for (dimension, group), people in groups.items()
        for step in (*STEPS, "not_offered", "not_taken")
    }
    away = hidden(cells, _layout(list(groups)), smallest)
    return [_of_group(key, groups[key], cells, away) for key in sorted(groups, key=lambda key: (key[0] != "all", key))]


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
