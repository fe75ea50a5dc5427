"""A part of a model: what is still open once some variables keep their values."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.roster.solver.flow import as_windows
from services.roster.solver.model import Model, Row

# How often it is looked through the rows for what follows from what is known.
PASSES = 4


@dataclass(frozen=True)
class Part:
    """A smaller model, with the values now of its variables as its hint, and where it belongs in the whole."""

    model: Model
    variables: tuple[int, ...]
    at_rest: tuple[int, ...]

    def whole(self, values: Sequence[int]) -> tuple[int, ...]:
        """The values of the whole model where those of the part are these."""
        found = list(self.at_rest)
        for var, value in zip(self.variables, values, strict=True):
            found[var] = value
        return tuple(found)


class Whole:
    """A model as rows alone, of which parts are taken again and again."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._rows = tuple(_rows(as_windows(model).model))
        ends = [(0, 1)] * model.bools + list(model.ints)
        for var, value in (*model.fixed, *((var, 1) for var, _ in model.named)):
            ends[var] = (value, value)
        self._low, self._high = [low for low, _ in ends], [high for _, high in ends]
        self._prices = dict[int, int]()
        for var, price in model.objective:
            self._prices[var] = self._prices.get(var, 0) + price

    def part(self, values: Sequence[int], held: Iterable[int]) -> Part:
        """What is open of this solution while these variables stay as they are."""
        low, high = self._low.copy(), self._high.copy()
        for var in held:
            low[var] = high[var] = values[var]
        ends, rows = _Ends(low, high), self._rows
        for _ in range(PASSES):
            rows = tuple(row for row in rows if ends.is_open(row))
        return self._part(ends, rows, values)

    def _part(self, ends: "_Ends", rows: Sequence[Row], values: Sequence[int]) -> Part:
        bools, low, high = self._model.bools, ends.low, ends.high
        left = {var for row in rows for var in (*row.vars, row.only_if) if var is not None and low[var] < high[var]}
        # What is in no row is as cheap as it can be.
        alone = {var for var in self._prices if var not in left and low[var] < high[var]}
        variables = tuple(sorted(left))
        at_rest = list(values)
        for var, (least, most) in enumerate(zip(low, high, strict=True)):
            if least == most or var in alone:
                at_rest[var] = least if self._prices.get(var, 0) >= 0 else most
        place = {var: number for number, var in enumerate(variables)}
        known = sum(price * at_rest[var] for var, price in self._prices.items() if var not in place)
        model = Model(
            bools=sum(var < bools for var in variables),
            ints=tuple((low[var], high[var]) for var in variables if var >= bools),
            rows=tuple(ends.written(row, place) for row in rows),
            clauses=(),
            at_most_one=(),
            runs=(),
            objective=tuple((place[var], price) for var, price in self._prices.items() if var in place),
            constant=self._model.constant + known,
            hint=tuple(values[var] for var in variables),
        )
        return Part(model, variables, tuple(at_rest))


class _Ends:
    """The least and the most that each variable can be, as far as is known."""

    def __init__(self, low: list[int], high: list[int]) -> None:
        self.low, self.high = low, high

    def is_open(self, row: Row) -> bool:
        """Whether the row still says something; what follows from it at once is taken over."""
        low, high = self.low, self.high
        least = most = 0
        for var, coef in zip(row.vars, row.coefs, strict=True):
            at_low, at_high = coef * low[var], coef * high[var]
            least, most = (least + at_low, most + at_high) if coef > 0 else (least + at_high, most + at_low)
        if (row.low is None or least >= row.low) and (row.high is None or most <= row.high):
            return False
        if row.only_if is not None and low[row.only_if] == 0:
            return high[row.only_if] == 1
        if row.high is not None and least == row.high:
            return self._settle(row, at_most=False)
        if row.low is not None and most == row.low:
            return self._settle(row, at_most=True)
        return True

    def _settle(self, row: Row, *, at_most: bool) -> bool:
        """Every variable as the row has it at its most or its least: nothing else keeps to it."""
        for var, coef in zip(row.vars, row.coefs, strict=True):
            if coef and (coef > 0) == at_most:
                self.low[var] = self.high[var]
            elif coef:
                self.high[var] = self.low[var]
        return False

    def written(self, row: Row, place: dict[int, int]) -> Row:
        """The row in the numbers of a part, less what is known of it."""
        done = sum(coef * self.low[var] for var, coef in zip(row.vars, row.coefs, strict=True) if var not in place)
        free = [(place[var], coef) for var, coef in zip(row.vars, row.coefs, strict=True) if var in place]
        return Row(
            tuple(var for var, _ in free),
            tuple(coef for _, coef in free),
            None if row.low is None else row.low - done,
            None if row.high is None else row.high - done,
            None if row.only_if is None else place.get(row.only_if),
        )


def _rows(model: Model) -> Iterable[Row]:
    """All that is asked as rows; a clause asks for one literal at least."""
    yield from model.rows
    for clause in model.clauses:
        contrary = sum(one < 0 for one in clause)
        variables, coefs = tuple(abs(one) - 1 for one in clause), tuple(1 if one > 0 else -1 for one in clause)
        yield Row(variables, coefs, 1 - contrary, None)
    yield from (Row(group, (1,) * len(group), None, 1) for group in model.at_most_one)
