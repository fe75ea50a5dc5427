"""Enough people, of the right role and skill, and nobody who needs company alone."""

from dataclasses import replace

from services.roster.domain.rota.problem import Need, Standing
from services.roster.domain.rota.scored import Code, Law
from tests.roster.rota.made import breaches, duty, matches, member, problem, row


def test_each_person_that_a_duty_lacks_is_counted() -> None:
    made = problem(member(), member(2), days=2, needs=(Need(0, "E", 3), Need(1, "E", 1)))
    (found,) = matches((made, (row("E E"), row("E ."))), Code.COVER_SHORT)
    assert (found.days, found.points, found.members) == ((0,), 60, ())
    assert found.words == "Mon 1 Feb, E: 2 of 3 people"


def test_each_person_more_than_a_duty_needs_is_counted_where_it_is_in_no_need_too() -> None:
    made = problem(member(), member(2), days=2, needs=(Need(0, "E", 1),))
    found = matches((made, (row("E E"), row("E ."))), Code.COVER_OVER)
    assert [(match.days, match.points, match.words) for match in found] == [
        ((0,), 8, "Mon 1 Feb, E: 2 where 1 are needed"),
        ((1,), 8, "Tue 2 Feb, E: 1 where 0 are needed"),
    ]


def test_a_skill_that_is_missing_has_a_price_and_counts_for_the_specialist_as_for_anybody() -> None:
    need = Need(0, "E", 2, (("skill:catheter", 1),))
    specialist, other = member(1, skills=frozenset({"catheter"})), member(2)
    made = problem(specialist, other, days=1, needs=(need,))
    assert matches((made, (row("E"), row("E"))), Code.COVER_SHORT) == []
    found = matches((replace(made, members=(other, other)), (row("E"), row("E"))), Code.COVER_SHORT)
    assert [(match.points, match.words) for match in found] == [(60, "Mon 1 Feb, E: 0 of 1 with the skill catheter")]


def test_a_registered_nurse_is_on_every_duty_that_needs_one() -> None:
    need = Need(0, "E", 1, (("role:registered_nurse", 1),))
    made = problem(member(), member(2, role="nursing_assistant"), days=1, needs=(need,))
    assert breaches((made, (row("E"), row("."))), Law.ROLE_ON_DUTY) == []
    (found,) = breaches((made, (row("."), row("E"))), Law.ROLE_ON_DUTY)
    assert (found.member, found.days, found.words) == (None, (0,), "Mon 1 Feb, E: 0 of 1 who are registered nurse")
    unneeded = replace(made, needs=(replace(need, people=0),))
    assert breaches((unneeded, (row("."), row("E"))), Law.ROLE_ON_DUTY) == []


def test_who_is_not_cleared_is_on_duty_beside_somebody_who_is() -> None:
    new, old, third = member(1, cleared=False), member(2), member(3, cleared=False)
    made = problem(new, old, third, days=1)
    assert breaches((made, (row("E"), row("E"), row("."))), Law.SUPERVISION) == []
    alone = breaches((made, (row("E"), row("L"), row("E"))), Law.SUPERVISION)
    assert [breach.member for breach in alone] == [0, 2]
    assert alone[0].words == "{0} is not cleared and is without a cleared colleague on Mon 1 Feb, E"


def test_whose_check_runs_out_is_alone_from_that_day_on_and_not_before() -> None:
    """And whoever is cleared meanwhile needs no company from then on."""
    ends = member(1, later=(Standing(2, "registered_nurse", frozenset(), cleared=False),))
    made = problem(ends, member(2), days=4)
    found = breaches((made, (row("E E E E"), row(". . . E"))), Law.SUPERVISION)
    assert [(one.member, one.days) for one in found] == [(0, (2,))]
    begins = member(1, cleared=False, later=(Standing(2, "registered_nurse", frozenset()),))
    found = breaches((replace(made, members=(begins, member(2))), (row("E E E E"), row(". E . ."))), Law.SUPERVISION)
    assert [(one.member, one.days) for one in found] == [(0, (0,))]


def test_who_is_cleared_no_more_is_no_company_from_that_day_on() -> None:
    old = member(2, later=(Standing(1, "registered_nurse", frozenset(), cleared=False),))
    found = breaches((problem(member(1, cleared=False), old, days=2), (row("E E"), row("E E"))), Law.SUPERVISION)
    assert [(one.member, one.days) for one in found] == [(0, (1,)), (1, (1,))]


def test_role_and_skills_are_those_of_the_day() -> None:
    later = (Standing(1, "nursing_assistant", frozenset({"catheter"})),)
    needs = tuple(Need(day, "E", 1, (("role:registered_nurse", 1), ("skill:catheter", 1))) for day in (0, 1))
    made = problem(member(later=later), days=2, needs=needs), (row("E E"),)
    assert [one.days for one in breaches(made, Law.ROLE_ON_DUTY)] == [(1,)]
    assert [one.days for one in matches(made, Code.COVER_SHORT)] == [(0,)]


def test_a_teams_own_words_stay_its_own_where_names_are_filled_in() -> None:
    made = problem(member(), days=1, duties=(duty("{0}", 9, 12),), needs=(Need(0, "{0}", 2),))
    (found,) = matches((made, (("{0}",),)), Code.COVER_SHORT)
    assert found.words.format("Ana") == "Mon 1 Feb, {0}: 1 of 2 people"
