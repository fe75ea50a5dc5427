"""What a rota has to meet: people, duties, needs, rules and history. Pure, and JSON by `TypeAdapter(Problem)`.

Days are counted from `Problem.from_on`, which is day 0; those before it are negative.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID

Roster = tuple[tuple[str | None, ...], ...]
"""By member and day the code of the duty, or None for a day off."""
# What is needed of a role, or with a skill; of a duty, a shift that is open, or one that is lent.
ROLE, SKILL = "role:", "skill:"


class DutyKind(StrEnum):
    """How somebody is on duty. The three kinds of on call are those of the NHS terms (annex 29).

    On call at home is no working time until a call comes; at work and sleeping in it is, call or no call.
    """

    SHIFT = "shift"
    ON_CALL_HOME = "on_call_home"
    ON_CALL_SITE = "on_call_site"
    SLEEP_IN = "sleep_in"


@dataclass(frozen=True)
class Part:
    """A stretch of a duty in minutes of the local clock after midnight of its day; beyond 1440 it is the next day."""

    kind: DutyKind
    starts_minute: int
    ends_minute: int
    unpaid_break_minutes: int = 0


@dataclass(frozen=True)
class DutyType:
    """All that one person does on one day: a weekend's shift with on call after it is one code."""

    code: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Slot:
    """A duty type on one day, with the clock change of that night in it.

    `starts_at` and `ends_at` are minutes since 1970 in UTC, from the first start to the last end. `paid_minutes` are
    those of shifts less their breaks. `night_minutes` lie in the night of the rules, `is_night` says that they are
    enough of them. `stretches` are the times at work without on call at home: the rest before and after is theirs.
    `work_minutes` is the time at work less breaks, `shift_minutes` that of its shifts with their breaks,
    `longest_minutes` the longest of its shifts less its break, and `break_minutes` the longest break from them.
    """

    day: int
    code: str
    starts_at: int
    ends_at: int
    paid_minutes: int
    night_minutes: int
    is_night: bool
    stretches: tuple[tuple[int, int], ...] = ()
    work_minutes: int = 0
    shift_minutes: int = 0
    longest_minutes: int = 0
    break_minutes: int = 0


@dataclass(frozen=True)
class Wish:
    """What somebody would like, or rather not, on a day; without a code any duty of that day is meant."""

    day: int
    code: str | None
    weight: int


@dataclass(frozen=True)
class Standing:
    """What holds of somebody from a day of the rota on: their role, skills, check, and whether they have opted out."""

    from_day: int
    role: str
    skills: frozenset[str]
    cleared: bool = True
    opted_out_48: bool = False


@dataclass(frozen=True)
class Member:
    """One person of the team, with what is agreed and what went before.

    `role`, `skills`, `cleared` and `opted_out_48` are those of day 0, and `later` says what changes on which day, in
    order; ask `on` for a day's.

    `leave` gives the minutes that each day of leave is credited with; nobody works on it. `cannot` is agreed flexible
    working and unavailability. `before` are the codes of up to 14 days before day 0 and `worked_minutes` those of up to
    16 weeks, both oldest first; weeks of leave are left out, and `worked_days` are the days of each that were none of
    leave, all seven where it says nothing. `owed_nights` and `owed_weekend_days` are the
    debt of 13 weeks in hundredths of one; above nought for who has had fewer than their share.
    """

    employee_id: UUID
    minutes_per_week: int
    role: str
    skills: frozenset[str]
    cleared: bool = True
    leave: Mapping[int, int] = field(default_factory=dict)
    cannot: frozenset[tuple[int, str]] = frozenset()
    wanted: tuple[Wish, ...] = ()
    unwanted: tuple[Wish, ...] = ()
    before: tuple[str | None, ...] = ()
    worked_minutes: tuple[int, ...] = ()
    worked_days: tuple[int, ...] = ()
    owed_nights: int = 0
    owed_weekend_days: int = 0
    opted_out_48: bool = False
    works_nights: bool = True
    later: tuple[Standing, ...] = ()

    def on(self, day: int) -> "Member | Standing":
        """What holds of this person on a day."""
        return next((one for one in reversed(self.later) if one.from_day <= day), self)

    @property
    def weeks_before(self) -> tuple[tuple[int, int], ...]:
        """The days that count of each week before day 0, and the minutes worked in it."""
        days = self.worked_days or (7,) * len(self.worked_minutes)
        return tuple(zip(days, self.worked_minutes, strict=True))


@dataclass(frozen=True)
class Need:
    """How many people a duty needs on a day. A duty that is in no need is needed by nobody on that day.

    `of` says how many of them are of a role (`role:registered_nurse`) or have a skill (`skill:catheter`).
    """

    day: int
    code: str
    people: int
    of: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Rules:
    """The team's rules of one day. What has no limit here is not checked, and what has no price costs nothing.

    The keys are the codes of the rule rows without `rota.` and, for prices, without `rota.price.`; where a rule is an
    amount in each period, the period is `<code>.per`: `weekly_rest` 1440 in `weekly_rest.per` 10080 minutes.
    """

    limits: Mapping[str, int]
    prices: Mapping[str, int]
    as_of: date


@dataclass(frozen=True)
class Problem:
    """One period of one team. `fixed` are cells that are pinned or past: member, day and code.

    `base` is the roster that a repair or an edit keeps near to, at the price of `change` for each cell. `history` are
    the patterns that members work before day 0, or beside the rota, and that are none of the team's duties: nobody is
    given one. `beside` are the cells of shifts that the rota does not plan, such as those planned by hand: they are
    fixed, work like any other, and no duties of a version.
    """

    from_on: date
    days: int
    duties: tuple[DutyType, ...]
    members: tuple[Member, ...]
    needs: tuple[Need, ...]
    rules: Rules
    fixed: tuple[tuple[int, int, str | None], ...] = ()
    base: Roster | None = None
    history: tuple[DutyType, ...] = ()
    beside: tuple[tuple[int, int, str], ...] = ()
