"""A handover that the other side answers by its own system: accepted, declined or done, as by the link."""

from datetime import datetime
from typing import Any

import pytest

from services.caseload.events import AlertRaised, HandoverAccepted, HandoverDeclined, HandoverDone
from tests.caseload.night import Night, a_handover, handed_over, later
from tests.caseload.story import take_on
from tests.caseload.test_handover_expiry import let_the_deadline_pass
from tests.running import DEPUTY, Running, until


@pytest.fixture
async def night(caseload: Running) -> Night:
    return await handed_over(caseload, await take_on(caseload), ods_code="RRV00")


async def answer(night: Night, status: str, version: int = 1, sent_at: str | None = None) -> None:
    """In milliseconds, as a Task tells when it was sent."""
    sent_at = sent_at or (await night.read())["sent_at"]
    sent = datetime.fromisoformat(sent_at).isoformat(timespec="milliseconds")
    told = {"handover_id": night.id, "client_id": night.client.client_id, "sent_at": sent, "status": status}
    await night.caseload.deliver("caseload", "interop.handover.answered.v1", told, version=version)


async def open_alerts(night: Night) -> list[Any]:
    items: list[Any] = (await night.client.nurse.get("/v1/alerts", params={"open": True})).json()["items"]
    return [one for one in items if one["kind"] == "handover_not_accepted"]


async def test_accepted_by_their_system_the_link_shows_whoever_goes_what_is_to_be_done(night: Night) -> None:
    for version in (1, 2):
        await answer(night, "accepted", version)
    read = await night.read()
    assert (read["status"], read["ods_code"], read["opened_by"]) == ("accepted", "RRV00", None)
    (told,) = await night.caseload.published("caseload", HandoverAccepted)
    assert told.data["ods_code"] == "RRV00"
    opened = await night.accept()
    assert (opened.status_code, opened.json()["handover"]["watch_for"]) == (200, "Rattling breath; pain on turning")
    assert (await night.read())["accepted_at"] == read["accepted_at"]
    assert len(await night.caseload.published("caseload", HandoverAccepted)) == 1
    await answer(night, "rejected", 3)
    assert (await night.read())["status"] == "accepted", "who has a client gives them back by a word to the team"
    await answer(night, "completed", 4)
    (done,) = await night.caseload.published("caseload", HandoverDone)
    assert ((await night.read())["status"], done.data["accepted_at"]) == ("done", told.data["accepted_at"])


async def test_declined_whoever_is_on_call_is_warned_at_once(night: Night) -> None:
    await answer(night, "rejected")
    assert (await night.read())["status"] == "declined"
    (told,) = await night.caseload.published("caseload", HandoverDeclined)
    assert told.data["on_call_id"] == str(DEPUTY)
    (alert,) = await open_alerts(night)
    assert (alert["subject_id"], alert["for_employee_id"]) == (night.id, str(DEPUTY))
    assert (await night.accept()).status_code == 410
    again = await night.client.post(f"/v1/handovers/{night.id}/send", {"accept_by": later(hours=1)})
    assert (again["handover"]["status"], await open_alerts(night)) == ("sent", [])


async def test_an_answer_that_crosses_the_deadline_counts_and_the_warning_ends(caseload: Running, night: Night) -> None:
    await let_the_deadline_pass(caseload)
    assert len(await until(lambda: open_alerts(night))) == 1
    await answer(night, "rejected")
    assert (await night.read())["status"] == "expired"
    await answer(night, "accepted", 2)
    assert ((await night.read())["status"], await open_alerts(night)) == ("accepted", [])
    assert len(await caseload.published("caseload", AlertRaised)) == 1


async def test_an_answer_is_to_what_was_sent_then(night: Night) -> None:
    first = (await night.read())["sent_at"]
    await night.client.post(f"/v1/handovers/{night.id}/send", {"accept_by": later(hours=1)})
    await answer(night, "rejected", sent_at=first)
    assert (await night.read())["status"] == "sent"


async def test_what_the_team_took_back_is_not_accepted(night: Night) -> None:
    await night.client.post(f"/v1/handovers/{night.id}/return", None)
    for version, status in enumerate(("accepted", "rejected", "completed"), 1):
        await answer(night, status, version)
    assert (await night.read())["status"] == "returned"
    assert await night.caseload.published("caseload", HandoverAccepted) == []


async def test_an_ods_code_that_is_none_is_refused(night: Night) -> None:
    refused = await night.client.nurse.post("/v1/handovers", json=a_handover(night.client.client_id, ods_code="no!"))
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/body/ods_code")
