"""A client is handed over for the night to a service that has no login, which accepts with a link and a code, once."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update

from services.caseload.domain.handover import Handover, HandoverNote
from services.caseload.events import HandoverAccepted, HandoverReturned, HandoverSent
from services.common.auth import SYSTEM
from tests.caseload.night import (
    AGNES,
    ORGANISATION,
    SISTER,
    Night,
    a_driver,
    a_handover,
    an_end_of_life,
    handed_over,
    later,
)
from tests.caseload.story import a_contact, a_plan, an_assessment, new_id, take_on
from tests.common.audited import newest
from tests.running import DEPUTY, NURSE, STRANGER, TEAM, Running

Changes = dict[str, Any]


@pytest.fixture
async def night(caseload: Running) -> Night:
    client = await take_on(caseload)
    plan = a_plan(client.episode_id)
    await client.post("/v1/assessments", an_assessment(client.episode_id))
    await client.post("/v1/care-plans", plan)
    await client.post(f"/v1/care-plans/{plan['id']}/agree", {"agreed_how": "in_person", "agreed_on": "2026-11-04"})
    await client.post("/v1/care-contacts", a_contact(client.episode_id))
    await client.post("/v1/end-of-life-plans", {"id": new_id(), "client_id": client.client_id, **an_end_of_life()})
    await client.post("/v1/syringe-drivers", a_driver(client.client_id))
    return await handed_over(caseload, client)


async def _set(night: Night, **values: Any) -> None:
    async with night.caseload.databases["caseload"].transaction(SYSTEM) as tx:
        await tx.session.execute(update(Handover).values(**values))


async def _refused(answer: Any, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


async def test_anonymous_is_refused_at_the_teams_side(caseload: Running) -> None:
    nobody = await caseload.client("caseload", None)
    for path in ("/v1/handovers", f"/v1/handovers/{new_id()}"):
        assert (await nobody.get(path)).status_code == 401
    assert (await nobody.post("/v1/handovers", json=a_handover(new_id()))).status_code == 401


async def test_the_other_side_accepts_and_sees_the_client_on_one_page(night: Night) -> None:
    answer = await night.accept()
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    told = answer.json()
    assert (told["handover"]["watch_for"], told["handover"]["who_to_call"]) == (
        "Rattling breath; pain on turning",
        [SISTER],
    )
    page = told["client"]
    assert (page["person"]["family_name"], page["person"]["nhs_number"]) == ("Tabor", "9990000204")
    assert [one["name"] for one in page["problems"]] == ["Social contact", "Skin"]
    assert [one["words"] for one in page["care_plan_lines"]] == ["Compression, two layers", "Help to wash, mornings"]
    assert page["latest_notes"][0]["words"] == "Wound clean; she laughed about the fair"
    assert page["end_of_life"]["respect"]["resuscitation"] == "do_not_attempt"
    assert page["end_of_life"]["just_in_case_box"]["where_kept"] == "Top of the wardrobe"
    (driver,) = page["syringe_drivers"]
    assert (driver["last_check"]["site"], driver["overdue"]) == ("Left upper arm", False)
    assert (await night.look()).json()["client"] == page
    read = await night.read()
    assert (read["status"], read["opened_by"], read["opened_as"]) == ("accepted", AGNES["name"], AGNES["role"])
    assert (read["client"], read["end_of_life_number"]) == (page, 1), "whoever is on call sees the same"


async def test_a_draft_has_no_link_and_what_is_sent_says_so_to_the_others(night: Night) -> None:
    sent, accepted = await night.read(), await night.accept()
    assert (sent["status"], accepted.json()["handover"]["status"]) == ("sent", "accepted")
    events = await night.caseload.published("caseload")
    told = [one for one in events if one.type in {HandoverSent.name, HandoverAccepted.name}]
    assert [one.type for one in told] == [HandoverSent.name, HandoverAccepted.name]
    assert all(one.data["handover_id"] == night.id and one.data["team_id"] == str(TEAM) for one in told)
    assert ORGANISATION not in str([one.model_dump_json() for one in events])


async def test_a_link_opens_once(night: Night) -> None:
    """Journey 5 of the caseload: a handover link used twice is gone."""
    assert (await night.accept()).status_code == 200
    await _refused(await night.accept(), 410, "link_used")
    await _refused(await night.accept(code="00000000"), 410, "link_used")


async def test_two_who_accept_at_once_are_not_both_let_in(night: Night) -> None:
    answers = await asyncio.gather(*(night.accept() for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 410, 410, 410]


async def test_a_wrong_code_counts_and_after_the_fifth_the_right_one_opens_nothing(night: Night) -> None:
    wrong = f"{(int(night.code) + 1) % 10**8:08}"
    for _ in range(5):
        await _refused(await night.accept(code=wrong), 403, "wrong_code")
    await _refused(await night.accept(), 410, "link_spent")
    row = await newest(night.caseload.databases["caseload"])
    assert (row.subject, row.reason_code) == (f"link: {night.id}", "link_spent")


async def test_a_link_that_nobody_handed_out_is_unknown(night: Night) -> None:
    night.link = night.link[::-1]
    await _refused(await night.accept(), 404, "link_unknown")
    night.link = "short"
    await _refused(await night.accept(), 422, "validation_failed")


@pytest.mark.parametrize("over", [{"accept_by": timedelta(seconds=-1)}, {"ends_at": timedelta(seconds=-1)}])
async def test_after_its_deadline_or_its_end_a_link_opens_nothing(night: Night, over: dict[str, timedelta]) -> None:
    async with night.caseload.databases["caseload"].transaction(SYSTEM) as tx:
        now = tx.now
    await _set(night, **{name: now + by for name, by in over.items()})
    await _refused(await night.accept(), 410, "link_ended")


async def test_sent_again_the_first_link_opens_nothing_and_the_second_does(night: Night) -> None:
    first, code = night.link, night.code
    again = await night.client.post(f"/v1/handovers/{night.id}/send", {"accept_by": later(minutes=20)})
    assert again["link"] != first
    await _refused(await night.accept(), 404, "link_unknown")
    night.link, night.code = again["link"], code
    if again["code"] != code:
        await _refused(await night.accept(), 403, "wrong_code")
    night.code = again["code"]
    assert (await night.accept()).status_code == 200


async def test_neither_the_link_nor_the_code_nor_the_pass_is_kept(night: Night) -> None:
    await night.accept()
    database = night.caseload.databases["caseload"]
    async with database.transaction(SYSTEM) as tx:
        whole = [text(f"""select string_agg(t::text, '|') from "{name}" t""") for name in database.metadata.tables]
        kept = str([await tx.all(one) for one in whole])
    assert "Rattling breath" in kept
    assert [secret for secret in (night.link, night.code, night.pass_key) if secret in kept] == []


async def test_what_is_written_back_is_theirs_and_not_among_the_teams_notes(night: Night) -> None:
    await night.accept()
    written = (await night.write_back("Gave morphine 2.5 mg at 02:10", name="Bola Ade", role="Paramedic")).json()
    assert (written["name"], written["role"], written["organisation"]) == ("Bola Ade", "Paramedic", ORGANISATION)
    read = await night.read()
    assert read["their_notes"] == [written]
    record = (await night.client.nurse.get(f"/v1/clients/{night.client.client_id}")).json()
    assert "morphine 2.5" not in str(record)
    assert "morphine 2.5" not in str(read["client"])


async def test_without_the_pass_nothing_more_is_seen_or_written(night: Night) -> None:
    await _refused(await night.write_back(pass_key="x" * 43), 403, "wrong_pass")
    await night.accept()
    night.pass_key = "x" * 43
    for answer in (await night.look(), await night.write_back(), await night.by_link("done", {"pass_key": "x" * 43})):
        await _refused(answer, 403, "wrong_pass")


async def test_a_note_sent_twice_is_kept_once(night: Night) -> None:
    await night.accept()
    note_id = new_id()
    assert (await night.write_back(id=note_id)).status_code == 201
    await _refused(await night.write_back(id=note_id), 409, "already_recorded")
    assert len((await night.read())["their_notes"]) == 1


async def test_when_the_other_side_is_done_the_link_ends_and_the_team_takes_the_client_back(night: Night) -> None:
    await night.accept()
    done = await night.by_link("done", {"pass_key": night.pass_key})
    assert (done.status_code, done.json()["status"]) == (200, "done")
    await _refused(await night.look(), 410, "link_ended")
    returned = await night.client.post(f"/v1/handovers/{night.id}/return", None)
    assert returned["status"] == "returned"
    assert len(await night.caseload.published("caseload", HandoverReturned)) == 1
    refused = await night.client.nurse.post(f"/v1/handovers/{night.id}/return", json=None)
    await _refused(refused, 409, "handover_over")
    again = await night.client.nurse.post(f"/v1/handovers/{night.id}/send", json={"accept_by": later(hours=1)})
    await _refused(again, 409, "handover_over")


async def test_the_team_ends_a_link_at_once(night: Night) -> None:
    await night.accept()
    await night.client.post(f"/v1/handovers/{night.id}/return", None)
    for answer in (await night.look(), await night.write_back()):
        await _refused(answer, 410, "link_ended")


async def test_every_look_is_on_record_with_the_organisations_name_and_in_the_clients_report(night: Night) -> None:
    await night.accept()
    await night.look()
    row = await newest(night.caseload.databases["caseload"])
    told = (row.subject, row.entity_type, str(row.entity_id), row.purpose)
    assert told == (f"link: {night.id}", "handover", night.id, "TREAT")
    assert ORGANISATION not in str(row._asdict()), "what a person wrote is not in the trail"
    assert list(map(str, row.client_ids)) == [night.client.client_id]
    assert night.link not in str(row._asdict())
    report = (await night.client.nurse.get(f"/v1/clients/{night.client.client_id}/access-report")).json()["items"]
    theirs = [one["what"] for one in report if one["system"] == f"link: {ORGANISATION}"]
    assert len(theirs) == 2
    assert theirs[1].startswith("Accept a handover")


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"ends_at": later(hours=-1)}, 422, "validation_failed"),
        ({"ends_at": later(hours=120)}, 422, "handover_too_long"),
        ({"on_call_id": str(STRANGER)}, 409, "not_in_the_team"),
        ({"client_id": new_id()}, 404, "not_found"),
        ({"who_to_call": [SISTER] * 11}, 422, "validation_failed"),
        ({"watch_for": " "}, 422, "validation_failed"),
    ],
)
async def test_a_handover_that_cannot_be_is_refused(
    caseload: Running, changes: Changes, status: int, code: str
) -> None:
    client = await take_on(caseload)
    answer = await client.nurse.post("/v1/handovers", json=a_handover(client.client_id) | changes)
    await _refused(answer, status, code)


@pytest.mark.parametrize("accept_by", [{"minutes": -1}, {"hours": 16}])
async def test_a_deadline_lies_ahead_and_before_the_end(caseload: Running, accept_by: dict[str, int]) -> None:
    client = await take_on(caseload)
    handover = await client.post("/v1/handovers", a_handover(client.client_id))
    at = f"/v1/handovers/{handover['id']}/send"
    refused = await client.nurse.post(at, json={"accept_by": later(**accept_by)})
    await _refused(refused, 422, "deadline_out_of_reach")
    back = await client.nurse.post(f"/v1/handovers/{handover['id']}/return", json=None)
    await _refused(back, 409, "handover_not_sent")


async def test_a_change_on_an_older_version_is_refused(night: Night) -> None:
    stale = {"If-Match": '"1"'}
    for verb, body in (("send", {"accept_by": later(hours=1)}), ("return", None)):
        answer = await night.client.nurse.post(f"/v1/handovers/{night.id}/{verb}", json=body, headers=stale)
        await _refused(answer, 412, "precondition_failed")


async def test_handovers_are_listed_by_client_and_state(night: Night) -> None:
    async def listed(**asked: str) -> list[str]:
        answer = await night.client.nurse.get("/v1/handovers", params=asked)
        return [one["id"] for one in answer.json()["items"]]

    draft = (await night.client.post("/v1/handovers", a_handover(night.client.client_id)))["id"]
    assert await listed() == [draft, night.id]
    assert await listed(status="sent", client_id=night.client.client_id) == [night.id]
    assert await listed(status="expired") == []


async def test_the_rows_are_those_of_the_clients_team(night: Night) -> None:
    await night.accept()
    await night.write_back()
    async with night.caseload.databases["caseload"].transaction(SYSTEM) as tx:
        handover = (await tx.all(select(Handover)))[0]
        note = (await tx.all(select(HandoverNote)))[0]
    assert (handover.team_id, note.team_id) == (TEAM, TEAM)
    assert (handover.written_by, handover.sent_by, handover.on_call_id) == (NURSE, NURSE, DEPUTY)
