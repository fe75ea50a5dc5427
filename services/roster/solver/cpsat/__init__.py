"""OR-Tools CP-SAT: a first roster at once, repairs, and which wishes clash."""

from collections.abc import Callable

from services.roster.solver.model import Model, Outcome, Settings, Tell


def solve_here(model: Model, settings: Settings, tell: Tell, is_stopped: Callable[[], bool]) -> Outcome:
    """The best that CP-SAT finds in this process; `tell` hears each better roster and each better bound.

    Where nothing fits and the model names assumptions, as few of them as the time allows are told as the clash.
    """
    # Only the process that solves pays for this import.
    from services.roster.solver.cpsat.search import search

    return search(model, settings, tell, is_stopped)
