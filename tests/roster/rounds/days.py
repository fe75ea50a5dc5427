"""Small days of rounds, made by hand or drawn at random."""

from collections.abc import Sequence
from random import Random
from typing import Any

from services.roster.domain.rounds.day import Break, Call, Day, Hand, Nurse, Prices

MORNING = 480


def a_line(*at: int) -> tuple[tuple[float, ...], ...]:
    """Places along one road, a minute's drive for each unit."""
    return tuple(tuple(float(abs(one - other)) for other in at) for one in at)


def a_nurse(
    name: str = "n1", start: float = MORNING, end: float = 960, home: int = 0, rest: Break | None = None
) -> Nurse:
    return Nurse(name, start, end, home, home, rest)


def a_call(name: str, place: int, *able: Sequence[int], minutes: float = 30, **changes: Any) -> Call:
    """A visit with one hand for each group of nurses who are able."""
    hands = tuple(Hand(minutes, tuple(group)) for group in able or ((0,),))
    return Call(name, place, changes.pop("window", (MORNING, 900)), hands, **changes)


def a_day(nurses: Sequence[Nurse], calls: Sequence[Call], *at: int, **prices: float) -> Day:
    return Day(tuple(nurses), tuple(calls), a_line(*at), Prices(**prices))


PLACES = 5


def any_nurse(luck: Random, number: int) -> Nurse:
    start = luck.choice((420, 480, 540, 720))
    end = start + luck.choice((60, 180, 300, 480))
    rest = Break(30, start + 60, end - 30) if luck.random() < 0.6 else None
    return Nurse(f"n{number}", start, end, luck.randrange(PLACES), luck.randrange(PLACES), rest)


def any_call(luck: Random, number: int, nurses: int, *, pins: bool) -> Call:
    everybody = range(nurses)
    groups = [luck.sample(everybody, luck.randint(0, nurses)) for _ in range(luck.choice((1, 1, 1, 2, 2, 3)))]
    opens, faces = luck.randint(420, 900), tuple(luck.choice((0, 4, 15)) for _ in everybody)
    pinned = None
    if pins and len(groups) <= nurses and luck.random() < 0.4:
        pinned = (tuple(luck.sample(everybody, len(groups))), float(luck.randint(420, 900)))
    return Call(
        f"c{number}",
        luck.randrange(PLACES),
        (opens, opens + luck.choice((0, 30, 240))),
        tuple(Hand(luck.randint(1, 60), tuple(group)) for group in groups),
        apart=luck.choice(((0, 0), (15, 40), (0, 30))),
        faces=luck.choice(((), faces)),
        pinned=pinned,
        told_start=luck.choice((None, opens + luck.randint(0, 200))),
        drop=luck.choice((3000, 50)),
    )


def any_day(luck: Random, *, pins: bool = False) -> Day:
    """A day of up to four nurses and eight visits, of which some nobody is able to make."""
    nurses = luck.randint(0, 4)
    return Day(
        tuple(any_nurse(luck, number) for number in range(nurses)),
        tuple(any_call(luck, number, nurses, pins=pins) for number in range(luck.randint(0, 8))),
        a_line(*(luck.randint(0, 40) for _ in range(PLACES))),
        Prices(worst_late=luck.choice((0, 2)), moved=luck.choice((0, 5))),
    )


def any_draft(luck: Random, day: Day) -> tuple[list[int], list[list[int]], list[float]]:
    """An order, crews and breaks that nobody has looked at: some cannot be."""
    order = luck.sample(range(len(day.calls)), luck.randint(0, len(day.calls)))
    crews = [[luck.choice(hand.able or (0,)) for hand in call.hands] if day.nurses else [] for call in day.calls]
    return order, crews, [luck.choice((500.0, 600.0, float("inf"))) for _ in day.nurses]
