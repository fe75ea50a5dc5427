"""A GP opens a client's summary by a link and a code, once; what was opened is on record and in the client's report."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from services.caseload.domain.summary_share import SummaryShare
from services.common.auth import SYSTEM
from tests.caseload.night import a_summary_share
from tests.caseload.story import OnCaseload, a_contact, new_id, take_on
from tests.running import STRANGER, Running

GP = {"name": "Dr Amin", "role": "GP"}


@pytest.fixture
async def client(caseload: Running) -> OnCaseload:
    made = await take_on(caseload)
    await made.post("/v1/care-contacts", a_contact(made.episode_id))
    return made


async def opened(caseload: Running, shared: Any, **changes: str) -> Any:
    outside = await caseload.client("caseload", None)
    return await outside.post(f"/open/summaries/{shared['link']}/open", json={"code": shared["code"], **GP, **changes})


async def test_anonymous_is_refused_at_the_teams_side(caseload: Running) -> None:
    nobody = await caseload.client("caseload", None)
    assert (await nobody.get("/v1/summary-shares")).status_code == 401
    assert (await nobody.post("/v1/summary-shares", json=a_summary_share(new_id()))).status_code == 401


async def test_a_gp_opens_the_summary_and_the_look_is_in_the_log(caseload: Running, client: OnCaseload) -> None:
    shared = await client.post("/v1/summary-shares", a_summary_share(client.client_id))
    told = (await opened(caseload, shared)).json()
    assert (told["client_id"], told["client"]["person"]["given_name"]) == (client.client_id, "Maureen")
    assert told["client"]["latest_notes"][0]["words"] == "Wound clean; she laughed about the fair"
    assert told["client"]["end_of_life"] is None
    read = (await client.nurse.get(f"/v1/summary-shares/{shared['share']['id']}")).json()
    assert (read["opened_by"], read["opened_as"]) == ("Dr Amin", "GP")
    report = (await client.nurse.get(f"/v1/clients/{client.client_id}/access-report")).json()["items"]
    assert [one["purpose"] for one in report if one["system"] == "link: Barrow Surgery"] == ["TREAT"]


async def test_it_opens_once_and_only_with_its_code(caseload: Running, client: OnCaseload) -> None:
    shared = await client.post("/v1/summary-shares", a_summary_share(client.client_id))
    wrong = f"{(int(shared['code']) + 1) % 10**8:08}"
    statuses = [(await opened(caseload, shared, code=code)).status_code for code in (wrong, shared["code"], wrong)]
    assert statuses == [403, 200, 410]


async def test_withdrawn_or_after_a_week_it_opens_nothing(caseload: Running, client: OnCaseload) -> None:
    first = await client.post("/v1/summary-shares", a_summary_share(client.client_id))
    second = await client.post("/v1/summary-shares", a_summary_share(client.client_id))
    await client.post(f"/v1/summary-shares/{first['share']['id']}/withdraw", None)
    again = await client.nurse.post(f"/v1/summary-shares/{first['share']['id']}/withdraw", json=None)
    assert (again.status_code, again.json()["code"]) == (409, "summary_share_ended")
    async with caseload.databases["caseload"].transaction(SYSTEM) as tx:
        await tx.session.execute(update(SummaryShare).values(until_at=tx.now - timedelta(seconds=1)))
    for shared in (first, second):
        refused = await opened(caseload, shared)
        assert (refused.status_code, refused.json()["code"]) == (410, "link_ended")


async def test_a_handovers_link_opens_no_summary(caseload: Running, client: OnCaseload) -> None:
    shared = await client.post("/v1/summary-shares", a_summary_share(client.client_id))
    outside = await caseload.client("caseload", None)
    body = {"code": shared["code"], **GP}
    assert (await outside.post(f"/open/handovers/{shared['link']}/accept", json=body)).status_code == 404


async def test_shares_are_listed_for_the_clients_own_team(caseload: Running, client: OnCaseload) -> None:
    shared = await client.post("/v1/summary-shares", a_summary_share(client.client_id))
    listed = (await client.nurse.get("/v1/summary-shares", params={"client_id": client.client_id})).json()["items"]
    assert [one["id"] for one in listed] == [shared["share"]["id"]]
    stranger = await caseload.client("caseload", STRANGER)
    assert (await stranger.get("/v1/summary-shares")).json()["items"] == []
