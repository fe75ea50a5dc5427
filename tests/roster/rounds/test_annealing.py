"""The annealer knows what each change costs, and ends with a plan no dearer than the one that it began with."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from services.roster.domain.rounds.decode import Draft, decode
from services.roster.domain.rounds.draft import draft_of
from services.roster.domain.rounds.referee import evaluate
from services.roster.solver.annealing.moves import Moves
from services.roster.solver.annealing.rounds import Rounds
from tests.roster.rounds.days import any_day, any_draft


@given(luck=st.builds(Random, st.integers()))
@settings(deadline=None, max_examples=200)
def test_each_trial_costs_what_the_referee_says(luck: Random) -> None:
    day = any_day(luck)
    order, crews, rests = any_draft(luck, day)
    start = draft_of(day, decode(day, order, crews, rests))
    rounds = Rounds(day, Draft(start.order, start.crews, tuple(rests)))
    moves = Moves(rounds, luck)
    for _ in range(40 if moves.free else 0):
        change = moves.draw()
        if change is None:
            continue
        total = rounds.trial(change)
        assert abs(total - evaluate(day, decode(day, change.order, rounds.crew, rounds.rests)).total) < 1e-6
        if luck.random() < 0.5:
            rounds.keep(total)
        else:
            moves.undo()
    assert abs(rounds.total - evaluate(day, rounds.plan()).total) < 1e-6
