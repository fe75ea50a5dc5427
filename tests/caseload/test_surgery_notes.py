"""Notes between the team and a surgery: both ways, with the author's role, amended and never overwritten (row 1.30)."""

from typing import Any

from tests.caseload.story import new_id
from tests.caseload.surgeries import Huddle, a_surgery_note
from tests.running import NURSE, TEAM


async def _unread(huddle: Huddle) -> int:
    page = (await huddle.maureen.nurse.get("/v1/caseload", params={"team_id": str(TEAM)})).json()
    count: int = page["surgery_notes_unread"]
    return count


async def _written(who: Any, huddle: Huddle, words: str, **changes: Any) -> dict[str, Any]:
    answer = await who.post(huddle.notes, json=a_surgery_note(words, **changes))
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_notes_go_both_ways_with_what_their_authors_work_as(huddle: Huddle) -> None:
    await _written(huddle.maureen.nurse, huddle, "She asks for the Thursday clinic")
    await _written(huddle.meera, huddle, "Booked for ten")
    for who in (huddle.maureen.nurse, huddle.meera):
        read = (await who.get(huddle.notes)).json()["items"]
        assert [(note["side"], note["author_role"], note["words"]) for note in read] == [
            ("team", "registered_nurse", "She asks for the Thursday clinic"),
            ("surgery", "Practice nurse", "Booked for ten"),
        ]
        assert str(NURSE) not in str(read)


async def test_a_nurse_sees_the_notes_in_the_record_with_who_wrote_them(huddle: Huddle) -> None:
    await _written(huddle.meera, huddle, "Booked for ten")
    record = (await huddle.maureen.nurse.get(f"/v1/clients/{huddle.maureen.client_id}")).json()
    (note,) = record["surgery_note"]
    assert (note["words"], note["written_by"]) == ("Booked for ten", huddle.kept["seat"]["guest"])


async def test_what_nobody_has_seen_is_counted_on_the_teams_page(huddle: Huddle) -> None:
    note = await _written(huddle.meera, huddle, "Booked for ten")
    await _written(huddle.maureen.nurse, huddle, "Thank you")
    assert await _unread(huddle) == 1
    unseen = await huddle.maureen.nurse.get("/v1/surgery-notes", params={"unseen": True})
    assert [one["id"] for one in unseen.json()["items"]] == [note["id"]]
    assert (await huddle.see(huddle.maureen.nurse, note, version=2)).status_code == 412
    assert (await huddle.see(huddle.maureen.nurse, note)).json()["seen_at"] is not None
    assert await _unread(huddle) == 0
    again = await huddle.see(huddle.maureen.nurse, note, version=2)
    assert (again.status_code, again.json()["code"]) == (409, "surgery_note_already_seen")


async def test_a_note_is_seen_by_the_side_that_it_is_for(huddle: Huddle) -> None:
    to, back = await _written(huddle.maureen.nurse, huddle, "One"), await _written(huddle.meera, huddle, "Two")
    for who, own in ((huddle.maureen.nurse, to), (huddle.meera, back)):
        refused = await huddle.see(who, own)
        assert (refused.status_code, refused.json()["code"]) == (409, "note_of_ones_own_side")
    assert (await huddle.see(huddle.meera, to)).status_code == 200
    (item,) = (await huddle.meera.get("/v1/surgery-list")).json()["items"]
    assert item["unread"] == 0


async def test_a_note_is_amended_by_another_and_stays(huddle: Huddle) -> None:
    first = await _written(huddle.maureen.nurse, huddle, "Thursday")
    await _written(huddle.maureen.nurse, huddle, "Friday, not Thursday", amends_id=first["id"])
    words = [note["words"] for note in (await huddle.meera.get(huddle.notes)).json()["items"]]
    assert words == ["Thursday", "Friday, not Thursday"]
    (item,) = (await huddle.meera.get("/v1/surgery-list")).json()["items"]
    assert item["to_know"] == "Friday, not Thursday"


async def test_nobody_amends_what_the_other_side_wrote_nor_what_is_not_there(huddle: Huddle) -> None:
    first = await _written(huddle.maureen.nurse, huddle, "Thursday")
    for amends_id in (first["id"], new_id()):
        refused = await huddle.meera.post(huddle.notes, json=a_surgery_note("Never", amends_id=amends_id))
        assert (refused.status_code, refused.json()["code"]) == (422, "amends_no_note_of_ones")
