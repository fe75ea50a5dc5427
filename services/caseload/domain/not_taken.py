"""Who was not taken on: counted by reason, by area and by need, so that nobody need wonder whom a team leaves out."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from services.caseload.domain.base import outward
from services.caseload.domain.referral import ReferralStatus
from services.common.figures import Cell, Cells, Layout, under

REASON, AREA, NEED = "reason.", "area.", "need."
UNTOLD = "not_known"
# What governance tells of the same referrals is part of it: nothing is left to be taken from that.
LAYOUT = Layout(
    sums=(
        ("received", ("decided", "undecided")),
        ("decided", ("accepted", "not_taken")),
        *(("not_taken", (part,)) for part in (REASON, AREA, NEED)),
    ),
    unshown=frozenset({"undecided"}),
)


@dataclass(frozen=True)
class Outcome:
    """A referral as far as the figures need it."""

    status: str
    reason: str | None
    need: str | None
    postcode: str | None


@dataclass(frozen=True)
class Count:
    code: str
    referrals: int


def cells(outcomes: Iterable[Outcome]) -> Cells:
    """Every count. Each referral is one person's, so it stands for itself."""
    counts: Counter[str] = Counter(dict.fromkeys(("received", "decided", "undecided", "accepted", "not_taken"), 0))
    for one in outcomes:
        counts["received"] += 1
        if one.status not in (ReferralStatus.ACCEPTED, ReferralStatus.NOT_TAKEN):
            counts["undecided"] += 1
            continue
        counts["decided"] += 1
        counts[one.status] += 1
        if one.status == ReferralStatus.NOT_TAKEN:
            counts[f"{REASON}{one.reason}"] += 1
            counts[f"{AREA}{outward(one.postcode) or UNTOLD}"] += 1
            counts[f"{NEED}{one.need or UNTOLD}"] += 1
    return {name: Cell(count, count) for name, count in counts.items()}


def shown(found: Cells, part: str, away: frozenset[str]) -> list[Count]:
    """The counts of one part. What may not be told is not named either: an area with somebody in it tells enough."""
    names = sorted(name for name in under(found, part) if name not in away)
    return [Count(name.removeprefix(part), int(found[name].amount or 0)) for name in names]
