"""A rural day of home nursing: read from a file, or made up at random in its likeness."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from services.roster.domain.rounds.day import Break, Call, Day, Hand, Nurse
from services.roster.domain.rounds.travel import Point, Travel, minutes

# Prices of a visit by the named nurse, a buddy and anybody else, in minutes.
NAMED, BUDDY, OTHER = 0, 4, 15
REST = 30


@dataclass(frozen=True)
class Rural:
    """Nurses, clients and visits as the file has them; all of it invented, nobody lives there."""

    nurses: list[dict[str, Any]]
    clients: list[dict[str, Any]]
    visits: list[dict[str, Any]]


def read(path: Path) -> Rural:
    return Rural(**json.loads(path.read_text("utf-8")))


def made_up(seed: int, clients: int = 60) -> Rural:
    """Twelve nurses, of whom three are assistants, and a visit or two for each client in three villages."""
    luck = Random(seed)
    villages = [(52.6, -3.1), (52.7, -3.0), (52.5, -3.0)]

    def place() -> list[float]:
        north, east = luck.choice(villages)
        return [north + luck.gauss(0, 0.03), east + luck.gauss(0, 0.05)]

    nurses = []
    for number in range(12):
        start = 720 if number % 3 == 2 else 450
        skills = ["care"] if number >= 9 else ["care", "rn"]
        nurses.append({"id": f"n{number}", "home": place(), "skills": skills, "start": start, "end": start + 480})
    names = [nurse["id"] for nurse in nurses]
    people = []
    for number in range(clients):
        named, *buddies = luck.sample(names, 3)
        people.append({"id": f"c{number}", "loc": place(), "named": named, "buddies": buddies})
    visits = []
    for number, person in enumerate(people):
        opens = luck.choice((480, 600, 780, 900))
        visits.append(
            {
                "id": f"v{number}",
                "client": person["id"],
                "skill": luck.choice(("care", "rn", "rn")),
                "dur": luck.choice((20, 30, 45)),
                "tw": [opens, opens + luck.choice((60, 180))],
                "n": 2 if number % 15 == 0 else 1,
            }
        )
    return Rural(nurses, people, visits)


def day_of(rural: Rural) -> Day:
    """The day to plan: each nurse begins and ends at home, and the second hand of a visit needs no skill."""
    homes = [Point(*nurse["home"]) for nurse in rural.nurses]
    points = [*homes, *(Point(*client["loc"]) for client in rural.clients)]
    clients = {client["id"]: (len(homes) + number, client) for number, client in enumerate(rural.clients)}
    return Day(
        nurses=tuple(_nurse(nurse, number) for number, nurse in enumerate(rural.nurses)),
        calls=tuple(_call(rural, visit, *clients[visit["client"]]) for visit in rural.visits),
        travel=tuple(tuple(float(minutes(one, other, Travel())) for other in points) for one in points),
    )


def _nurse(nurse: Mapping[str, Any], number: int) -> Nurse:
    start, end = nurse["start"], nurse["end"]
    return Nurse(nurse["id"], start, end, number, number, Break(REST, start + 90, end - 60))


def _call(rural: Rural, visit: Mapping[str, Any], place: int, client: Mapping[str, Any]) -> Call:
    able = tuple(number for number, nurse in enumerate(rural.nurses) if visit["skill"] in nurse["skills"])
    crews = [able, *[tuple(range(len(rural.nurses)))] * (visit["n"] - 1)]
    faces = tuple(
        NAMED if nurse["id"] == client["named"] else BUDDY if nurse["id"] in client["buddies"] else OTHER
        for nurse in rural.nurses
    )
    opens, closes = visit["tw"]
    return Call(visit["id"], place, (opens, closes), tuple(Hand(visit["dur"], crew) for crew in crews), faces=faces)
