"""A cursor leads on in one list, with its filters, for whom it was given to, and is of no use for anything else."""

import base64
from typing import Any

import pytest

from tests.caseload.story import a_referral
from tests.running import OTHER_TEAM, STRANGER, TEAM, Running

PATH = "/v1/referrals"


async def first_page(system: Running, **asked: Any) -> tuple[Any, str]:
    """A nurse with three referrals, and the cursor after the first of them."""
    nurse = await system.nurse("caseload")
    for _ in range(3):
        assert (await nurse.post(PATH, json=a_referral())).status_code == 201
    page = (await nurse.get(PATH, params={"limit": 1, **asked})).json()
    return nurse, page["next_cursor"]


def refused(answer: Any) -> None:
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_cursor"), answer.text
    assert answer.json()["errors"][0]["pointer"] == "/query/cursor"
    assert "leave cursor out" in answer.json()["errors"][0]["way_out"]


async def test_a_cursor_leads_on_whatever_the_length_of_the_page(caseload: Running) -> None:
    nurse, cursor = await first_page(caseload)
    page = (await nurse.get(PATH, params={"limit": 2, "cursor": cursor})).json()
    assert (len(page["items"]), page["next_cursor"]) == (2, None)


@pytest.mark.parametrize("place", [0, 10, 21, 22, 30, 42])
async def test_an_edited_cursor_is_refused(caseload: Running, place: int) -> None:
    nurse, cursor = await first_page(caseload)
    other = "A" if cursor[place] != "A" else "B"
    refused(await nurse.get(PATH, params={"cursor": cursor[:place] + other + cursor[place + 1 :]}))


async def test_a_cursor_is_taken_letter_for_letter(caseload: Running) -> None:
    nurse, cursor = await first_page(caseload)
    raw = base64.urlsafe_b64decode(cursor + "==")
    for edited in (cursor + "=", cursor + "A", cursor[:-1], f" {cursor}", base64.urlsafe_b64encode(raw[:16]).decode()):
        refused(await nurse.get(PATH, params={"cursor": edited}))


async def test_a_cursor_of_somebody_else_is_refused(caseload: Running) -> None:
    _, cursor = await first_page(caseload)
    await caseload.join("caseload", team=OTHER_TEAM, employee=STRANGER)
    refused(await (await caseload.client("caseload", STRANGER)).get(PATH, params={"cursor": cursor}))


async def test_a_cursor_of_another_list_is_refused(caseload: Running) -> None:
    nurse, cursor = await first_page(caseload)
    refused(await nurse.get("/v1/clients", params={"cursor": cursor}))


async def test_a_cursor_of_other_filters_is_refused(caseload: Running) -> None:
    nurse, cursor = await first_page(caseload, team_id=str(TEAM), status="received")
    refused(await nurse.get(PATH, params={"cursor": cursor}))
    refused(await nurse.get(PATH, params={"cursor": cursor, "team_id": str(TEAM), "status": "accepted"}))
    again = await nurse.get(PATH, params={"status": "received", "team_id": str(TEAM), "cursor": cursor, "limit": 5})
    assert len(again.json()["items"]) == 2
