"""A plan says in words why each visit is where it is."""

from dataclasses import replace

from services.roster.domain.rounds.day import Call, Plan, Stop
from services.roster.domain.rounds.words import words
from tests.roster.rounds.days import a_call, a_day, a_nurse


def said(call: Call, *stops: Stop) -> str:
    nurses = [a_nurse(), a_nurse("n2"), a_nurse("n3")]
    told = words(a_day(nurses, [call], 0, 12), Plan(stops, () if stops else (0,)))
    assert [one.call for one in told] == [0]
    assert told[0].nurses == tuple(stop.nurse for stop in stops)
    return told[0].words


def test_the_face_is_named_by_its_part() -> None:
    call = a_call("a", 1, [0, 1, 2], faces=(0, 4, 15))
    way = "12 minutes from where the round begins."
    assert said(call, Stop(0, 0, 0, 492)) == f"{{0}} is the named nurse; {way}"
    assert said(call, Stop(0, 0, 1, 492)) == f"{{0}} is a buddy; {way}"
    assert said(call, Stop(0, 0, 2, 492)) == f"{{0}} is another nurse; {way}"
    assert said(a_call("a", 1), Stop(0, 0, 0, 492)) == f"{{0}} comes; {way}"


def test_a_second_hand_lateness_and_a_moved_time_are_told() -> None:
    call = a_call("a", 1, [0], [1], window=(480, 491), told_start=482)
    assert said(call, Stop(0, 0, 0, 492), Stop(0, 1, 1, 492)) == (
        "{0} comes; with {1}; 12 minutes from where the round begins; 1 minute after its window ends; "
        "10 minutes later than the client was told."
    )
    earlier = a_call("a", 1, told_start=502)
    assert said(earlier, Stop(0, 0, 0, 492)).endswith("10 minutes earlier than the client was told.")


def test_a_pinned_visit_says_that_it_is_held() -> None:
    assert said(a_call("a", 1, pinned=((0,), 492.0)), Stop(0, 0, 0, 492)).endswith("held where it is.")


def test_the_way_is_told_from_the_visit_before() -> None:
    calls = [a_call("a", 1), a_call("b", 2)]
    told = words(a_day([a_nurse()], calls, 0, 12, 13), Plan((Stop(0, 0, 0, 492), Stop(1, 0, 0, 523))))
    assert told[1].words == "{0} comes; 1 minute from the visit before."


def test_how_far_somebody_lives_is_told_nobody() -> None:
    day = a_day([replace(a_nurse(), is_from_home=True)], [a_call("a", 1), a_call("b", 2)], 0, 12, 13)
    told = words(day, Plan((Stop(0, 0, 0, 492), Stop(1, 0, 0, 523))))
    assert [one.words for one in told] == [
        "{0} comes; the round begins at home.",
        "{0} comes; 1 minute from the visit before.",
    ]


def test_what_is_left_out_says_what_stands_against_it() -> None:
    too_few = "Not served: it needs 2 nurses, and too few who are out that day are able."
    assert said(a_call("a", 1, [0], [0])) == too_few
    assert said(a_call("a", 1, [])).startswith("Not served: it needs one nurse")
    assert said(a_call("a", 1, window=(100, 200))) == "Not served: nobody who is able is out in its window."
    assert said(a_call("a", 1)) == "Not served: those who are able have no room for it in its window."
