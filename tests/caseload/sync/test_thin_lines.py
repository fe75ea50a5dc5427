"""The day pack over a thin line: nothing twice, packed where asked for, and always on record."""

import gzip
from typing import Any

import pytest

from services.caseload.api.packed import takes_gzip
from tests.caseload.story import OnCaseload, a_contact, take_on
from tests.caseload.sync.rounds import at, has_home, pack, planned, pulled, quiet, sync_from
from tests.running import DEPUTY, Running, owner

READS = "select client_ids, outcome, entity_type from audit_event where operation = $1 order by seq"


@pytest.fixture
async def client(caseload: Running) -> OnCaseload:
    made = await take_on(caseload)
    await planned(caseload, made.client_id, at("08:30"))
    return made


async def test_what_has_not_changed_is_not_sent_again(client: OnCaseload) -> None:
    first = await pack(client.nurse)
    again = await client.nurse.get("/v1/day", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert not first.headers["ETag"].startswith("W/")
    await has_home(client)
    changed = await pack(client.nurse, **{"If-None-Match": first.headers["ETag"]})
    assert changed.headers["ETag"] != first.headers["ETag"]


async def test_what_changes_elsewhere_in_the_team_changes_nothing_on_this_round(
    caseload: Running, client: OnCaseload
) -> None:
    await quiet(caseload)
    first = await pack(client.nurse)
    other = await take_on(caseload, given_name="Bernard", nhs_number="9990000212")
    await quiet(caseload)
    again = await client.nurse.get("/v1/day", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    # It says where to go on all the same, which is after what changed elsewhere.
    assert await pulled(caseload, client.nurse, again.headers["Sync-From"]) == []
    changes = await pulled(caseload, client.nurse, first.headers["Sync-From"])
    assert {change["client_id"] for change in changes} == {other.client_id}


async def test_it_is_gzipped_where_it_is_asked_for(client: OnCaseload) -> None:
    plain = await pack(client.nurse, **{"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    async with client.nurse.stream("GET", "/v1/day", headers={"Accept-Encoding": "gzip"}) as answer:
        raw = b"".join([part async for part in answer.aiter_raw()])
        assert (answer.headers["content-encoding"], answer.headers["vary"]) == ("gzip", "Accept-Encoding")
    assert gzip.decompress(raw) == plain.content
    assert len(raw) < len(plain.content) / 2
    assert answer.headers["ETag"] != plain.headers["ETag"]
    for held in (plain.headers["ETag"], answer.headers["ETag"], f'"other", W/{plain.headers["ETag"]}', "*"):
        assert (await client.nurse.get("/v1/day", headers={"If-None-Match": held})).status_code == 304


@pytest.mark.parametrize(
    ("accepted", "zips"),
    [
        ("", False),
        ("gzip", True),
        ("br, GZIP;q=0.5", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000, *", False),
        ("*", True),
        ("deflate, identity", False),
        ("*;q=0", False),
    ],
)
def test_gzip_is_taken_as_the_header_says(accepted: str, zips: bool) -> None:
    assert takes_gzip(accepted) is zips


async def test_every_client_of_a_pack_is_on_record_where_nothing_had_changed_as_well(
    caseload: Running, client: OnCaseload
) -> None:
    second = await take_on(caseload, given_name="Bernard", nhs_number="9990000212")
    await planned(caseload, second.client_id, at("12:00"))
    first = await pack(client.nurse)
    await client.nurse.get("/v1/day", headers={"If-None-Match": first.headers["ETag"]})
    rows = await _on_record(caseload, "GET /v1/day")
    whose = sorted([client.client_id, second.client_id])
    assert [(sorted(map(str, row["client_ids"])), row["outcome"]) for row in rows] == [(whose, 0), (whose, 0)]


async def test_what_is_pulled_is_on_record(client: OnCaseload, caseload: Running) -> None:
    since = await sync_from(caseload, client.nurse)
    await client.post("/v1/care-contacts", a_contact(client.episode_id))
    await pulled(caseload, client.nurse, since)
    (row,) = await _on_record(caseload, "GET /v1/sync/pull")
    assert [str(one) for one in row["client_ids"]] == [client.client_id]


async def _on_record(caseload: Running, operation: str) -> list[Any]:
    async with owner(caseload.databases["caseload"].url) as connection:
        return list(await connection.fetch(READS, operation))


async def test_a_round_costs_the_same_statements_however_many_clients_it_has(
    caseload: Running, client: OnCaseload, statements: Any
) -> None:
    await pack(client.nurse)
    database = caseload.databases["caseload"]
    with statements(database) as few:
        first = await pack(client.nurse)
    for number in range(4):
        another = await take_on(caseload, given_name=f"Bernard {number}", nhs_number=None)
        await another.post("/v1/care-contacts", a_contact(another.episode_id))
        await planned(caseload, another.client_id, at(f"1{number}:00"))
    with statements(database) as many:
        grown = await pack(client.nurse)
    with statements(database) as unchanged:
        await client.nurse.get("/v1/day", headers={"If-None-Match": grown.headers["ETag"]})
    deputy = await caseload.client("caseload", DEPUTY)
    with statements(database) as covered:
        await pack(deputy, f"/v1/day?employee_id={first.json()['employee_id']}")
    # Who acts, the rules, their teams, how to plan, the round, and the audit trail.
    assert [len(one) for one in (few, many, unchanged, covered)] == [6, 6, 6, 6]
    since = first.headers["Sync-From"]
    await quiet(caseload)
    with statements(database) as caught:
        page = (await pack(client.nurse, f"/v1/sync/pull?since={since}")).json()
    with statements(database) as nothing:
        await pack(client.nurse, f"/v1/sync/pull?since={page['next']}")
    # Who acts, their teams, how to plan, the page, and the audit trail.
    assert (len(page["changes"]) > 16, len(caught), len(nothing)) == (True, 5, 5)
