"""The surgery seat: a shared list for the morning huddle, its own patients alone (mission row 1.30)."""

from datetime import UTC, date, datetime
from typing import Any

from uuid6 import uuid7

from services.caseload.events import CareContactRecorded, SurgeryShareStopped
from services.common.auth import SYSTEM, Persona
from tests.access.world import AT_THE_SURGERY
from tests.caseload.story import a_contact
from tests.caseload.surgeries import (
    OTHER_SURGERY,
    SURGERY,
    Huddle,
    a_surgery_note,
    a_surgery_seat,
    a_surgery_share,
    confirmed,
)
from tests.common.audited import newest
from tests.running import DEPUTY, NURSE, STRANGER, TEAM, Running


async def names(who: Any) -> list[str]:
    return [item["given_name"] for item in (await who.get("/v1/surgery-list")).json()["items"]]


async def put_back(caseload: Running, table: str, row_id: str, **values: Any) -> None:
    async with caseload.databases["caseload"].transaction(SYSTEM) as tx:
        rows = tx.metadata.tables[table]
        await tx.session.execute(rows.update().where(rows.c.id == row_id).values(**values))


async def test_anonymous_is_refused(caseload: Running) -> None:
    nobody = await caseload.client("caseload", None)
    for path in (
        "surgery-list",
        "surgery-notes",
        "surgery-shares",
        "surgery-seats",
        f"clients/{uuid7()}/surgery-notes",
    ):
        assert (await nobody.get(f"/v1/{path}")).status_code == 401
    for path in ("surgery-shares", "surgery-seats", f"clients/{uuid7()}/surgery-notes"):
        assert (await nobody.post(f"/v1/{path}", json={})).status_code == 401


async def test_a_contact_says_by_what_the_surgery_is_to_be_told_of_it(huddle: Huddle) -> None:
    maureen, olive = huddle.maureen, huddle.olive
    later = a_surgery_share(olive.episode_id, told_on="2026-11-05")
    (listed,) = [one for one in await shares(huddle) if one["client_id"] == olive.client_id and not one["stopped_at"]]
    stop = {"reason": "another_surgery"}
    await olive.post(f"/v1/surgery-shares/{listed['id']}/stop", stop)
    await olive.post("/v1/surgery-shares", later)
    await maureen.post("/v1/care-contacts", a_contact(maureen.episode_id))
    await olive.post("/v1/care-contacts", a_contact(olive.episode_id))
    await huddle.stop()
    await maureen.post("/v1/care-contacts", a_contact(maureen.episode_id))
    told = [one.data["surgery_share_id"] for one in await huddle.caseload.published("caseload", CareContactRecorded)]
    assert told == [huddle.kept["share"]["id"], None, None], "before they were told, and since they stopped, it is not"


async def shares(huddle: Huddle) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await huddle.maureen.nurse.get("/v1/surgery-shares")).json()["items"]
    return items


async def test_a_surgery_sees_its_own_patients_on_the_caseload_and_no_more_than_the_huddle_asks(
    huddle: Huddle,
) -> None:
    await huddle.maureen.post("/v1/care-contacts", a_contact(huddle.maureen.episode_id))
    await huddle.maureen.post(huddle.notes, a_surgery_note("She asks for the Thursday clinic"))
    listed = (await huddle.meera.get("/v1/surgery-list")).json()
    assert listed["items"] == [
        {
            "client_id": huddle.maureen.client_id,
            "team_id": str(TEAM),
            "ods_code": SURGERY,
            "given_name": "Maureen",
            "family_name": "Tabor",
            "birth_on": "1936-06-06",
            "nhs_number": "9990000204",
            "nhs_number_status": listed["items"][0]["nhs_number_status"],
            "named_nurse_role": "registered_nurse",
            "status": "active",
            "last_contact_on": "2026-11-04",
            "to_know": "She asks for the Thursday clinic",
            "unread": 1,
        }
    ]
    assert await names(huddle.oyin) == ["Olive"]
    assert await names(huddle.maureen.nurse) == ["Maureen", "Olive"]
    only = await huddle.maureen.nurse.get("/v1/surgery-list", params={"ods_code": OTHER_SURGERY.lower()})
    assert [item["given_name"] for item in only.json()["items"]] == ["Olive"]


async def test_another_surgerys_patient_and_the_record_stay_shut(huddle: Huddle) -> None:
    hidden = f"/v1/clients/{huddle.olive.client_id}/surgery-notes"
    assert (await huddle.meera.get(hidden)).status_code == 404
    assert (await huddle.meera.post(hidden, json=a_surgery_note())).status_code == 404
    mine = await huddle.maureen.post(huddle.notes, a_surgery_note("For Meera"))
    assert (await huddle.see(huddle.oyin, mine)).status_code == 404
    for path in (f"clients/{huddle.maureen.client_id}", "clients", "referrals", "surgery-shares", "surgery-seats"):
        assert (await huddle.meera.get(f"/v1/{path}")).status_code == 403
    assert (await huddle.meera.get("/v1/surgery-notes")).status_code == 403


async def test_the_list_comes_page_by_page(huddle: Huddle) -> None:
    first = (await huddle.maureen.nurse.get("/v1/surgery-list", params={"limit": 1})).json()
    after = {"limit": 1, "cursor": first["next_cursor"]}
    second = (await huddle.maureen.nurse.get("/v1/surgery-list", params=after)).json()
    assert [item["given_name"] for item in first["items"] + second["items"]] == ["Maureen", "Olive"]
    assert second["next_cursor"] is None


async def test_a_seat_shows_nothing_before_another_member_confirms_it(huddle: Huddle) -> None:
    new = a_surgery_seat(guest="new@surgery.example")
    seat = await huddle.maureen.post("/v1/surgery-seats", new)
    guest = await huddle.caseload.client("caseload", new["guest"], Persona.PRACTICE)
    await huddle.shows_nothing(guest)
    path, tag = f"/v1/surgery-seats/{seat['id']}/confirm", {"If-Match": '"1"'}
    alone = await huddle.maureen.nurse.post(path, headers=tag)
    assert (alone.status_code, alone.json()["code"]) == (403, "seat_confirmed_by_one_person")
    await huddle.shows_nothing(guest)
    assert (await confirmed(huddle.caseload, seat))["confirmed_by"] == str(DEPUTY)
    assert await names(guest) == ["Maureen"]
    again = await huddle.maureen.nurse.post(path, headers={"If-Match": '"2"'})
    assert (again.status_code, again.json()["code"]) == (409, "surgery_seat_already_confirmed")


async def test_a_seat_ends_at_once_and_only_once(huddle: Huddle) -> None:
    twice = await huddle.maureen.nurse.post("/v1/surgery-seats", json=a_surgery_seat())
    assert (twice.status_code, twice.json()["code"]) == (409, "already_seated")
    assert (await huddle.end(version=1)).status_code == 412
    assert (await huddle.end()).json()["ended_by"] == str(NURSE)
    await huddle.shows_nothing(huddle.meera)
    again = await huddle.end(version=3)
    assert (again.status_code, again.json()["code"]) == (409, "surgery_seat_already_ended")
    await huddle.maureen.post("/v1/surgery-seats", a_surgery_seat())


async def test_a_seat_ends_after_the_days_of_the_rule(huddle: Huddle) -> None:
    await put_back(
        huddle.caseload, "surgery_seat", huddle.kept["seat"]["id"], until_at=datetime(2026, 1, 1, tzinfo=UTC)
    )
    await huddle.shows_nothing(huddle.meera)


async def test_an_objection_takes_a_client_off_the_list_at_once(huddle: Huddle) -> None:
    await huddle.maureen.post(huddle.notes, a_surgery_note())
    assert (await huddle.stop()).json()["stop_reason"] == "objection"
    (told,) = await huddle.caseload.published("caseload", SurgeryShareStopped)
    assert (told.data["surgery_share_id"], told.data["reason"]) == (huddle.kept["share"]["id"], "objection")
    await huddle.shows_nothing(huddle.meera)
    again = await huddle.stop(version=2)
    assert (again.status_code, again.json()["code"]) == (409, "surgery_share_already_stopped")
    written = await huddle.maureen.nurse.post(huddle.notes, json=a_surgery_note())
    assert (written.status_code, written.json()["code"]) == (409, "not_shared_with_surgery")
    unasked = a_surgery_share(huddle.maureen.episode_id)
    refused = await huddle.maureen.nurse.post("/v1/surgery-shares", json=unasked)
    assert (refused.status_code, refused.json()["code"]) == (409, "client_objected")
    await huddle.maureen.post("/v1/surgery-shares", a_surgery_share(huddle.maureen.episode_id, basis="consent"))
    assert await names(huddle.meera) == ["Maureen"]


async def test_a_client_is_on_one_surgerys_list_at_a_time_and_takes_no_notes_along(huddle: Huddle) -> None:
    await huddle.maureen.post(huddle.notes, a_surgery_note("For the old surgery"))
    other = a_surgery_share(huddle.maureen.episode_id, ods_code=OTHER_SURGERY)
    refused = await huddle.maureen.nurse.post("/v1/surgery-shares", json=other)
    assert (refused.status_code, refused.json()["code"]) == (409, "already_on_a_list")
    await huddle.stop("another_surgery")
    await huddle.maureen.post("/v1/surgery-shares", other)
    await huddle.shows_nothing(huddle.meera)
    assert await names(huddle.oyin) == ["Maureen", "Olive"]
    assert (await huddle.oyin.get(huddle.notes)).json()["items"] == []


async def test_the_surgery_is_the_one_whose_gp_referred_where_none_is_named(huddle: Huddle) -> None:
    await huddle.stop("another_surgery")
    share = a_surgery_share(huddle.maureen.episode_id)
    del share["ods_code"]
    refused = await huddle.maureen.nurse.post("/v1/surgery-shares", json=share)
    assert (refused.status_code, refused.json()["code"]) == (422, "surgery_not_known")
    await put_back(huddle.caseload, "referral", huddle.maureen.referral_id, referrer_ods_code=SURGERY.lower())
    assert (await huddle.maureen.post("/v1/surgery-shares", share))["ods_code"] == SURGERY
    assert await names(huddle.meera) == ["Maureen"]


async def test_what_is_shared_ends_with_the_care(huddle: Huddle) -> None:
    ended = {"status": "finished", "ended_on": date(2026, 11, 20), "end_reason": "died"}
    await put_back(huddle.caseload, "episode_of_care", huddle.maureen.episode_id, **ended)
    await huddle.shows_nothing(huddle.meera)
    late = a_surgery_share(huddle.maureen.episode_id)
    refused = await huddle.maureen.nurse.post("/v1/surgery-shares", json=late)
    assert (refused.status_code, refused.json()["code"]) == (409, "not_in_care_then")


async def test_each_look_is_in_the_audit_trail(huddle: Huddle) -> None:
    client_id = huddle.maureen.client_id
    for path in ("/v1/surgery-list", huddle.notes):
        assert (await huddle.meera.get(path)).status_code == 200
        row = await newest(huddle.caseload.databases["caseload"])
        assert (row.subject, row.persona, row.purpose) == (AT_THE_SURGERY, "practice", "TREAT")
        assert [str(one) for one in row.client_ids] == [client_id]


async def test_another_team_gives_no_seat_and_shares_nobody_of_this_one(huddle: Huddle) -> None:
    stranger = await huddle.caseload.client("caseload", STRANGER)
    assert (await stranger.post("/v1/surgery-seats", json=a_surgery_seat())).status_code == 404
    share = a_surgery_share(huddle.maureen.episode_id)
    assert (await stranger.post("/v1/surgery-shares", json=share)).status_code == 404
    assert (await stranger.get(huddle.notes)).status_code == 404
    assert await names(stranger) == []
    for body in ({"ods_code": "Z 1"}, {"told_on": "2099-01-01"}, {"basis": "implied"}):
        wrong = await huddle.maureen.nurse.post("/v1/surgery-shares", json=share | body)
        assert wrong.status_code == 422
