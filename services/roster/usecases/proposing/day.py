"""One day of a team put as a question: who is out, what is planned, what is held, and how long the ways are."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from services.common import rulebook
from services.common.db import Transaction
from services.common.types import ENGLAND, midnight_in_england
from services.roster.domain.ability import Ability, Needed, may_make
from services.roster.domain.agency_call import APART, TOGETHER, AgencyCall, Part, parts_beside
from services.roster.domain.base import Channel
from services.roster.domain.opening import OpeningHours
from services.roster.domain.period import Period
from services.roster.domain.round_question import Asked, Left, Question
from services.roster.domain.rounds.day import Break, Call, Day, Hand, Nurse, Prices
from services.roster.domain.rule import RuleCode
from services.roster.domain.shift import Shift, ShiftKind
from services.roster.domain.visit import Visit, VisitStatus
from services.roster.domain.visit_plan import VisitPlan
from services.roster.domain.window import MINUTES_OF_A_DAY
from services.roster.store import opening, rounds, shifts, visiting, visits
from services.roster.usecases.travelling import Ways, ways_of

PRICES = {
    "buddy": RuleCode.PRICE_OF_BUDDY,
    "other": RuleCode.PRICE_OF_OTHER,
    "drop": RuleCode.PRICE_OF_DROP,
    "overtime": RuleCode.PRICE_OF_OVERTIME,
    "no_break": RuleCode.PRICE_OF_NO_BREAK,
}
STANDING = (VisitStatus.PLANNED, VisitStatus.CONFIRMED, VisitStatus.IN_PROGRESS, VisitStatus.DONE)
OUT_OF_TIME = "Not served: its window is over."
CLOSED = "Not served: in its window the team is not open for so long, and nobody is on call."
WITH_AGENCY = "Not served: in its window an agency is there, from which it is kept apart or with which it is made."
NOBODY_OUT = "Held where it is, although whoever visits has no shift then."


@dataclass(frozen=True)
class Team:
    """What is known of the people and the clients of one day."""

    day: date
    now: datetime
    midnight: datetime
    shifts: Sequence[Shift]
    # By shift: whoever is lent for one brings along what she may do.
    able: Mapping[UUID, Ability]
    plans: Mapping[UUID, VisitPlan]
    named: Mapping[UUID, tuple[UUID, UUID]]
    prices: Mapping[str, int]
    # A break lies in the middle of a shift, so many minutes from its edges.
    edge: int
    ways: Ways
    opening: OpeningHours | None
    agencies: Sequence[AgencyCall]
    # Time to meet, learn and think, in which nobody visits.
    kept: Sequence[Shift]

    def minute(self, instant: datetime) -> float:
        """Minutes since midnight, as they pass: the clocks may be changed in between."""
        return (instant - self.midnight).total_seconds() / 60

    def on_the_clock(self, minute: int) -> float:
        """The same of a minute on the clocks of England."""
        local = datetime.combine(self.day, time(), ENGLAND) + timedelta(minutes=minute)
        return self.minute(local.astimezone(UTC))


async def question(tx: Transaction, team_id: UUID, day: date) -> Question:
    """A fixed number of statements, whatever the size of the team.

    What is told, begun or past is held, and so is what somebody said words for: they are of that time and no other.
    """
    planned = [
        visit
        for visit in await visits.visits_of_day(tx, team_id=team_id, on=day, employee_id=None, late=False)
        if visit.status in STANDING
    ]
    team = await _team(tx, team_id, day, planned)
    calls, asked, left = [], [], []
    for visit in planned:
        is_held = visit.status != VisitStatus.PLANNED or visit.starts_at <= tx.now or visit.override_words is not None
        call = _held(team, visit) if is_held else _free(team, visit)
        if isinstance(call, Left):
            left.append(call)
        else:
            calls.append(call)
            asked.append(Asked(visit.id, visit.version, visit.starts_at, tuple(visit.people()), is_held))
    prices = team.prices
    return Question(
        midnight=team.midnight,
        day=Day(
            nurses=tuple(_nurse(team, shift) for shift in team.shifts),
            # Behind the visits, so that each of these has the number of its call.
            calls=(*calls, *_kept(team)),
            travel=tuple(tuple(map(float, row)) for row in team.ways.minutes),
            # Late is outside the window, which is nobody's to change: it costs as much as to leave the visit out.
            prices=Prices(late=prices["drop"], overtime=prices["overtime"], no_break=prices["no_break"]),
        ),
        asked=tuple(asked),
        people=tuple(shift.employee_id for shift in team.shifts),
        left=tuple(left),
        travel_source=team.ways.source,
    )


async def _team(tx: Transaction, team_id: UUID, day: date, planned: Sequence[Visit]) -> Team:
    midnight = midnight_in_england(day)
    out = await rounds.shifts_of_day(tx, team_id, day)
    people, clients = {shift.employee_id for shift in out}, {visit.client_id for visit in planned}
    able = await shifts.able_in(tx, team_id, day, out)
    edge, *amounts = await rulebook.amounts(tx, day, RuleCode.BREAK_EDGE, *PRICES.values())
    plan_ids = {visit.visit_plan_id for visit in planned if visit.visit_plan_id is not None}
    return Team(
        day=day,
        now=tx.now,
        midnight=midnight,
        shifts=[shift for shift in out if shift.id in able],
        able=able,
        plans=await rounds.plans(tx, plan_ids),
        named=await rounds.care_teams(tx, team_id, clients, day),
        prices=dict(zip(PRICES, amounts, strict=True)),
        edge=edge,
        ways=await ways_of(tx, team_id=team_id, client_ids=clients, people=people, on=day),
        opening=await opening.opening_on(tx, team_id, day),
        agencies=await visiting.agency_calls(tx, clients, day),
        kept=await opening.protected_time(tx, people, Period(day, day)),
    )


def _nurse(team: Team, shift: Shift) -> Nurse:
    start, end, place = team.minute(shift.starts_at), team.minute(shift.ends_at), team.ways.start_of(shift.employee_id)
    rest, minutes = None, shift.unpaid_break_minutes
    if minutes and end - start > minutes + 2 * team.edge:
        rest = Break(minutes, round(start) + team.edge, round(end) - team.edge)
    return Nurse(str(shift.employee_id), start, end, place, place, rest, team.ways.is_home(place))


def _held(team: Team, visit: Visit) -> Call | Left:
    nurses = tuple(_shift_at(team, person, visit) for person in visit.people())
    if None in nurses:
        return Left(visit.id, NOBODY_OUT)
    crew, start = tuple(nurse for nurse in nurses if nurse is not None), team.minute(visit.starts_at)
    hands = tuple(Hand(_minutes(visit), (nurse,)) for nurse in crew)
    drop = team.prices["drop"]
    return Call(str(visit.id), _place(team, visit), (start, start), hands, pinned=(crew, start), drop=drop)


def _kept(team: Team) -> Iterator[Call]:
    """Protected time as far as it lies in a shift: at the base, and pinned."""
    for kept in team.kept:
        for number, shift in enumerate(team.shifts):
            starts_at, ends_at = max(kept.starts_at, shift.starts_at), min(kept.ends_at, shift.ends_at)
            if shift.employee_id == kept.employee_id and starts_at < ends_at:
                start, end = team.minute(starts_at), team.minute(ends_at)
                hands = (Hand(end - start, (number,)),)
                yield Call(str(kept.id), team.ways.base, (start, start), hands, pinned=((number,), start), drop=0)


def _shift_at(team: Team, person: UUID, visit: Visit) -> int | None:
    """Which of the shifts this person makes the visit in: the one that holds it, else any of the day."""
    mine = [number for number, shift in enumerate(team.shifts) if shift.employee_id == person]
    holding = (
        number
        for number in mine
        if team.shifts[number].starts_at <= visit.starts_at and visit.ends_at <= team.shifts[number].ends_at
    )
    return next(holding, mine[0] if mine else None)


def _free(team: Team, visit: Visit) -> Call | Left:
    opens, closes = _window(team, visit)
    if team.minute(team.now) > closes:
        return Left(visit.id, OUT_OF_TIME)
    parts = _while_open(team, visit, max(opens, -(-team.minute(team.now) // 1)), closes)
    if not parts:
        return Left(visit.id, CLOSED)
    parts = _beside_agencies(team, visit, parts)
    if not parts:
        return Left(visit.id, WITH_AGENCY)
    now = team.minute(visit.starts_at)
    window = min(parts, key=lambda part: max(part[0] - now, now - part[1], 0))
    hands = tuple(Hand(_minutes(visit), _able(team, visit, hand)) for hand in range(len(visit.people())))
    faces, drop = _faces(team, visit), team.prices["drop"]
    return Call(str(visit.id), _place(team, visit), window, hands, faces=faces, drop=drop)


def _while_open(team: Team, visit: Visit, opens: float, closes: float) -> list[Part]:
    """The parts of a window in which the whole visit lies in the team's hours, or in one stretch on call.

    Of several, the one nearest to where the visit is now becomes its window.
    """
    if team.opening is None:
        return [(opens, closes)]
    stretches = [(team.on_the_clock(start), team.on_the_clock(end)) for start, end in team.opening.stretches(team.day)]
    on_call = (shift for shift in team.shifts if shift.kind == ShiftKind.ON_CALL)
    stretches += [(team.minute(shift.starts_at), team.minute(shift.ends_at)) for shift in on_call]
    parts = [(max(opens, start), min(closes, end - _minutes(visit))) for start, end in stretches]
    return [part for part in parts if part[0] <= part[1]]


def _beside_agencies(team: Team, visit: Visit, parts: list[Part]) -> list[Part]:
    """Those that keep apart from an agency's calls, or with the one beside which the visit is planned now."""
    calls = [call for call in team.agencies if call.client_id == visit.client_id]
    apart = [_span(team, one) for call in calls if call.beside == APART for one in call.around(team.day)]
    paired = (one for call in calls if call.beside == TOGETHER for one in call.around(team.day))
    with_us = next((one for one in paired if one[0] <= visit.starts_at and visit.ends_at <= one[1]), None)
    return parts_beside(parts, _minutes(visit), apart, None if with_us is None else _span(team, with_us))


def _span(team: Team, call: tuple[datetime, datetime]) -> Part:
    return team.minute(call[0]), team.minute(call[1])


def _window(team: Team, visit: Visit) -> tuple[float, float]:
    """As it was agreed. Where none was, the visit may begin whenever people are out on that day."""
    window = visit.window
    if window is None:
        return 0.0, float(MINUTES_OF_A_DAY)
    local = visit.starts_at.astimezone(ENGLAND)
    minute = local.hour * 60 + local.minute
    is_of_night_before = not window.from_minute <= minute <= window.until_minute and window.holds_minute(minute)
    back = MINUTES_OF_A_DAY if is_of_night_before else 0
    return team.on_the_clock(window.from_minute - back), team.on_the_clock(window.until_minute - back)


def _able(team: Team, visit: Visit, hand: int) -> tuple[int, ...]:
    """Who may be this hand: the first at a door may make the visit alone; whoever comes along may be anybody."""
    if hand:
        return tuple(range(len(team.shifts)))
    plan = team.plans.get(visit.visit_plan_id) if visit.visit_plan_id is not None else None
    needed, alone = Needed() if plan is None else plan.needed, visit.channel == Channel.IN_PERSON
    return tuple(
        number
        for number, shift in enumerate(team.shifts)
        if may_make(team.able[shift.id], needed, alone=alone) and not (alone and shift.supervised_only)
    )


def _faces(team: Team, visit: Visit) -> tuple[float, ...]:
    """The named nurse costs nothing, the deputy a little, whoever else more."""
    named, deputy = team.named.get(visit.client_id, (None, None))
    prices = {deputy: team.prices["buddy"], named: 0}
    return tuple(float(prices.get(shift.employee_id, team.prices["other"])) for shift in team.shifts)


def _place(team: Team, visit: Visit) -> int:
    """A call by phone or video is made from the base."""
    return team.ways.of_client(visit.client_id) if visit.channel == Channel.IN_PERSON else team.ways.base


def _minutes(visit: Visit) -> float:
    return (visit.ends_at - visit.starts_at).total_seconds() / 60
