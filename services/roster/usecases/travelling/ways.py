"""The ways of a day: from base or home to each client and on to the next, as a router, an estimate or the team says."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from uuid import UUID

from services.common import rulebook
from services.common.db import Transaction
from services.roster.domain.place import Place, PlaceKind
from services.roster.domain.rounds.travel import Matrix, Travel, TravelSource, estimated, overlaid
from services.roster.domain.rule import RuleCode
from services.roster.domain.way import KnownWay
from services.roster.store import places

TRAVEL = (RuleCode.ROAD_FACTOR, RuleCode.KILOMETRES_AN_HOUR, RuleCode.PARKING, RuleCode.UNKNOWN_WAY)


@dataclass(frozen=True)
class Ways:
    """Each place of a day by number, and one more, the last, for whatever is not known."""

    known: Sequence[Place]
    minutes: tuple[tuple[int, ...], ...]
    kilometres: tuple[tuple[float, ...], ...]
    source: TravelSource

    @property
    def nowhere(self) -> int:
        """The number of a place that nobody has told."""
        return len(self.known)

    def of_client(self, client_id: UUID) -> int:
        return self._place(PlaceKind.CLIENT, client_id)

    def start_of(self, employee_id: UUID) -> int:
        """Where somebody's journeys begin and end: at home where they said so, else at the team's first base."""
        home = self._place(PlaceKind.EMPLOYEE_HOME, employee_id)
        return self._place(PlaceKind.BASE) if home == self.nowhere else home

    def is_home(self, number: int) -> bool:
        """Whether somebody lives there, which is told to nobody else."""
        return number != self.nowhere and self.known[number].kind == PlaceKind.EMPLOYEE_HOME

    @property
    def base(self) -> int:
        return self._place(PlaceKind.BASE)

    def _place(self, kind: PlaceKind, subject_id: UUID | None = None) -> int:
        return self._numbers.get((kind, subject_id), self.nowhere)

    @cached_property
    def _numbers(self) -> dict[tuple[str, UUID | None], int]:
        """The number of each place by what it is of; without anybody it is the first of its kind."""
        found: dict[tuple[str, UUID | None], int] = {}
        for number, place in enumerate(self.known):
            found[place.kind, place.subject_id] = number
            found.setdefault((place.kind, None), number)
        return found


async def ways_of(
    tx: Transaction,
    *,
    team_id: UUID,
    client_ids: Collection[UUID],
    people: Collection[UUID],
    on: date,
) -> Ways:
    """The ways between all places that this team, these clients and these members have, by the rules of that day.

    They are those that a router told before (`router.keep_ways`); what it did not tell is estimated, and so is the
    whole said to be then.
    """
    factor, speed, parking, unknown = await rulebook.amounts(tx, on, *TRAVEL)
    async with places.reckoning_with_homes(tx, team_id):
        known = await places.where_a_day_goes(tx, team_id, client_ids, people)
        told = await places.known_ways(tx, [place.id for place in known])
    said = await places.overrides_among(tx, [place.id for place in known])
    travel = Travel(factor=factor / 100, kmh=speed, park=parking)
    matrix = _with_told(estimated([place.point for place in known], travel), known, told, travel)
    return Ways(known, _minutes(known, matrix, said, unknown), _kilometres(matrix), matrix.source)


def _with_told(
    guess: Matrix, known: Sequence[Place], told: Mapping[tuple[UUID, UUID], KnownWay], travel: Travel
) -> Matrix:
    if not told:
        return guess
    ways = {pair: (way.road_minutes * 60.0, float(way.metres)) for pair, way in told.items()}
    ways |= {(place.id, place.id): (0.0, 0.0) for place in known}
    matrix = overlaid(guess, [[ways.get((start.id, end.id)) for end in known] for start in known], travel)
    return replace(matrix, source=TravelSource.ESTIMATE) if matrix.untold else matrix


def _minutes(
    known: Sequence[Place], matrix: Matrix, said: dict[tuple[UUID, UUID], int], unknown: int
) -> tuple[tuple[int, ...], ...]:
    """What the team says goes before what is reckoned, there and, unless that is said too, back."""
    rows = []
    for start, reckoned in zip(known, matrix.minutes, strict=True):
        row = [
            said.get((start.id, end.id), said.get((end.id, start.id), minutes))
            for end, minutes in zip(known, reckoned, strict=True)
        ]
        rows.append((*row, unknown))
    return (*rows, (*(unknown for _ in known), unknown))


def _kilometres(matrix: Matrix) -> tuple[tuple[float, ...], ...]:
    """Of what is not known there are none."""
    nothing = (0.0,) * (len(matrix.kilometres) + 1)
    return (*((*row, 0.0) for row in matrix.kilometres), nothing)
