"""A person's shifts and visits in the calendar of their telephone, without a client in it (row 1.02)."""

from datetime import datetime
from typing import Any

import icalendar
import pytest
from uuid6 import uuid7

from services.common.types import ENGLAND
from tests.roster.facts import EDITH, RUTH, SANDRA, TOM, a_shift, a_visit, code
from tests.roster.visiting.told import cancelled, step
from tests.running import Running

CLOCKS_BACK = {"starts_at": "2026-10-24T20:00:00Z", "ends_at": "2026-10-25T06:00:00Z"}


@pytest.fixture
async def telephone(roster: Running) -> Any:
    return await roster.client("roster", None)


async def made(nurse: Any) -> tuple[str, str]:
    answer = await nurse.post("/v1/calendar-feeds", json={"id": str(uuid7())})
    assert answer.status_code == 201, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return answer.json()["id"], answer.json()["link"]


async def read(telephone: Any, link: str) -> dict[str, Any]:
    """The entries by their ids."""
    answer = await telephone.get(f"/open/calendars/{link}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/calendar")
    calendar = icalendar.Calendar.from_ical(answer.content)
    return {str(event["uid"]): event for event in calendar.walk("VEVENT")}


async def test_anonymous_is_refused(telephone: Any) -> None:
    assert (await telephone.post("/v1/calendar-feeds", json={"id": str(uuid7())})).status_code == 401
    assert (await telephone.get("/v1/calendar-feeds")).status_code == 401
    assert (await telephone.delete(f"/v1/calendar-feeds/{uuid7()}")).status_code == 401


async def test_a_calendar_has_its_owners_shifts_and_visits_and_nobody_elses(nurse: Any, telephone: Any) -> None:
    own, along, toms = a_visit(), a_visit(employee_id=SANDRA, accompanied_by=RUTH), a_visit(employee_id=TOM)
    along |= {"starts_at": "2026-11-24T12:00:00Z", "ends_at": "2026-11-24T12:30:00Z"}
    toms |= {"starts_at": "2026-11-24T13:00:00Z", "ends_at": "2026-11-24T13:30:00Z"}
    for visit in (own, along, toms):
        assert (await nurse.post("/v1/visits", json=visit)).status_code == 201
    entries = await read(telephone, (await made(nurse))[1])
    shifts = [one for one in entries if one.startswith("shift-")]
    assert set(entries) - set(shifts) == {f"visit-{own['id']}@heatshield", f"visit-{along['id']}@heatshield"}
    assert len(shifts) == 1
    assert {str(one["summary"]) for one in entries.values()} == {"Shift", "Visit"}


async def test_whoever_has_left_a_team_sees_nothing_more_of_it(roster: Running, nurse: Any, telephone: Any) -> None:
    assert (await nurse.post("/v1/visits", json=a_visit())).status_code == 201
    _, link = await made(nurse)
    assert len(await read(telephone, link)) == 2
    await roster.alter("roster", f"update team_member set until_on = '2026-01-31' where employee_id = '{RUTH}'")
    assert await read(telephone, link) == {}


async def test_a_calendar_names_no_client_and_no_word(nurse: Any, telephone: Any) -> None:
    await nurse.post("/v1/visits", json=a_visit())
    text = (await telephone.get(f"/open/calendars/{(await made(nurse))[1]}")).text
    assert not any(secret in text for secret in (str(EDITH), "Compression", "LOCATION", "DESCRIPTION", "ATTENDEE"))


async def test_a_move_raises_the_sequence_and_what_is_off_is_cancelled(nurse: Any, telephone: Any) -> None:
    visit, (_, link) = a_visit(), await made(nurse)
    await nurse.post("/v1/visits", json=visit)
    uid, seen = f"visit-{visit['id']}@heatshield", []
    for name, body in (
        ("confirm", {"told_how": "phone"}),
        ("move", {"starts_at": "2026-11-24T12:00:00Z"}),
        ("cancel", {"reason": "Away"}),
    ):
        entry = (await read(telephone, link))[uid]
        seen.append((int(entry["sequence"]), str(entry["status"])))
        await step(nurse, visit["id"], name, body)
    entry = (await read(telephone, link))[uid]
    seen.append((int(entry["sequence"]), str(entry["status"])))
    assert seen == [(1, "TENTATIVE"), (2, "CONFIRMED"), (3, "TENTATIVE"), (4, "CANCELLED")]
    assert entry.decoded("dtstart") == datetime(2026, 11, 24, 12, tzinfo=ENGLAND)


async def test_a_shift_that_is_off_stays_in_the_calendar_as_cancelled(nurse: Any, telephone: Any) -> None:
    shift, (_, link) = a_shift(**CLOCKS_BACK), await made(nurse)
    assert (await nurse.post("/v1/shifts", json=shift)).status_code == 201
    assert (await cancelled(nurse, shift)).status_code == 200
    entry = (await read(telephone, link))[f"shift-{shift['id']}@heatshield"]
    assert (int(entry["sequence"]), str(entry["status"])) == (2, "CANCELLED")


async def test_a_night_over_the_clock_change_has_its_eleven_hours(nurse: Any, telephone: Any) -> None:
    night = a_shift(**CLOCKS_BACK)
    assert (await nurse.post("/v1/shifts", json=night)).status_code == 201
    answer = await telephone.get(f"/open/calendars/{(await made(nurse))[1]}")
    assert "BEGIN:VTIMEZONE" in answer.text
    (event,) = [
        one
        for one in icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
        if str(one["uid"]) == f"shift-{night['id']}@heatshield"
    ]
    starts, ends = event.decoded("dtstart"), event.decoded("dtend")
    assert (starts.timestamp(), ends.timestamp()) == tuple(
        datetime.fromisoformat(CLOCKS_BACK[name]).timestamp() for name in ("starts_at", "ends_at")
    )


async def test_what_is_known_already_is_not_sent_again(nurse: Any, telephone: Any) -> None:
    _, link = await made(nurse)
    first = await telephone.get(f"/open/calendars/{link}")
    again = await telephone.get(f"/open/calendars/{link}", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    await nurse.post("/v1/visits", json=a_visit())
    newer = await telephone.get(f"/open/calendars/{link}", headers={"If-None-Match": first.headers["etag"]})
    assert newer.status_code == 200
    assert newer.headers["cache-control"].startswith("private")


async def test_a_link_that_was_revoked_or_guessed_shows_nothing(nurse: Any, telephone: Any) -> None:
    feed, link = await made(nurse)
    answer = await nurse.delete(f"/v1/calendar-feeds/{feed}", headers={"If-Match": '"1"'})
    assert answer.status_code == 200, answer.text
    gone = await telephone.get(f"/open/calendars/{link}")
    assert (gone.status_code, code(gone)) == (410, "link_ended")
    guessed = await telephone.get(f"/open/calendars/{'x' * 43}")
    assert (guessed.status_code, code(guessed)) == (404, "link_unknown")


async def test_nobody_sees_or_revokes_anothers_feed(roster: Running, nurse: Any) -> None:
    feed, _ = await made(nurse)
    tom = await roster.client("roster", TOM)
    assert (await tom.get("/v1/calendar-feeds")).json()["items"] == []
    assert (await tom.delete(f"/v1/calendar-feeds/{feed}", headers={"If-Match": '"1"'})).status_code == 404
    assert [one["id"] for one in (await nurse.get("/v1/calendar-feeds")).json()["items"]] == [feed]
