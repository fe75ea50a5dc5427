"""Round the clock, or nine to five with on call at the weekend: two teams by data alone (mission row 4.04)."""

from services.roster.domain.rota import score, shares
from services.roster.domain.rota.problem import DutyKind, DutyType, Need, Part, Problem
from services.roster.domain.rota.scored import Code
from tests.roster.rota.made import a_team, duty, member, problem, row

AT_HOME = DutyKind.ON_CALL_HOME
NINE_TO_FIVE = (
    duty("D", 9, 17, 30),
    duty("C", 9, 33, kind=AT_HOME),
    DutyType("W", (Part(DutyKind.SHIFT, 9 * 60, 13 * 60), Part(AT_HOME, 13 * 60, 33 * 60))),
)


def nine_to_five() -> Problem:
    """Three nurses; two on weekdays and one at the weekend, who is on call through its nights."""
    needs = tuple(
        Need(day, code, people, (("role:registered_nurse", 1),))
        for day in range(14)
        for code, people in ((("D", 2),) if day % 7 < 5 else (("W", 1),))
    )
    members = tuple(member(number, minutes_per_week=1500) for number in (1, 2, 3))
    return problem(*members, days=14, needs=needs, duties=NINE_TO_FIVE)


def test_a_nine_to_five_team_with_weekends_on_call_keeps_every_rule() -> None:
    roster = (
        row("D D D . . W W . . . D D . ."),
        row("D D D D . . . D D D . . W W"),
        row(". . . D D . . D D D D D . ."),
    )
    made = nine_to_five()
    # On the first Friday one more is needed; all other days are as they should be.
    found = score(made, roster)
    assert found.breaches == ()
    assert {rule.code: rule.points for rule in found.rules if rule.points}.keys() <= {
        Code.COVER_SHORT,
        Code.HOURS,
        Code.WEEKEND_FAIR,
    }
    assert [share.nights for share in shares(made, roster)] == [0, 0, 0]
    assert [share.weekend_days for share in shares(made, roster)] == [2, 2, 0]


def test_a_weekend_on_call_after_a_week_of_work_is_no_row_of_work() -> None:
    made = nine_to_five()
    on_call = (row("D D D D D C C D D D D D . ."), *(row(". " * 14),) * 2)
    assert {breach.law.value for breach in score(made, on_call).breaches if breach.member == 0} == set()


def test_a_team_round_the_clock_is_the_same_code_with_other_data() -> None:
    made = a_team(1)
    nobody = tuple(row(". " * 7) for _ in made.members)
    found = score(made, nobody)
    needed = sum(need.people for need in made.needs)
    assert next(rule.points for rule in found.rules if rule.code == Code.COVER_SHORT) == 60 * needed
    assert sum(share.nights_share or 0 for share in shares(made, nobody)) in range(698, 703)
