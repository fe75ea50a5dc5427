"""Nights and weekend days are shared by contracted hours, with what is owed from before."""

import pytest

from services.roster.domain.rota import gini, night_rates, share_words, shares
from services.roster.domain.rota.problem import Member, Need, Problem, Wish
from services.roster.domain.rota.scored import Code
from tests.roster.rota.made import matches, member, problem, row

NIGHTS = "N N N N N . ."


def a_week_of_nights(*members: Member) -> Problem:
    """Seven nights, of which two are at the weekend."""
    return problem(*members, days=7, needs=tuple(Need(day, "N", 1) for day in range(7)))


def test_a_share_of_the_nights_is_by_contracted_hours_and_is_rounded_to_either_side() -> None:
    made = a_week_of_nights(
        member(1, minutes_per_week=2250), member(2, minutes_per_week=1125)
    )  # shares 4 2/3 and 2 1/3
    assert matches((made, (row(NIGHTS), row(". . . . . N N"))), Code.NIGHTS_FAIR) == []
    found = matches((made, (row("N N N N N N ."), row(". . . . . . N"))), Code.NIGHTS_FAIR)
    assert [(match.members, match.points) for match in found] == [((0,), 12), ((1,), 12)]
    assert [match.words for match in found] == ["{0} has 6 nights; a share is 4.7", "{0} has 1 night; a share is 2.3"]


def test_what_is_owed_from_before_is_in_the_share() -> None:
    owed = a_week_of_nights(member(1, owed_nights=150), member(2, owed_nights=-150))  # shares 5 and 2
    assert matches((owed, (row(NIGHTS), row(". . . . . N N"))), Code.NIGHTS_FAIR) == []
    even = a_week_of_nights(member(1), member(2))
    assert [m.points for m in matches((even, (row(NIGHTS), row(". . . . . N N"))), Code.NIGHTS_FAIR)] == [12, 12]


def test_nobody_owes_less_than_no_night() -> None:
    made = a_week_of_nights(member(1), member(2, owed_nights=-2000))
    assert len(matches((made, (row(". . . . . . ."), row(". . . . . . ."))), Code.NIGHTS_FAIR)) == 1


def test_who_works_no_nights_has_no_share_of_them() -> None:
    made = a_week_of_nights(member(1), member(2, works_nights=False))
    assert matches((made, (row("N N N N N N N"), row(". . . . . . ."))), Code.NIGHTS_FAIR) == []
    assert shares(made, (row("N N N N N N N"), row(". . . . . . .")))[1].nights_share is None


def test_a_share_of_the_weekend_days_is_by_contracted_hours() -> None:
    needs = tuple(Need(day, "E", 2) for day in range(7))
    made = problem(member(1), member(2), member(3, owed_weekend_days=-134), days=7, needs=needs)  # 1 1/3, 1 1/3 and 0
    assert matches((made, (row(". . . . . E E"), row(". . . . . E ."), row(". . . . . . ."))), Code.WEEKEND_FAIR) == []
    found = matches((made, (row(". . . . . . ."), row(". . . . . E E"), row(". . . . . E E"))), Code.WEEKEND_FAIR)
    assert [(match.members, match.days, match.points) for match in found] == [((0,), (), 12), ((2,), (5, 6), 24)]
    assert found[1].words == "{0} has 2 weekend days; a share is 0"


def test_everybody_sees_their_part_beside_their_share() -> None:
    made = a_week_of_nights(member(1), member(2, minutes_per_week=1125))
    first, second = shares(made, (row(NIGHTS), row(". . . . . N N")))
    assert (first.nights, first.nights_share, first.minutes, first.minutes_share) == (5, 467, 5 * 570, 2250)
    assert (second.weekend_days, second.weekend_days_share) == (2, 67)
    assert share_words(second) == "{0} has 2 nights of 2.33, 2 weekend days of 0.67 and 19 h of 18 h 45"


def test_nobody_contracted_means_no_share_and_no_division_by_nothing() -> None:
    made = a_week_of_nights(member(minutes_per_week=0))
    assert shares(made, (row(NIGHTS),))[0].nights_share == 0
    assert night_rates(made, (row(NIGHTS),)) == ()


def test_gini_is_of_nights_for_each_contracted_hour_without_those_that_were_wanted() -> None:
    wants = member(1, wanted=(Wish(0, "N", 1), Wish(1, None, 1)))
    made = a_week_of_nights(wants, member(2, minutes_per_week=1125), member(3, works_nights=False))
    rates = night_rates(made, (row("N N N N . . ."), row(". . . . . N ."), row(". . . . . . .")))
    assert rates == (2 / 37.5, 1 / 18.75)
    assert gini(rates) == pytest.approx(0)


@pytest.mark.parametrize(
    ("values", "expected"), [((), 0), ((0, 0), 0), ((1, 1, 1), 0), ((0, 0, 0, 1), 0.75), ((1, 3), 0.25)]
)
def test_gini_runs_from_evenly_spread_to_all_with_one(values: tuple[float, ...], expected: float) -> None:
    assert gini(values) == pytest.approx(expected)
