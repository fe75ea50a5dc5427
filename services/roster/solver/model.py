"""What every engine reads: a program of whole numbers without a word of nursing. JSON by `TypeAdapter(Model)`.

Variables are numbered: 0 to `bools` - 1 are 0 or 1, and those of `ints` follow.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


@dataclass(frozen=True)
class Row:
    """The sum of `coefs` times `vars` lies from `low` to `high`; with `only_if`, where that variable is 1."""

    vars: tuple[int, ...]
    coefs: tuple[int, ...]
    low: int | None
    high: int | None
    only_if: int | None = None


@dataclass(frozen=True)
class Runs:
    """How long one person may be on and off: `days` are variables in order, 1 being on.

    `on_before` and `off_before` are the days on or off just before the first. Without `off_before` nothing is known of
    them, and the first run is exempt from what is fewest.
    """

    days: tuple[int, ...]
    most_on: int
    fewest_on: int = 1
    fewest_off: int = 1
    on_before: int = 0
    off_before: int | None = None


Board = tuple[tuple[tuple[int, ...], ...], ...]


@dataclass(frozen=True)
class Model:
    """To be made as small as possible: `constant` plus the sum of `objective`'s coefficients times their variables.

    A clause holds literals: v + 1 for variable v, and -(v + 1) for its contrary. `named` gives assumption variables
    in plain words: where nothing fits, those that clash are told. `board` has variables by row and column, such as
    people and days: the parts of a solution that can be searched anew while the rest stays.
    """

    bools: int
    ints: tuple[tuple[int, int], ...]
    rows: tuple[Row, ...]
    clauses: tuple[tuple[int, ...], ...]
    at_most_one: tuple[tuple[int, ...], ...]
    runs: tuple[Runs, ...]
    objective: tuple[tuple[int, int], ...]
    constant: int = 0
    fixed: tuple[tuple[int, int], ...] = ()
    hint: tuple[int, ...] | None = None
    named: tuple[tuple[int, str], ...] = ()
    board: Board = ()


class Form(StrEnum):
    """How runs are written down for an engine: by windows, by one automaton each person, or as a flow of stretches."""

    WINDOW = "window"
    AUTOMATON = "automaton"
    FLOW = "flow"


@dataclass(frozen=True)
class Settings:
    """How long and how to look. `gap` is the share of the best below which an engine stops.

    With one worker and `deterministic_seconds` the same seed finds the same. Seconds `of_processor`, over the workers,
    are for measuring on a machine that is busy with other things. With `near` CP-SAT betters the hint part by part,
    where the model has a board and the hint keeps to everything.
    """

    engine: Literal["cpsat", "highs"]
    form: Form
    seconds: float
    workers: int = 2
    seed: int = 1
    gap: float = 0.0
    subsolvers: tuple[str, ...] = ("max_lp",)
    linearization_level: int = 2
    deterministic_seconds: float | None = None
    of_processor: bool = False
    near: bool = False


@dataclass(frozen=True)
class Progress:
    """What is known so far: the best found, and the bound below which nothing can be."""

    engine: str
    seconds: float
    best: int | None
    bound: int | None
    values: tuple[int, ...] | None


@dataclass(frozen=True)
class Outcome:
    """How it ended. `clash` are the named assumptions that cannot all hold, where nothing fits."""

    status: Literal["optimal", "feasible", "infeasible", "unknown"]
    best: int | None
    bound: int | None
    values: tuple[int, ...] | None
    seconds: float
    seed: int
    clash: tuple[str, ...] = ()


Tell = Callable[[Progress], None]
