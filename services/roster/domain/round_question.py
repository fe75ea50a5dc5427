"""What a solver is asked for one day's rounds, and what its answer says of visits and people. No place is in it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from services.roster.domain.rounds.day import Day, Plan, Stop
from services.roster.domain.rounds.referee import evaluate
from services.roster.domain.rounds.words import words

# Times are floats; less than this many minutes is no difference.
TINY = 1e-6
NO_ROOM = "Not served: those who are able have no room for it in its window."


@dataclass(frozen=True)
class Asked:
    """One visit as it stands: its version then, who makes it, and whether it is held where it is."""

    visit_id: UUID
    version: int
    starts_at: datetime
    people: tuple[UUID, ...]
    is_held: bool


@dataclass(frozen=True)
class Left:
    """A visit that no round can take, and why."""

    visit_id: UUID
    why: str


@dataclass(frozen=True)
class Question:
    """`asked` has the visits of the day's calls, and `people` who its nurses are, in their order."""

    midnight: datetime
    day: Day
    asked: tuple[Asked, ...]
    people: tuple[UUID, ...]
    left: tuple[Left, ...]
    travel_source: str


QUESTION, PLAN = TypeAdapter(Question), TypeAdapter(Plan)


def stops(question: Question, plan: Plan) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Each visit with its people, its start and why; and each that is not served, with what stands against it."""
    told = {
        one.call: (one.words, [question.people[nurse] for nurse in one.nurses]) for one in words(question.day, plan)
    }
    served: list[dict[str, Any]] = []
    unserved = [_left(one.visit_id, one.why) for one in question.left]
    for call, asked in enumerate(question.asked):
        hands = sorted((stop for stop in plan.stops if stop.call == call), key=lambda stop: stop.hand)
        why, about = told[call]
        if asked.is_held:
            served.append(_stop(asked, asked.starts_at, asked.people, why if hands else "Held where it is.", about))
        elif hands and _fits(question.day, hands):
            starts_at = question.midnight + timedelta(minutes=round(hands[0].start))
            people = tuple(question.people[stop.nurse] for stop in hands)
            served.append(_stop(asked, starts_at, people, why, about))
        else:
            unserved.append(_left(asked.visit_id, NO_ROOM if hands else why))
    return sorted(served, key=lambda one: str(one["starts_at"])), unserved


def _fits(day: Day, hands: Sequence[Stop]) -> bool:
    """In the window and within the shift of each: whatever is outside is nobody's to propose."""
    call = day.calls[hands[0].call]
    if len(hands) < len(call.hands):
        return False
    return all(
        call.window[0] - TINY <= stop.start <= call.window[1] + TINY
        and day.nurses[stop.nurse].start - TINY <= stop.start
        and stop.start + call.hands[stop.hand].minutes <= day.nurses[stop.nurse].end + TINY
        for stop in hands
    )


def _stop(asked: Asked, starts_at: datetime, people: Sequence[UUID], why: str, about: Sequence[UUID]) -> dict[str, Any]:
    first, *others = people
    return {
        "visit_id": str(asked.visit_id),
        "visit_version": asked.version,
        "employee_id": str(first),
        "accompanied_by": str(others[0]) if others else None,
        "starts_at": starts_at.isoformat(),
        "is_held": asked.is_held,
        "is_moved": not asked.is_held and (starts_at != asked.starts_at or tuple(people) != asked.people),
        "why": why,
        "people": [str(one) for one in about],
    }


def _left(visit_id: UUID, why: str) -> dict[str, Any]:
    return {"visit_id": str(visit_id), "why": why}


def cost(question: Question, plan: Plan) -> dict[str, Any]:
    """Minutes and counts of the plan as it was found, and of the visits the share that a known face makes.

    The ways from and to somebody's home are left out: nobody works out from them where a colleague lives.
    """
    found, untold = evaluate(question.day, plan), _from_and_to_homes(question.day, plan)
    return {
        "points": round(found.total - untold * question.day.prices.travel),
        "travel_minutes": round(found.travel - untold),
        "no_break": found.no_break,
        "known_face_percent": found.named_or_buddy.percent,
    }


def _from_and_to_homes(day: Day, plan: Plan) -> float:
    minutes = 0.0
    for index, nurse in enumerate(day.nurses):
        stops = sorted((stop for stop in plan.stops if stop.nurse == index), key=lambda stop: stop.start)
        if nurse.is_from_home and stops:
            first, last = day.calls[stops[0].call].place, day.calls[stops[-1].call].place
            minutes += day.travel[nurse.from_place][first] + day.travel[last][nurse.to_place]
    return minutes


def nobody(question: Question) -> Plan:
    """Where there is nobody out or nothing to plan."""
    return Plan((), tuple(range(len(question.day.calls))))


def rounds_of(stops_: Sequence[dict[str, Any]]) -> Iterator[tuple[UUID, list[dict[str, Any]]]]:
    """Each person with the visits that they make or come along to, in order."""
    people = sorted({one["employee_id"] for one in stops_} | {one["accompanied_by"] for one in stops_} - {None})
    for person in people:
        mine = [one for one in stops_ if person in (one["employee_id"], one["accompanied_by"])]
        yield UUID(person), sorted(mine, key=lambda one: str(one["starts_at"]))
