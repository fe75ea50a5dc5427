"""Proposals for a team: lawful, scored by its own prices, with what could still be gained, and different."""

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.roster.domain.rota import score
from services.roster.domain.rota.problem import Need, Problem, Roster
from services.roster.domain.rota.scored import Code, Law
from services.roster.solver.cpsat import solve_here
from services.roster.solver.model import Form, Progress, Settings
from services.roster.solver.team import Asked, build, propose, read
from services.roster.solver.team.build import Apart
from services.roster.solver.team.greedy import first_roster
from services.roster.solver.team.propose import MOST_ALIKE, greeted
from services.roster.solver.team.search import search
from tests.roster.rota.made import member, problem
from tests.roster.team_rota.rotas import NURSE, nine_to_five, six, some_team, twelve

# Seconds that are long on any machine, as the search ends sooner by proof.
LONG = 20


def _solved(made: Problem, seconds: float = 2.0) -> tuple[str, int | None, Roster | None]:
    model, names = build(made)
    asked = Settings("cpsat", Form.WINDOW, 30, workers=1, deterministic_seconds=seconds)
    found = solve_here(model, asked, lambda _: None, lambda: False)
    return found.status, found.best, None if found.values is None else read(names, found.values)


@given(st.integers(0, 10_000))
@settings(max_examples=5, deadline=None)
def test_what_a_program_costs_at_proof_is_the_score_of_its_roster(seed: int) -> None:
    made = some_team(seed, people=3, days=7)
    status, best, roster = _solved(made)
    if roster is None:
        assert status == "infeasible"
        return
    found = score(made, roster)
    assert best is not None
    assert {breach.law for breach in found.breaches} <= {Law.ROLE_ON_DUTY}
    assert found.points == best if status == "optimal" else found.points <= best


@pytest.mark.parametrize("made", [nine_to_five(), six()])
async def test_two_teams_of_different_days_have_lawful_proposals_by_the_same_code(made: Problem) -> None:
    heard: list[Progress] = []
    found = await propose(made, Asked(4, tell=heard.append), others=0)
    (only,) = found
    assert only.score.breaches == ()
    assert only.score == score(made, only.roster)
    assert (heard[0].engine, heard[0].bound) == ("greedy", None)
    assert heard[0].best is not None
    assert only.score.points <= heard[0].best
    assert only.words.endswith(".")


async def test_another_proposal_is_clearly_different() -> None:
    made = six()
    first = first_roster(made, build(made)[1].cells)
    model, names = build(made, apart=(Apart(first, MOST_ALIKE),))
    asked = Settings("cpsat", Form.WINDOW, 30, workers=1, deterministic_seconds=1)
    found = solve_here(model, asked, lambda _: None, lambda: False)
    assert found.values is not None
    other = read(names, found.values)
    duties = [(who, day, code) for who, row in enumerate(first) for day, code in enumerate(row) if code]
    assert sum(other[who][day] == code for who, day, code in duties) <= 0.85 * len(duties)
    assert score(made, other).breaches == ()


async def test_pinned_and_past_days_stay_in_every_proposal() -> None:
    pins = ((0, 0, "E"), (0, 1, "E"), (1, 0, "L"), (2, 3, "N"), (3, 0, None), (3, 1, None), (4, 6, "M"))
    found = await propose(replace(six(), fixed=pins), Asked(3), others=0)
    assert all(one.roster[who][day] == code for one in found for who, day, code in pins)


async def test_a_team_without_anybody_leaves_every_need_open() -> None:
    made = problem(days=3, needs=tuple(Need(day, "E", 2) for day in range(3)))
    (found, *_) = await propose(made, Asked(LONG), others=0)
    assert (found.roster, found.score.points) == ((), 360)
    assert [(gap.day, gap.code, gap.people) for gap in found.gaps] == [(0, "E", 2), (1, "E", 2), (2, "E", 2)]


async def test_a_specialist_is_counted_as_a_specialist_and_as_a_generalist() -> None:
    """Mission row 6.17: one need is of the skill and of a pair of hands."""
    wound = (("skill:wound", 1),)
    members = (member(1, skills=frozenset({"wound"})), member(2), member(3))
    made = problem(*members, days=2, needs=(Need(0, "E", 2, (*NURSE, *wound)), Need(0, "L", 1)))
    (found, *_) = await propose(made, Asked(LONG), others=0)
    assert found.gaps == ()
    assert found.roster[0][0] == "E"
    assert sum(rule.points for rule in found.score.rules if rule.code == Code.COVER_SHORT) == 0


async def test_where_two_roles_need_one_person_the_clash_is_named_and_a_roster_is_there_all_the_same() -> None:
    members = (member(1), member(2, role="nursing_assistant"))
    made = problem(*members, days=2, needs=(Need(0, "E", 1, NURSE), Need(0, "L", 1, NURSE)))
    (found, *_) = await propose(made, Asked(LONG), others=0)
    assert [breach.law for breach in found.score.breaches] == [Law.ROLE_ON_DUTY]
    assert found.clash == ("1 registered nurse on E of Mon 1 Feb", "1 registered nurse on L of Mon 1 Feb")
    assert found.gaps == ()


async def test_somebody_who_stops_the_search_has_what_was_best() -> None:
    asked = Asked(60)
    asked.stop.set()
    (found,) = await propose(twelve(weeks=2), asked)
    assert found.score.breaches == ()


async def test_others_have_their_turn_while_a_program_is_written() -> None:
    """Heartbeats, progress and stops wait on the same loop."""
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0)
            ticks += 1

    ticking = asyncio.create_task(tick())
    await asyncio.sleep(0)
    before = ticks
    await greeted(twelve(), Asked(seconds=1))
    of_greeting = ticks - before
    stop = asyncio.Event()
    stop.set()
    await search(twelve(), Asked(seconds=1, stop=stop), start=first_roster(twelve(), build(twelve())[1].cells))
    ticking.cancel()
    assert of_greeting > 0
    assert ticks - before > of_greeting
