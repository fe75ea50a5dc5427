"""What is known of a client's home: written by whoever was there, read by whoever comes next."""

import pytest

from tests.caseload.story import OnCaseload, take_on
from tests.caseload.sync.rounds import HOME, has_home
from tests.running import DEPUTY, NURSE, STRANGER, Running


@pytest.fixture
async def client(caseload: Running) -> OnCaseload:
    return await take_on(caseload)


async def test_anonymous_is_refused(caseload: Running, client: OnCaseload) -> None:
    nobody = await caseload.client("caseload", None)
    assert (await nobody.get(f"/v1/clients/{client.client_id}/home")).status_code == 401


async def test_a_home_is_written_by_one_and_read_by_the_next(caseload: Running, client: OnCaseload) -> None:
    path, deputy = f"/v1/clients/{client.client_id}/home", await caseload.client("caseload", DEPUTY)
    assert (await deputy.get(path)).status_code == 404
    made = await has_home(client)
    read = await deputy.get(path)
    assert read.json() == made.json()
    assert {name: read.json()[name] for name in HOME} == HOME
    changed = await deputy.put(path, json={"signal_at_home": "weak"}, headers={"If-Match": read.headers["ETag"]})
    told = (changed.json()["getting_in"], changed.json()["risks"], changed.json()["signal_at_home"])
    assert told == (None, [], "weak")
    assert (made.json()["written_by"], changed.json()["written_by"]) == (str(NURSE), str(DEPUTY))


async def test_nobody_writes_over_what_they_have_not_read(client: OnCaseload) -> None:
    path = f"/v1/clients/{client.client_id}/home"
    early = await client.nurse.put(path, json=HOME, headers={"If-Match": '"1"'})
    assert early.status_code == 412
    await has_home(client)
    for headers in ({"If-None-Match": "*"}, {"If-Match": '"7"'}):
        assert (await client.nurse.put(path, json=HOME, headers=headers)).status_code == 412
    assert (await client.nurse.put(path, json=HOME, auth=None)).status_code == 428


async def test_another_teams_nurse_finds_no_home(caseload: Running, client: OnCaseload) -> None:
    await has_home(client)
    stranger, path = await caseload.client("caseload", STRANGER), f"/v1/clients/{client.client_id}/home"
    for answer in (
        await stranger.get(path),
        await stranger.put(path, json=HOME, headers={"If-Match": '"1"'}),
        await stranger.put(path, json=HOME, headers={"If-None-Match": "*"}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("wrong", [{"signal_at_home": "perfect"}, {"risks": ["x"] * 21}, {"door": "4711"}])
async def test_what_is_no_home_is_refused(client: OnCaseload, wrong: dict[str, object]) -> None:
    path = f"/v1/clients/{client.client_id}/home"
    answer = await client.nurse.put(path, json=HOME | wrong, headers={"If-None-Match": "*"})
    assert answer.status_code == 422
