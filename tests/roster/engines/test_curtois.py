"""The instances of Curtois and Qu are read as they are written, and priced by a referee that knows no model."""

from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from benchmarks.roster_curtois import Instance, Written, judge, load, number_of, read
from services.roster.solver.cpsat import solve_here
from services.roster.solver.found import is_solution
from services.roster.solver.model import Form
from tests.roster.engines.models import IN_TURN

TEXT = """\ufeff# A comment.\r
SECTION_HORIZON\r
# The horizon length in days:\r
7\r
\r
SECTION_SHIFTS\r
E,480,\r
L,480,E\r
N,600,E|L\r
\r
SECTION_STAFF\r
# ID, MaxShifts, MaxTotalMinutes, MinTotalMinutes, MaxConsecutive, MinConsecutive, MinDaysOff, MaxWeekends\r
A,E=7|L=7|N=0,2400,960,3,2,2,1\r
B,E=1|L=7|N=7,3000,0,5,1,1,0\r
\r
SECTION_DAYS_OFF\r
A,0,6\r
\r
SECTION_SHIFT_ON_REQUESTS\r
A,2,L,3\r
B,1,N,2\r
\r
SECTION_SHIFT_OFF_REQUESTS\r
B,3,L,4\r
\r
SECTION_COVER\r
1,E,1,100,1\r
2,L,1,100,1\r
3,L,2,100,1\r
4,N,0,100,1\r
"""
DAYS = ("E", "L", "N", None)


@pytest.fixture
def instance() -> Instance:
    return load(TEXT)


def a_roster(a: str, b: str) -> dict[str, list[str | None]]:
    """Two weeks as letters, a dot for a day off."""
    return {name: [None if one == "." else one for one in days] for name, days in (("A", a), ("B", b))}


def test_marks_carriage_returns_comments_and_blank_lines_are_no_data(instance: Instance) -> None:
    assert instance.days == 7
    assert list(instance.shifts) == ["E", "L", "N"]
    assert instance.shifts["N"].minutes == 600
    assert instance.shifts["N"].not_before == {"E", "L"}
    assert instance.nurses["A"].days_off == {0, 6}
    assert instance.nurses["A"].most_shifts == {"E": 7, "L": 7, "N": 0}
    assert instance.nurses["B"].most_weekends == 0
    assert [wish.weight for wish in (*instance.on, *instance.off)] == [3, 2, 4]
    assert len(instance.covers) == 4


def test_sections_that_are_missing_are_empty() -> None:
    found = load("SECTION_HORIZON\n14\nSECTION_SHIFTS\nD,480\nSECTION_STAFF\nA,D=14,4320,0,5,2,2,1\n")
    assert (found.on, found.off, found.covers) == ((), (), ())
    assert found.nurses["A"].days_off == frozenset()
    assert judge(found, {"A": [None] * 14}) == (0, ())


def test_the_number_is_in_the_name(tmp_path: Path) -> None:
    path = tmp_path / "Instance24.txt"
    path.write_bytes(TEXT.encode())
    assert number_of(path) == 24
    assert read(path).days == 7
    assert number_of(tmp_path / "LICENSE.txt") == 0


def test_a_roster_of_days_off_costs_every_wish_and_all_cover(instance: Instance) -> None:
    cost, broken = judge(instance, a_roster(".......", "......."))
    assert cost == 3 + 2 + 100 + 100 + 200
    assert broken == ("A: minutes",)


def test_more_people_than_needed_cost_too(instance: Instance) -> None:
    assert judge(instance, a_roster(".EEE...", "....N.."))[0] == 3 + 2 + 1 * 100 + 200 + 1


@pytest.mark.parametrize(
    ("a", "b", "words"),
    [
        ("EE.....", ".......", "A: works on a day off"),
        (".LE....", ".......", "A: E follows L"),
        (".NN....", ".......", "A: more than 0 N"),
        (".......", "EE.....", "B: more than 1 E"),
        (".EEEE..", ".......", "A: 4 days on"),
        (".EE..E.", ".......", "A: 1 days on"),
        (".EE.EE.", ".......", "A: 1 days off"),
        (".EE....", ".....L.", "B: weekends"),
        (".EE....", "......L", "B: weekends"),
        (".EEEEEE", ".......", "A: minutes"),
    ],
)
def test_each_broken_rule_is_named(instance: Instance, a: str, b: str, words: str) -> None:
    assert words in judge(instance, a_roster(a, b))[1]


def test_runs_at_either_end_may_be_short(instance: Instance) -> None:
    free = replace(instance, nurses={**instance.nurses, "A": replace(instance.nurses["A"], days_off=frozenset())})
    for days in ("E..EE..", "..EE..E", ".EE...."):
        assert judge(free, a_roster(days, "......."))[1] == ()


def test_the_model_and_the_referee_allow_the_same_rosters(instance: Instance) -> None:
    """Every one of five days, from the third on: a weekend is among them."""
    nurse = replace(instance.nurses["A"], most_shifts={"L": 2, "N": 1}, fewest_minutes=480, most_weekends=1)
    alone = replace(instance, nurses={"A": replace(nurse, days_off=frozenset({0, 1}))}, on=(), off=(), covers=())
    written = Written(alone)
    allowed, found = set(), set()
    for days in product(DAYS, repeat=5):
        week = (None, None, *days)
        if not judge(alone, {"A": week})[1]:
            allowed.add(days)
        values = [0] * written.model.bools
        for day, shift in enumerate(week):
            if shift is not None:
                values[written.cells["A", day, shift]] = values[written.on["A", day]] = 1
        values[written.weekends["A", 5]] = int(any(week[5:7]))
        if is_solution(written.model, values):
            found.add(days)
    assert found == allowed
    assert len(found) > 20


@pytest.mark.parametrize("form", list(Form))
def test_the_best_roster_costs_what_the_referee_says(instance: Instance, form: Form) -> None:
    written = Written(instance)
    outcome = solve_here(written.model, replace(IN_TURN, form=form), lambda told: None, lambda: False)
    assert outcome.values is not None
    assert outcome.status == "optimal"
    assert judge(instance, written.roster(outcome.values)) == (outcome.best, ())
    assert outcome.best == 4
