"""A program while it is written, with what each of its variables is for a given roster.

What pins and history have broken already is not asked for again: such a row is eased to what can still be reached.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from services.roster.solver.model import Model, Row, Runs

Term = tuple[int, int]
Terms = Sequence[Term]
Values = dict[int, int]
Definition = Callable[[Values], int]
Sum = tuple[Terms, int]


class Draft:
    """Whole numbers are numbered below nought until `finished` puts them behind the Booleans.

    `certain` is always 1: what history holds is said with it. `is_named` gives each group of rows an assumption.
    """

    def __init__(self, *, is_named: bool = False) -> None:
        self.is_named = is_named
        self.value: Values = {}
        self.defined: list[tuple[int, Definition]] = []
        self.costs: dict[int, int] = defaultdict(int)
        self.constant = 0
        self._bools = 0
        self._ints: list[tuple[int, int]] = []
        self._rows: list[Row] = []
        self._clauses: list[tuple[int, ...]] = []
        self._at_most_one: list[tuple[int, ...]] = []
        self._runs: list[Runs] = []
        self._named: dict[str, int] = {}
        self._under: int | None = None
        self.certain = self.pin(self.boolean(), 1)

    def boolean(self, definition: Definition | None = None) -> int:
        """A variable of 0 or 1. What is no cell of the roster says by a definition what it then is."""
        self._bools += 1
        if definition is not None:
            self.defined.append((self._bools - 1, definition))
        return self._bools - 1

    def pin(self, var: int, value: int) -> int:
        self.value[var] = value
        return var

    @contextmanager
    def under(self, words: str) -> Iterator[None]:
        """Rows that hold by an assumption of these words, where assumptions are asked for."""
        if self.is_named:
            if words not in self._named:
                self._named[words] = self.boolean(lambda _: 1)
            self._under = self._named[words]
        yield
        self._under = None

    def row(
        self, terms: Terms, low: int | None, high: int | None, *, only_if: int | None = None, is_eased: bool = True
    ) -> None:
        """The sum of these terms lies from low to high; a row that says nothing is left out."""
        free, done = self._free(terms)
        least, most = self.reach(free)
        low = None if low is None else low - done
        high = None if high is None else high - done
        if is_eased:
            low = None if low is None else min(low, most)
            high = None if high is None else max(high, least)
        if (low is None or low <= least) and (high is None or most <= high):
            return
        assumed = self._under if only_if is None else only_if
        if not free:
            self._never(assumed)
            return
        self._rows.append(Row(tuple(var for var, _ in free), tuple(coef for _, coef in free), low, high, assumed))

    def _never(self, assumed: int | None) -> None:
        self._clauses.append(() if assumed is None else (-assumed - 1,))

    def at_most_one(self, variables: Sequence[int]) -> None:
        """No two of these. Where one is pinned the others are not."""
        free = [var for var in variables if var not in self.value]
        if any(self.value.get(var) for var in variables):
            for var in free:
                self.forbid(var)
        elif len(free) > 1 and self._under is not None:
            self.row([(var, 1) for var in free], None, 1)
        elif len(free) > 1:
            self._at_most_one.append(tuple(free))

    def forbid(self, var: int) -> None:
        """This is 0, by the assumption that holds here if there is one; a pin stays."""
        self._clauses.extend([self._assumed((-var - 1,))] if var not in self.value else [])

    def implies(self, var: int, then: int) -> None:
        """Where the first is 1 the second is."""
        if not self.value.get(then) and self.value.get(var) != 0:
            self._clauses.append(self._assumed((-var - 1, then + 1)))

    def _assumed(self, literals: tuple[int, ...]) -> tuple[int, ...]:
        return literals if self._under is None else (-self._under - 1, *literals)

    def runs(self, days: Sequence[int | None], most: int, before: int) -> None:
        """No more than so many in a row; a day without a variable ends the row. Pinned rows are no longer than that."""
        row: list[int] = []
        before = pinned = min(before, most)
        for day in (*days, None):
            if day is None:
                self._run(row, most, before)
                row, before, pinned = [], 0, 0
            elif self.value.get(day) != 1:
                row.append(day)
                pinned = 0
            elif pinned < most:
                pinned += 1
                row.append(day)

    def _run(self, row: list[int], most: int, before: int) -> None:
        if len(row) + before <= most:
            return
        if self._under is None:
            self._runs.append(Runs(tuple(row), most_on=most, on_before=before))
            return
        row = [self.certain] * before + row
        for start in range(len(row) - most):
            self.row([(var, 1) for var in row[start : start + most + 1]], None, most)

    def cost(self, var: int, points: int) -> None:
        """What it costs that this variable is 1, or for each one of it."""
        if var in self.value:
            self.constant += points * self.value[var]
        else:
            self.costs[var] += points

    def cost_of_least(self, sums: Sequence[Sum], points: int, *, per: int = 1) -> None:
        """A price for each `per`, begun or whole, by which the largest of these sums is above nought."""
        if not points:
            return
        known = [(self._free(terms), plus) for terms, plus in sums]
        folded: list[Sum] = [(free, done + plus) for (free, done), plus in known]
        reached = [self.reach(free) for free, _ in folded]
        least = max(0, *(-(-(low + plus) // per) for (low, _), (_, plus) in zip(reached, folded, strict=True)))
        most = max(0, *(-(-(high + plus) // per) for (_, high), (_, plus) in zip(reached, folded, strict=True)))
        if least == most:
            self.constant += points * least
            return
        worth = _largest(folded, per)
        if len(folded) == 1 and len(folded[0][0]) == 1 and per == 1 and folded[0][1] == 0 and folded[0][0][0][1] == 1:
            self.cost(folded[0][0][0][0], points)
            return
        var = self.boolean(worth) if (least, most) == (0, 1) else self._whole(least, most, worth)
        self.cost(var, points)
        for terms, plus in folded:
            self.row([*((one, -coef) for one, coef in terms), (var, per)], plus, None)

    def _whole(self, low: int, high: int, definition: Definition) -> int:
        self._ints.append((low, high))
        self.defined.append((-len(self._ints), definition))
        return -len(self._ints)

    def _free(self, terms: Terms) -> tuple[list[Term], int]:
        value = self.value
        free = [(var, coef) for var, coef in terms if var not in value]
        done = sum(coef * value[var] for var, coef in terms if var in value) if len(free) < len(terms) else 0
        return free, done

    def reach(self, terms: Iterable[Term]) -> tuple[int, int]:
        """The least and the most that these terms can be."""
        least = most = 0
        for var, coef in terms:
            low, high = (0, 1) if var >= 0 else self._ints[-var - 1]
            least += coef * (low if coef > 0 else high)
            most += coef * (high if coef > 0 else low)
        return least, most

    def finished(self) -> Model:
        place = self.place
        return Model(
            bools=self._bools,
            ints=tuple(self._ints),
            rows=tuple(
                Row(tuple(map(place, row.vars)), row.coefs, row.low, row.high, row.only_if)
                if min(row.vars) < 0
                else row
                for row in self._rows
            ),
            clauses=tuple(self._clauses),
            at_most_one=tuple(self._at_most_one),
            runs=tuple(self._runs),
            objective=tuple((place(var), points) for var, points in self.costs.items() if points),
            constant=self.constant,
            fixed=tuple(self.value.items()),
            named=tuple((var, words) for words, var in self._named.items()),
        )

    def place(self, var: int) -> int:
        return var if var >= 0 else self._bools - var - 1


def _largest(sums: Sequence[Sum], per: int) -> Definition:
    def worth(values: Mapping[int, int]) -> int:
        found = (plus + sum(coef * values[var] for var, coef in terms) for terms, plus in sums)
        return max(0, *(-(-one // per) for one in found))

    return worth
