"""Nurse rostering of Curtois and Qu (2014), schedulingbenchmarks.org/nrp: the loader, the model and the referee.

Hard are days off, who follows whom, most shifts of a kind, minutes, runs and weekends; priced are wishes and cover.
Runs that reach the first or the last day may be as short as they like, and the day before the first was off.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from services.roster.solver.model import Model, Row, Runs

# The best known by 2026; those up to 14 are proved.
BEST = dict(
    enumerate(
        (
            *(607, 828, 1001, 1716, 1143, 1950, 1056, 1300, 439, 4631, 3443, 4040),
            *(1348, 1278, 3829, 3225, 5746, 4459, 3149, 4769, 21133, 30241, 17428, 42463),
        ),
        1,
    )
)
Roster = Mapping[str, Sequence[str | None]]


@dataclass(frozen=True)
class Shift:
    minutes: int
    not_before: frozenset[str]


@dataclass(frozen=True)
class Nurse:
    most_shifts: Mapping[str, int]
    most_minutes: int
    fewest_minutes: int
    most_on: int
    fewest_on: int
    fewest_off: int
    most_weekends: int
    days_off: frozenset[int]


@dataclass(frozen=True)
class Wish:
    nurse: str
    day: int
    shift: str
    weight: int


@dataclass(frozen=True)
class Cover:
    day: int
    shift: str
    people: int
    under: int
    over: int


@dataclass(frozen=True)
class Instance:
    """One instance; names of nurses and shifts are those of the file."""

    days: int
    shifts: Mapping[str, Shift]
    nurses: Mapping[str, Nurse]
    on: tuple[Wish, ...]
    off: tuple[Wish, ...]
    covers: tuple[Cover, ...]


def load(text: str) -> Instance:
    """An instance from its text; a section that is missing is empty."""
    found = _sections(text)
    off: dict[str, set[int]] = {}
    for name, *days in found.get("DAYS_OFF", ()):
        off.setdefault(name, set()).update(int(day) for day in days if day)
    return Instance(
        days=int(found["HORIZON"][0][0]),
        shifts={cells[0]: Shift(int(cells[1]), frozenset(_listed(cells[2:]))) for cells in found["SHIFTS"]},
        nurses={cells[0]: _nurse(cells, frozenset(off.get(cells[0], ()))) for cells in found["STAFF"]},
        on=tuple(_wish(cells) for cells in found.get("SHIFT_ON_REQUESTS", ())),
        off=tuple(_wish(cells) for cells in found.get("SHIFT_OFF_REQUESTS", ())),
        covers=tuple(
            Cover(int(cells[0]), cells[1], int(cells[2]), int(cells[3]), int(cells[4]))
            for cells in found.get("COVER", ())
        ),
    )


def read(path: Path) -> Instance:
    return load(path.read_text("utf-8-sig"))


def number_of(path: Path) -> int:
    """The number in a file's name, `Instance7.txt` or `data7.txt`; 0 where it has none."""
    digits = "".join(one for one in path.stem if one.isdigit())
    return int(digits) if digits else 0


def _sections(text: str) -> dict[str, list[list[str]]]:
    found: dict[str, list[list[str]]] = {}
    rows: list[list[str]] = []
    for raw in text.removeprefix("\ufeff").splitlines():
        line = raw.strip()
        if line.startswith("SECTION_"):
            rows = found.setdefault(line.removeprefix("SECTION_").rstrip(":"), [])
        elif line and not line.startswith("#"):
            rows.append([cell.strip() for cell in line.split(",")])
    return found


def _listed(cells: Sequence[str]) -> list[str]:
    return [name.strip() for name in (cells[0] if cells else "").split("|") if name.strip()]


def _nurse(cells: Sequence[str], days_off: frozenset[int]) -> Nurse:
    most = {name.partition("=")[0].strip(): int(name.partition("=")[2]) for name in _listed(cells[1:])}
    most_minutes, fewest_minutes, most_on, fewest_on, fewest_off, weekends = (int(cell) for cell in cells[2:8])
    return Nurse(most, most_minutes, fewest_minutes, most_on, fewest_on, fewest_off, weekends, days_off)


def _wish(cells: Sequence[str]) -> Wish:
    return Wish(cells[0], int(cells[1]), cells[2], int(cells[3]))


class Written:
    """An instance as a model, and the way from its values to a roster."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        days, self.cells = range(instance.days), dict[tuple[str, int, str], int]()
        for name, nurse in instance.nurses.items():
            for day in days:
                for shift in instance.shifts:
                    if nurse.most_shifts.get(shift, instance.days):
                        self.cells[name, day, shift] = len(self.cells)
        first = len(self.cells)
        self.on = {
            (name, day): first + number
            for number, (name, day) in enumerate((name, day) for name in instance.nurses for day in days)
        }
        first += len(self.on)
        self.weekends = {
            (name, day): first + number
            for number, (name, day) in enumerate((name, day) for name in instance.nurses for day in days[5::7])
        }
        self.model = self._model(first + len(self.weekends))

    def roster(self, values: Sequence[int]) -> Roster:
        found: dict[str, list[str | None]] = {name: [None] * self.instance.days for name in self.instance.nurses}
        for (name, day, shift), var in self.cells.items():
            if values[var]:
                found[name][day] = shift
        return found

    def _model(self, bools: int) -> Model:
        instance, rows, groups, runs = self.instance, list[Row](), list[tuple[int, ...]](), list[Runs]()
        for name, nurse in instance.nurses.items():
            rows += self._nurse_rows(name, nurse)
            groups += self._cliques(name)
            days = tuple(self.on[name, day] for day in range(instance.days))
            runs.append(Runs(days, nurse.most_on, nurse.fewest_on, nurse.fewest_off))
        prices, constant, ints = dict[int, int](), 0, list[tuple[int, int]]()
        for wish in instance.on:
            constant += wish.weight
            self._price(prices, wish, -wish.weight)
        for wish in instance.off:
            self._price(prices, wish, wish.weight)
        for cover in instance.covers:
            able = [
                var for name in instance.nurses if (var := self.cells.get((name, cover.day, cover.shift))) is not None
            ]
            under, over = bools + len(ints), bools + len(ints) + 1
            ints += [(0, cover.people), (0, max(0, len(able) - cover.people))]
            prices |= {under: cover.under, over: cover.over}
            rows.append(Row((*able, under, over), (*(1 for _ in able), 1, -1), cover.people, cover.people))
        fixed = tuple((self.on[name, day], 0) for name, nurse in instance.nurses.items() for day in nurse.days_off)
        return Model(
            bools,
            tuple(ints),
            tuple(rows),
            (),
            tuple(groups),
            tuple(runs),
            tuple(prices.items()),
            constant,
            fixed,
            board=tuple(
                tuple(tuple(self._of_day(name, day, instance.shifts)) for day in range(instance.days))
                for name in instance.nurses
            ),
        )

    def _price(self, prices: dict[int, int], wish: Wish, weight: int) -> None:
        var = self.cells.get((wish.nurse, wish.day, wish.shift))
        if var is not None:
            prices[var] = prices.get(var, 0) + weight

    def _nurse_rows(self, name: str, nurse: Nurse) -> Iterator[Row]:
        days, shifts = range(self.instance.days), self.instance.shifts
        for day in days:
            able = self._of_day(name, day, shifts)
            yield Row((*able, self.on[name, day]), (*(1 for _ in able), -1), 0, 0)
        for shift, most in nurse.most_shifts.items():
            able = [self.cells[name, day, shift] for day in days if (name, day, shift) in self.cells]
            if most < len(able):
                yield Row(tuple(able), (1,) * len(able), None, most)
        minutes = [
            (self.cells[name, day, shift], shifts[shift].minutes)
            for day in days
            for shift in shifts
            if (name, day, shift) in self.cells
        ]
        yield Row(
            tuple(var for var, _ in minutes),
            tuple(each for _, each in minutes),
            nurse.fewest_minutes,
            nurse.most_minutes,
        )
        weekends = [self.weekends[name, day] for day in days[5::7]]
        yield Row(tuple(weekends), (1,) * len(weekends), None, nurse.most_weekends)
        for saturday in days[5::7]:
            for day in days[saturday : saturday + 2]:
                yield Row((self.weekends[name, saturday], self.on[name, day]), (1, -1), 0, None)

    def _cliques(self, name: str) -> Iterator[tuple[int, ...]]:
        """Who has worked a shift works none on the next day that may not follow it."""
        for day in range(self.instance.days - 1):
            for shift, told in self.instance.shifts.items():
                after = self._of_day(name, day + 1, told.not_before)
                if after and (name, day, shift) in self.cells:
                    yield (self.cells[name, day, shift], *after)

    def _of_day(self, name: str, day: int, shifts: Sequence[str] | Mapping[str, Shift] | frozenset[str]) -> list[int]:
        return [self.cells[name, day, shift] for shift in sorted(shifts) if (name, day, shift) in self.cells]


def judge(instance: Instance, roster: Roster) -> tuple[int, tuple[str, ...]]:
    """What a roster costs, and the rules that it breaks; it shares nothing with the model."""
    broken = tuple(
        f"{name}: {words}"
        for name, nurse in instance.nurses.items()
        for words in _broken(instance, nurse, roster[name])
    )
    cost = sum(wish.weight for wish in instance.on if roster[wish.nurse][wish.day] != wish.shift)
    cost += sum(wish.weight for wish in instance.off if roster[wish.nurse][wish.day] == wish.shift)
    for cover in instance.covers:
        there = sum(days[cover.day] == cover.shift for days in roster.values())
        cost += cover.under * max(0, cover.people - there) + cover.over * max(0, there - cover.people)
    return cost, broken


def _broken(instance: Instance, nurse: Nurse, days: Sequence[str | None]) -> Iterator[str]:
    if any(days[day] for day in nurse.days_off):
        yield "works on a day off"
    for one, other in zip(days, days[1:], strict=False):
        if one and other and other in instance.shifts[one].not_before:
            yield f"{other} follows {one}"
    for shift, most in nurse.most_shifts.items():
        if days.count(shift) > most:
            yield f"more than {most} {shift}"
    if not nurse.fewest_minutes <= sum(instance.shifts[day].minutes for day in days if day) <= nurse.most_minutes:
        yield "minutes"
    if sum(any(days[day : day + 2]) for day in range(5, len(days), 7)) > nurse.most_weekends:
        yield "weekends"
    yield from _broken_runs(nurse, days)


def _broken_runs(nurse: Nurse, days: Sequence[str | None]) -> Iterator[str]:
    lengths = [(on, len(list(run))) for on, run in groupby(day is not None for day in days)]
    for number, (on, length) in enumerate(lengths):
        if on and length > nurse.most_on:
            yield f"{length} days on"
        if 0 < number < len(lengths) - 1 and length < (nurse.fewest_on if on else nurse.fewest_off):
            yield f"{length} days {'on' if on else 'off'}"
