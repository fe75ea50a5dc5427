"""A council that takes nothing that is sent fetches one file for each day: the feed's rows, adding up, and no more."""

import asyncio
import csv
import hashlib
import io
from typing import Any
from uuid import UUID

import pytest
from uuid6 import uuid7

from services.common.audit.tables import EVENT
from services.interop.store import daily
from tests.common.audited import trail
from tests.interop.council import (
    SECRET,
    agree,
    days_ago,
    end,
    queued,
    sent,
    settled,
    start_reablement,
    support,
    take_on,
    withdraw,
)
from tests.interop.records import Caseload
from tests.interop.submitting import standing
from tests.interop.test_council_ways import SHARED, TOLD, reviewed_at
from tests.interop.test_reconciliation import figures, reckoned
from tests.interop.ways import Ends, Files, register
from tests.running import Running

SYSTEM = "westmere-las"
NOTHING = {"sha256": "0" * 64, "rows": 0, "control_totals": {}}
# What one delivery has and another of the same fact has not.
OF_DELIVERY = {"delivery_id"}
LONG_AGO = "queued_at = queued_at - interval '2 days'"


def path(day: str | None = None) -> str:
    return f"/v1/social-care/days/{day or days_ago(0)}"


@pytest.fixture
async def fetcher(ends: Ends) -> Any:
    return await ends.system.client("interop", SYSTEM, "integrator")


async def daily_connection(system: Running) -> dict[str, Any]:
    return await register(system, adapter="daily_csv", refers_as=SYSTEM)


async def fetched(fetcher: Any) -> tuple[list[dict[str, str]], str]:
    """The rows, and the checksum that is to be acknowledged; they are what the manifest says."""
    answer = await fetcher.get(f"{path()}/facts.csv")
    assert answer.status_code == 200, answer.text
    told = (await fetcher.get(path())).json()
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    digest = hashlib.sha256(answer.content).hexdigest()
    assert (told["sha256"], told["rows"]) == (digest, len(rows))
    total = sum(int(row["personal_care_minutes"] or 0) for row in rows)
    assert (told["control_totals"]["personal_care_minutes"], told["waiting"]) == (total, 0)
    return rows, digest


async def taken(fetcher: Any, **changes: Any) -> Any:
    told = (await fetcher.get(path())).json()
    body = {name: told[name] for name in ("sha256", "rows", "control_totals")} | changes
    return await fetcher.post(f"{path()}/acknowledgements", json=body)


async def test_the_file_of_a_day_has_the_rows_that_are_dropped_elsewhere_and_the_day_adds_up(
    ends: Ends, caseload: Caseload, fetcher: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Three rows come in more than one piece.
    monkeypatch.setattr(daily, "AT_ONCE", 2)
    system, made = ends.system, await daily_connection(ends.system)
    client_id = await take_on(system, caseload)
    await agree(system, client_id, made["id"], fields=SHARED)
    for minutes in (10, 20):
        await support(system, client_id, minutes)
    await start_reablement(system, client_id)
    waiting = (await fetcher.get(path())).json()
    assert (waiting["rows"], waiting["waiting"]) == (3, 3)
    assert figures(await reckoned(system)) == (2, 0, 0), "nobody has fetched it"
    assert {one["attempts"] for one in await sent(system)} == {0}, "nobody tries to send it"
    rows, _ = await fetched(fetcher)
    facts = [{name: value for name, value in row.items() if value and name in SHARED} for row in rows]
    assert facts == [{name: str(value) for name, value in one.items()} for one in TOLD]
    assert figures(await reckoned(system)) == (2, 2, 0), "what was fetched is not yet taken"
    trails = await trail(system.databases["interop"], EVENT)
    accesses = [row for row in trails if row.operation == "fetch a day's facts"]
    assert {(row.subject, row.persona) for row in accesses} == {(f"connection:{made['id']}", "council")}
    assert [row.client_ids for row in accesses] == [[UUID(client_id)]] * 2, "one for each piece"
    rejected = [{"delivery_id": rows[1]["delivery_id"], "reason": "unknown case id"}]
    for _ in range(2):
        answer = await taken(fetcher, rejected=rejected)
        assert (answer.status_code, answer.json()) == (200, {"acknowledged": 2, "rejected": 1}), answer.text
    line = await reckoned(system)
    assert (figures(line), line["differences"][0]["reason"]) == ((2, 2, 1), "unknown case id")
    (standing_of,) = (await (await system.client("interop", "ops-1", "ops")).get("/v1/connections")).json()["items"]
    assert (standing_of["state"], standing_of["waiting"]) == ("working", 0)


async def test_the_rows_are_those_of_a_folder(ends: Ends, caseload: Caseload, fetcher: Any) -> None:
    system, made = ends.system, await daily_connection(ends.system)
    folder, _ = await ends.by("folder")
    client_id = await take_on(system, caseload)
    for connection in (made, folder):
        await agree(system, client_id, connection["id"], fields=SHARED)
    await support(system, client_id)
    await settled(system, "sent")
    rows, _ = await fetched(fetcher)
    dropped = Files(ends.folder / folder["id"]).left()
    assert [_without(row) for row in rows] == [_without(row) for row in dropped]


def _without(row: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in row.items() if name not in OF_DELIVERY}


async def test_what_is_shared_no_longer_is_in_no_file_whether_it_was_fetched_or_not(
    ends: Ends, caseload: Caseload, fetcher: Any, statements: Any
) -> None:
    system, made = ends.system, await daily_connection(ends.system)
    shares = []
    for number in range(4):
        client_id = await take_on(system, caseload)
        shares.append(await agree(system, client_id, made["id"], council_ref=f"LAS-{number}"))
        await support(system, client_id)
        if number == 0:
            assert [row["council_ref"] for row in (await fetched(fetcher))[0]] == ["LAS-0"]
    await withdraw(system, shares[0])
    for ended in shares[1], shares[3]:
        await end(system, ended)
    with statements(system.databases["interop"]) as seen:
        rows, _ = await fetched(fetcher)
    assert sum(one.startswith("UPDATE submission") for one in seen) == 1, "one for all shares that ended"
    told = [(row["council_ref"], row["type"], bool(row["personal_care_minutes"])) for row in rows]
    assert told == [("LAS-2", "support_given", True), ("LAS-0", "share_withdrawn", False)]
    assert len(await settled(system, "withdrawn", 2)) == 2, "what waited until the share had ended waits no more"
    accesses = [row for row in await trail(system.databases["interop"], EVENT) if row.entity_id == UUID(made["id"])]
    told_of = {UUID(shares[0]["client_id"]), UUID(shares[2]["client_id"])}
    assert {row.operation for row in accesses[-2:]} == {"fetch a day's facts", f"GET {path('{day}')}"}, accesses[-2:]
    assert [set(row.client_ids) for row in accesses[-2:]] == [told_of] * 2, "nobody is told of those who share no more"


async def test_what_waited_before_is_named_by_its_day_or_fetched_today(
    ends: Ends, caseload: Caseload, fetcher: Any
) -> None:
    system, made = ends.system, await daily_connection(ends.system)
    ops, client_id = await system.client("interop", "ops-1", "ops"), await take_on(system, caseload)
    await agree(system, client_id, made["id"])
    for minutes in (10, 20, 30):
        await support(system, client_id, minutes)

    await system.alter("interop", f"update council_delivery set {LONG_AGO}")
    assert await named(fetcher) == (0, [days_ago(2)])
    assert (await fetcher.get(path(days_ago(2)))).json()["days_waiting"] == []
    await system.alter("interop", "update council_delivery set status = 'dead'")
    assert await named(fetcher) == (0, [])
    first = (await sent(system, status="dead"))[0]["id"]
    assert (await ops.post(f"/v1/deliveries/{first}/replay")).status_code == 200
    assert await named(fetcher) == (1, []), "it is a row of today"
    assert (await ops.post(f"/v1/connections/{made['id']}/replay")).json() == {"deliveries": 2}
    assert await named(fetcher) == (3, [])


async def test_what_waits_for_a_council_that_fetches_from_now_on_is_in_the_file_of_today(
    ends: Ends, caseload: Caseload, fetcher: Any
) -> None:
    system, made = ends.system, await daily_connection(ends.system)
    ops, client_id = await system.client("interop", "ops-1", "ops"), await take_on(system, caseload)
    await agree(system, client_id, made["id"])
    for minutes in (10, 20):
        await support(system, client_id, minutes)
    # Until now its facts were dropped in a folder, and the next try was far off.
    await system.alter("interop", f"update council_delivery set due_at = now() + interval '1 hour', {LONG_AGO}")
    await system.alter("interop", "update connection set adapter = 'folder'")
    switched = {"name": made["name"], "adapter": "daily_csv", "refers_as": SYSTEM}
    assert (await ops.put(f"/v1/connections/{made['id']}", json=switched)).status_code == 200
    assert await named(fetcher) == (2, [])
    minutes_told = [row["personal_care_minutes"] for row in (await fetched(fetcher))[0]]
    assert minutes_told == ["11", "21"], "in their order"


async def named(fetcher: Any) -> tuple[int, list[str]]:
    """How many rows of today wait, and of which days before."""
    told = (await fetcher.get(path())).json()
    return told["waiting"], told["days_waiting"]


async def test_a_reviewed_change_is_sent_when_it_is_fetched_and_waits_for_the_councils_word(
    ends: Ends, caseload: Caseload, fetcher: Any
) -> None:
    guest, submission = await reviewed_at(ends, caseload, await daily_connection(ends.system))
    assert (await standing(guest, submission, "ready"))["sent_at"] is None
    rows, _ = await fetched(fetcher)
    await standing(guest, submission, "sent")
    row = next(one for one in rows if one["type"] == "care_plan_change_submitted")
    await taken(fetcher, rejected=[{"delivery_id": row["delivery_id"], "reason": "unknown case id"}])
    assert (await standing(guest, submission, "rejected"))["reason"] == "unknown case id"


async def test_who_may_not_fetch_is_refused(ends: Ends, fetcher: Any) -> None:
    system = ends.system
    await daily_connection(system)
    await register(system, url="https://council.example/events", secret=SECRET, refers_as="by-webhook")
    ungranted = await system.client("interop", SYSTEM, "integrator", scope="agency-care:write")
    nobody, nurse = await system.client("interop", None), await system.nurse("interop")
    others = [await system.client("interop", name, "integrator") for name in ("another", "by-webhook")]
    callers = (nobody, nurse, ungranted, *others)
    for at in (path(), f"{path()}/facts.csv"):
        assert [(await one.get(at)).status_code for one in callers] == [401, 403, 403, 404, 404]
    acknowledging = [(await one.post(f"{path()}/acknowledgements", json=NOTHING)).status_code for one in callers]
    assert acknowledging == [401, 403, 403, 404, 404]
    assert (await others[0].get(path())).json()["code"] == "no_daily_file"
    for day in (days_ago(-1), "2026-02-30", "yesterday"):
        for at in (path(day), f"{path(day)}/facts.csv"):
            refused = await fetcher.get(at)
            assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/path/day"), refused.text


async def test_one_system_fetches_for_one_connection(ends: Ends, fetcher: Any) -> None:
    """Named for a second one it is refused there, so that the first goes on."""
    system, made = ends.system, await daily_connection(ends.system)
    ops, again = await system.client("interop", "ops-1", "ops"), {"adapter": "daily_csv", "refers_as": SYSTEM}
    other = await register(system, adapter="daily_csv", refers_as="eastmere-las")
    for connection_id in (str(uuid7()), other["id"]):
        refused = await ops.put(f"/v1/connections/{connection_id}", json={"name": "Eastmere", **again})
        (error,) = refused.json()["errors"]
        assert (refused.status_code, error["code"]) == (409, "fetched_for_another"), refused.text
        assert error["pointer"] == "/body/refers_as"
    await register(system, adapter="portal", refers_as=SYSTEM)
    renamed = await ops.put(f"/v1/connections/{made['id']}", json={"name": "Westmere", **again})
    assert (renamed.status_code, (await fetcher.get(path())).status_code) == (200, 200)


async def test_of_two_that_name_a_system_at_once_one_is_refused(ends: Ends) -> None:
    ops, one = await ends.system.client("interop", "ops-1", "ops"), {"adapter": "daily_csv", "refers_as": SYSTEM}
    places = [f"/v1/connections/{uuid7()}" for _ in range(5)]
    answers = await asyncio.gather(*(ops.put(place, json={"name": "Eastmere", **one}) for place in places))
    assert sorted(answer.status_code for answer in answers)[1:] == [409] * 4, [answer.text for answer in answers]


async def test_a_file_that_is_not_the_days_is_not_acknowledged_and_the_wrong_field_is_named(
    ends: Ends, caseload: Caseload, fetcher: Any
) -> None:
    system, made = ends.system, await daily_connection(ends.system)
    client_id = await take_on(system, caseload)
    await agree(system, client_id, made["id"])
    await support(system, client_id)
    early = await taken(fetcher)
    assert (early.status_code, early.json()["code"]) == (409, "day_has_changed"), "it was not fetched"
    (row,), digest = await fetched(fetcher)
    rejected = {"delivery_id": row["delivery_id"], "reason": "unknown case id"}
    for changes, status, code, pointer in (
        ({"sha256": "0" * 64}, 409, "day_has_changed", "/body/sha256"),
        ({"rows": 2}, 422, "does_not_add_up", "/body/rows"),
        ({"control_totals": {}}, 422, "does_not_add_up", "/body/control_totals"),
        ({"control_totals": {"personal_care_minutes": -1}}, 422, "validation_failed", "/body/control_totals"),
        ({"sha256": "x"}, 422, "validation_failed", "/body/sha256"),
        ({"rejected": [rejected | {"reason": ""}]}, 422, "validation_failed", "/body/rejected/0/reason"),
        ({"rejected": [rejected | {"delivery_id": made["id"]}]}, 422, "not_of_the_day", "/body/rejected/0/delivery_id"),
    ):
        refused = await taken(fetcher, **changes)
        assert (refused.status_code, refused.json()["code"]) == (status, code), (changes, refused.text)
        assert refused.json()["errors"][0]["pointer"].startswith(pointer), refused.text
    assert (await reckoned(system))["acknowledged"] == 0, "nothing of them was taken"
    assert (await taken(fetcher)).status_code == 200
    again = await taken(fetcher, rejected=[rejected])
    assert (again.status_code, again.json()["code"]) == (409, "answered_before")
    await support(system, client_id)
    assert (await taken(fetcher, sha256=digest)).status_code == 409, "something came since"
    assert await queued(system) == 2
