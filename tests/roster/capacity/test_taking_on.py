"""What if we took her on: the visits that fit are told with who and when, the others with what is missing."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from pydantic import ValidationError

from demo.barrow import employee
from services.roster.domain.ability import REGISTERED, Ability
from services.roster.domain.what_if import Held, Place, PlaceOfClient
from services.roster.solver.taking_on import NO_ROOM, NO_SHIFT, NOBODY_ABLE, take_on
from tests.roster.capacity.weeks import ANNA, AWAKE, BEN, MONDAY, NURSES, a_day, a_week, asking, barrow, on_shift

EDITH, ASSISTANT = UUID(int=11), "assistant_practitioner"
TUESDAY, THURSDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=3)


def test_maureens_two_hours_a_week_fit_on_tuesday_and_thursday() -> None:
    first, second = take_on(barrow(), asking({"times_a_week": 2, "days": ["tue", "thu"]}))
    assert (first.on, second.on) == (TUESDAY, THURSDAY)
    assert first.fits
    assert second.fits
    assert {*first.employee_ids, *second.employee_ids} <= {employee(key) for key in ("ruth", "tom", "megan", "priya")}


def test_three_visits_a_day_are_answered_with_the_gap_of_each_day() -> None:
    taken = take_on(barrow(), asking({"times_a_week": 21, "minutes": 30, "role": ASSISTANT}))
    assert [sum(one.on == MONDAY + timedelta(days=day) for one in taken) for day in range(7)] == [3] * 7
    for one in taken:
        assert one.gap_minutes == (0 if one.fits else 30 + 16)
        assert (one.why is None) == one.fits
    # At weekends the team is there until noon: of the three parts of a waking day two are nobody's.
    gaps = [sum(one.gap_minutes for one in taken if one.on == MONDAY + timedelta(days=day)) for day in range(7)]
    assert gaps == [0, 0, 0, 0, 0, 92, 92]


def test_visits_of_any_day_are_spread_over_the_week() -> None:
    week = a_week(*(a_day(at, on_shift()) for at in range(7)))
    days = [one.on.weekday() for one in take_on(week, asking({"times_a_week": 3}))]
    assert days == [0, 2, 4]


def test_days_on_which_it_fits_come_before_days_that_lie_well() -> None:
    week = a_week(a_day(0), a_day(1, on_shift()), a_day(2, on_shift()))
    assert [(one.on.weekday(), one.fits) for one in take_on(week, asking({"times_a_week": 2}))] == [
        (1, True),
        (2, True),
    ]


def test_the_way_there_and_back_is_part_of_the_room() -> None:
    for end, fits in ((540 + 90, True), (540 + 89, False)):
        (one,) = take_on(a_week(a_day(0, on_shift(end=end))), asking({"days": ["mon"]}))
        assert (one.fits, one.gap_minutes, one.why) == ((True, 0, None) if fits else (False, 75, NO_ROOM))
        assert one.extra_travel_minutes == (30 if fits else 0)


def test_what_is_planned_stays_where_it_is() -> None:
    held = (Held((ANNA,), EDITH, 600, 700), Held((ANNA,), None, 900, 960))
    (one,) = take_on(a_week(a_day(0, on_shift(), held=held)), asking({"days": ["mon"]}))
    assert (one.fits, one.start_minute) == (True, 715)
    (one,) = take_on(a_week(a_day(0, on_shift(end=1000), held=held)), asking({"days": ["mon"], "minutes": 171}))
    assert not one.fits


def test_a_break_is_kept_free() -> None:
    shift = on_shift(end=540 + 240, break_minutes=30)
    held = (Held((ANNA,), EDITH, 560, 600), Held((ANNA,), EDITH, 740, 760))
    for minutes, fits in ((80, True), (81, False)):
        (one,) = take_on(a_week(a_day(0, shift, held=held)), asking({"days": ["mon"], "minutes": minutes}))
        assert one.fits is fits, minutes


def test_the_window_holds() -> None:
    window = {"from_minute": 840, "until_minute": 900}
    week = a_week(a_day(0, on_shift(), on_shift(BEN, end=800)))
    (one,) = take_on(week, asking({"days": ["mon"], "window": window}))
    assert (one.employee_ids, one.start_minute) == ((ANNA,), 840)
    (one,) = take_on(a_week(a_day(0, on_shift(end=850))), asking({"days": ["mon"], "window": window}))
    assert one.why == NO_ROOM


def somebody(role: str | None, *skills: str, cleared: bool = True) -> Ability:
    return Ability(frozenset({role} if role else ()), frozenset(skills), cleared=cleared)


@pytest.mark.parametrize(
    ("person", "wanted", "can"),
    [
        (somebody(REGISTERED), {"role": ASSISTANT, "skills": ["insulin"]}, True),
        (somebody(REGISTERED), {"role": "social_worker"}, False),
        (somebody(ASSISTANT), {"role": REGISTERED}, False),
        (somebody(ASSISTANT), {"role": ASSISTANT}, True),
        (somebody(REGISTERED, "catheter"), {"skills": ["catheter"]}, True),
        (somebody(REGISTERED, "insulin"), {"skills": ["catheter"]}, False),
        (somebody(REGISTERED, cleared=False), {}, False),
        (somebody(None), {}, False),
    ],
)
def test_whoever_makes_it_has_the_role_the_skills_and_the_check(
    person: Ability, wanted: dict[str, object], can: bool
) -> None:
    week = a_week(a_day(0, on_shift()), people={ANNA: person})
    (one,) = take_on(week, asking({"days": ["mon"], **wanted}))
    assert (one.fits, one.why) == (can, None if can else NOBODY_ABLE)


def test_nobody_visits_alone_in_a_supervised_shift() -> None:
    (one,) = take_on(a_week(a_day(0, on_shift(is_supervised=True))), asking({"days": ["mon"]}))
    assert one.why == NOBODY_ABLE


def test_a_second_pair_of_hands_may_be_anybody_on_shift() -> None:
    week = a_week(a_day(0, on_shift(), on_shift(BEN)), people={ANNA: NURSES[ANNA]})
    (one,) = take_on(week, asking({"days": ["mon"], "hands": 2}))
    assert one.employee_ids == (ANNA, BEN)
    (one,) = take_on(a_week(a_day(0, on_shift())), asking({"days": ["mon"], "hands": 2}))
    assert (one.fits, one.gap_minutes) == (False, 150)


def test_without_shifts_everything_is_missing() -> None:
    taken = take_on(a_week(), asking({"times_a_week": 7, "minutes": 30}))
    assert [(one.gap_minutes, one.why) for one in taken] == [(45, NO_SHIFT)] * 7


def test_a_known_face_comes_before_a_shorter_way() -> None:
    week = a_week(a_day(0, on_shift(), on_shift(BEN)), faces={BEN: 0.0}, new_face=15.0)
    (one,) = take_on(week, asking({"days": ["mon"]}))
    assert (one.employee_ids, one.is_new_face) == ((BEN,), False)
    (other,) = take_on(replace(week, faces={EDITH: 0.0}), asking({"days": ["mon"]}))
    assert other.is_new_face is True


def test_places_that_are_told_shorten_the_way() -> None:
    held = (Held((ANNA,), EDITH, 600, 660),)
    week = a_week(a_day(0, on_shift(), held=held))
    here, near = Place(latitude=54.11, longitude=-3.22), PlaceOfClient(latitude=54.12, longitude=-3.22, client_id=EDITH)
    (one,) = take_on(week, asking({"days": ["mon"]}, place=here, base=here, around=[near]))
    # At the base there is no way to her, and 1.1 kilometres to Edith are two minutes on the road and three to park.
    assert (one.fits, one.start_minute, one.extra_travel_minutes) == (True, 665, 0)


def test_several_kinds_of_visits_are_fitted_beside_each_other() -> None:
    week = a_week(a_day(0, on_shift(end=540 + 165)))
    taken = take_on(week, asking({"days": ["mon"]}, {"days": ["mon"]}, {"days": ["mon"]}))
    assert [(one.visit, one.fits) for one in taken] == [(0, True), (1, True), (2, False)]


def test_more_than_twelve_visits_a_day_are_not_asked_for_at_once() -> None:
    with pytest.raises(ValidationError, match="at most 84 visits"):
        asking({"times_a_week": 84}, {"times_a_week": 1})


def test_visits_of_one_day_are_spread_over_the_waking_day() -> None:
    week = a_week(a_day(0, on_shift(start=AWAKE[0] - 60, end=AWAKE[1] + 60)))
    starts = [one.start_minute for one in take_on(week, asking({"times_a_week": 3, "days": ["mon"], "minutes": 30}))]
    assert starts == [480, 720, 960]
