"""A team's hours and protected time stand against a visit until somebody says why (rows 4.03, 4.13)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.roster.domain.opening import NewOpeningHours, OpeningHours
from services.roster.events import ProtectedTimeLost
from tests.roster.facts import RUTH, TOM, a_shift, a_visit, code, pointer, refused
from tests.roster.visiting.told import NINE_TO_FIVE, cancelled, hours, step
from tests.running import OTHER_TEAM, STRANGER, TEAM, Running

ALWAYS = [{"days": [1, 2, 3, 4, 5, 6, 7], "from_minute": 0, "until_minute": 1440}]
EVENING = {"starts_at": "2026-11-24T17:30:00Z", "ends_at": "2026-11-24T18:00:00Z"}


@pytest.fixture
async def evening(nurse: Any) -> Any:
    """Ruth, who is on shift in the evening as well, in a team that is open from nine to five."""
    late = a_shift(starts_at="2026-11-24T16:30:00Z", ends_at="2026-11-24T20:00:00Z")
    for path, body in (("/v1/shifts", late), ("/v1/opening-hours", hours())):
        answer = await nurse.post(path, json=body)
        assert answer.status_code == 201, answer.text
    return nurse


async def test_anonymous_is_refused(roster: Running) -> None:
    nobody = await roster.client("roster", None)
    assert (await nobody.post("/v1/opening-hours", json=hours())).status_code == 401
    assert (await nobody.get("/v1/opening-hours")).status_code == 401


async def test_a_visit_outside_the_hours_needs_a_word(evening: Any) -> None:
    assert await refused(evening, **EVENING) == (409, "outside_opening_hours", "/body/starts_at")
    said = await evening.post("/v1/visits", json=a_visit(**EVENING, override_words="She is dying"))
    assert said.status_code == 201, said.text
    assert (said.json()["overrode"], said.json()["override_words"]) == (["opening_hours"], "She is dying")


async def test_a_visit_outside_the_hours_is_for_whoever_is_on_call(evening: Any) -> None:
    on_call = a_shift(employee_id=TOM, kind="on_call", starts_at="2026-11-24T17:00:00Z", ends_at="2026-11-24T21:00:00Z")
    assert (await evening.post("/v1/shifts", json=on_call)).status_code == 201
    made = await evening.post("/v1/visits", json=a_visit(**EVENING))
    assert (made.status_code, made.json()["overrode"]) == (201, [])


async def test_time_on_call_that_is_off_holds_nothing_open(evening: Any) -> None:
    on_call = a_shift(employee_id=TOM, kind="on_call", starts_at="2026-11-24T17:00:00Z", ends_at="2026-11-24T21:00:00Z")
    assert (await evening.post("/v1/shifts", json=on_call)).status_code == 201
    assert (await cancelled(evening, on_call)).status_code == 200
    assert await refused(evening, **EVENING) == (409, "outside_opening_hours", "/body/starts_at")


async def test_a_meeting_that_is_off_keeps_nothing_free(nurse: Any) -> None:
    meeting = a_shift(kind="meeting", starts_at="2026-11-24T10:00:00Z", ends_at="2026-11-24T11:00:00Z")
    assert (await nurse.post("/v1/shifts", json=meeting | {"unpaid_break_minutes": 0})).status_code == 201
    taking = a_visit(starts_at="2026-11-24T10:15:00Z", ends_at="2026-11-24T10:45:00Z")
    assert (await nurse.post("/v1/visits", json=taking)).status_code == 409
    assert (await cancelled(nurse, meeting)).status_code == 200
    made = await nurse.post("/v1/visits", json=taking)
    assert (made.status_code, made.json()["overrode"]) == (201, [])


async def test_within_the_hours_no_word_is_kept(evening: Any) -> None:
    made = await evening.post("/v1/visits", json=a_visit(override_words="Just in case"))
    assert (made.json()["override_words"], made.json()["overrode"]) == (None, [])


async def test_a_move_says_anew_why_it_goes_outside_the_hours(evening: Any) -> None:
    visit = a_visit()
    assert (await evening.post("/v1/visits", json=visit)).status_code == 201
    late = await step(evening, visit["id"], "move", {"starts_at": "2026-11-24T17:30:00Z"})
    assert (late.status_code, code(late)) == (409, "outside_opening_hours")
    said = {"starts_at": "2026-11-24T17:30:00Z", "override_words": "Her daughter comes then"}
    assert (await step(evening, visit["id"], "move", said)).json()["overrode"] == ["opening_hours"]
    back = await step(evening, visit["id"], "move", {"starts_at": "2026-11-24T10:00:00Z"})
    assert (back.json()["overrode"], back.json()["override_words"]) == ([], None)


async def test_hours_hold_from_their_day_on(evening: Any) -> None:
    always = hours(from_on="2026-11-24", hours=ALWAYS)
    assert (await evening.post("/v1/opening-hours", json=always)).status_code == 201
    assert (await evening.post("/v1/visits", json=a_visit(**EVENING))).status_code == 201
    again = await evening.post("/v1/opening-hours", json=hours(from_on="2026-11-24"))
    assert (again.status_code, code(again), pointer(again)) == (409, "hours_already_set", "/body/from_on")
    listed = (await evening.get("/v1/opening-hours", params={"team_id": str(TEAM)})).json()["items"]
    assert [one["from_on"] for one in listed] == ["2026-11-02", "2026-11-24"]


@pytest.mark.parametrize(
    ("starts", "minutes", "is_open"),
    [
        ("2026-11-24T09:00", 60, True),
        ("2026-11-24T08:59", 60, False),
        ("2026-11-24T16:30", 30, True),
        ("2026-11-24T16:30", 31, False),
        ("2026-07-01T08:00", 60, True),
        ("2026-11-28T08:00", 60, True),
        ("2026-11-28T13:00", 60, False),
        ("2026-12-25T08:00", 60, True),
        ("2026-12-25T13:00", 60, False),
    ],
)
def test_hours_are_those_of_the_day_in_england_and_of_bank_holidays(starts: str, minutes: int, is_open: bool) -> None:
    begins = datetime.fromisoformat(starts).replace(tzinfo=UTC)
    ends = datetime.fromtimestamp(begins.timestamp() + minutes * 60, UTC)
    assert _of(NINE_TO_FIVE).holds(begins, ends) == is_open
    assert _of(ALWAYS).holds(begins, ends)


def test_a_team_that_is_always_open_visits_over_midnight() -> None:
    assert _of(ALWAYS).holds(datetime(2026, 11, 24, 23, 30, tzinfo=UTC), datetime(2026, 11, 25, 0, 30, tzinfo=UTC))
    assert not _of(NINE_TO_FIVE).holds(
        datetime(2026, 11, 24, 23, 30, tzinfo=UTC), datetime(2026, 11, 25, 0, 30, tzinfo=UTC)
    )


def _of(rows: Any) -> OpeningHours:
    new = NewOpeningHours.model_validate(hours(hours=rows))
    return OpeningHours.made(new, RUTH, datetime(2026, 11, 2, tzinfo=UTC))


@pytest.mark.parametrize(
    "rows",
    [
        [{"days": [1], "from_minute": 600, "until_minute": 600}],
        [{"days": [9], "from_minute": 0, "until_minute": 60}],
        [{"days": [1], "from_minute": 0, "until_minute": 60}, {"days": [1], "from_minute": 59, "until_minute": 90}],
    ],
)
async def test_hours_that_make_no_sense_are_refused(nurse: Any, rows: Any) -> None:
    answer = await nurse.post("/v1/opening-hours", json=hours(hours=rows))
    assert (answer.status_code, code(answer)) == (422, "validation_failed")


@pytest.mark.parametrize("kind", ["protected_time", "meeting", "training"])
async def test_protected_time_is_not_filled_unseen(nurse: Any, kind: str) -> None:
    kept = a_shift(kind=kind, starts_at="2026-11-24T11:00:00Z", ends_at="2026-11-24T12:00:00Z")
    kept["unpaid_break_minutes"] = 0
    assert (await nurse.post("/v1/shifts", json=kept)).status_code == 201
    assert await refused(nurse) == (409, "time_is_protected", "/body/starts_at")
    before = a_visit(starts_at="2026-11-24T10:00:00Z", ends_at="2026-11-24T11:00:00Z")
    assert (await nurse.post("/v1/visits", json=before)).status_code == 201
    said = a_visit(starts_at="2026-11-24T11:00:00Z", ends_at="2026-11-24T11:30:00Z", override_words="A fall")
    assert (await nurse.post("/v1/visits", json=said)).json()["overrode"] == [kind]


async def test_that_protected_time_was_taken_is_told_without_whose_it_was(roster: Running, nurse: Any) -> None:
    """Row 4.13: by a visit that says why, put there or moved there, and by calling it off."""
    kept, later = (
        a_shift(kind="protected_time", unpaid_break_minutes=0, starts_at=f"{on}T11:00:00Z", ends_at=f"{on}T12:00:00Z")
        for on in ("2026-11-24", "2026-11-25")
    )
    for shift in (kept, later):
        assert (await nurse.post("/v1/shifts", json=shift)).status_code == 201
    beside = a_visit(starts_at="2026-11-24T10:00:00Z", ends_at="2026-11-24T10:45:00Z")
    assert (await nurse.post("/v1/visits", json=beside)).status_code == 201
    assert await refused(nurse) == (409, "time_is_protected", "/body/starts_at")
    assert await roster.published("roster", ProtectedTimeLost) == []
    move = {"starts_at": "2026-11-24T11:00:00Z", "override_words": "A fall"}
    assert (await step(nurse, beside["id"], "move", move)).status_code == 200
    assert (await cancelled(nurse, later)).status_code == 200
    told = [one.data for one in await roster.published("roster", ProtectedTimeLost)]
    assert [(one["shift_id"], one["cause"]) for one in told] == [(kept["id"], "visit"), (later["id"], "cancelled")]
    assert set(told[0]) == {"shift_id", "team_id", "starts_at", "cause", "lost_at"}


async def test_another_teams_hours_do_not_exist(roster: Running, nurse: Any) -> None:
    assert (await nurse.post("/v1/opening-hours", json=hours(team_id=str(OTHER_TEAM)))).status_code == 404
    assert (await nurse.post("/v1/opening-hours", json=hours())).status_code == 201
    stranger = await roster.client("roster", STRANGER)
    assert (await stranger.get("/v1/opening-hours")).json()["items"] == []
