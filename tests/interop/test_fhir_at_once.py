"""Two Bundles about the same at the same moment: one comes after the other, and neither is turned away for it."""

import asyncio
from typing import Any

import pytest
from uuid6 import uuid7

from tests.interop.answers import BASE
from tests.interop.records import Caseload, a_record
from tests.interop.telling import tell
from tests.interop.writes import FHIR, THEIRS, Resource, a_bundle, a_request, a_stay, an_entry
from tests.running import Running

PERIOD = {"start": "2026-11-20T22:10:00Z", "end": "2026-11-21T22:10:00Z"}
TIMES = 3


async def both_ways(client: Any, entries: list[Resource], kind: str) -> list[list[str]]:
    """The statuses of each, sent at once in the one order and in the other."""
    bundles = [a_bundle(*one, kind=kind) for one in (entries, entries[::-1])]
    found = await asyncio.gather(*(client.post(BASE, json=one, headers=FHIR) for one in bundles))
    assert [one.status_code for one in found] == [200, 200], [one.text for one in found]
    statuses = [[entry["response"]["status"][:3] for entry in one.json()["entry"]] for one in found]
    return [statuses[0], statuses[1][::-1]]


@pytest.mark.parametrize("kind", ["batch", "transaction"])
async def test_two_that_hang_on_the_same_conditions_make_each_once(bars: Any, kind: str) -> None:
    for _ in range(TIMES):
        numbers = [str(uuid7()) for _ in range(12)]
        entries = [an_entry(a_request(one), ifNoneExist=f"identifier={THEIRS}|{one}") for one in numbers]
        found = await both_ways(bars, entries, kind)
        assert all(sorted(one) == ["200", "201"] for one in zip(*found, strict=True)), found


@pytest.mark.parametrize("kind", ["batch", "transaction"])
async def test_two_that_change_the_same_come_one_after_the_other(
    interop: Running, caseload: Caseload, bars: Any, kind: str
) -> None:
    numbers = ("9990000204", "9990000212", "9990000220")
    clients = [await tell(interop, caseload, a_record(nhs_number=one)) for one in numbers]
    for _ in range(TIMES):
        new = [an_entry(a_stay(one)) for one in clients]
        assert await both_ways(bars, new, kind) == [["201"] * 3] * 2
        made = [(await bars.post(f"{BASE}/Encounter", json=a_stay(one), headers=FHIR)).json() for one in clients]
        ended = [one | {"status": "finished", "period": PERIOD} for one in made]
        changes = [an_entry(one, "PUT", f"Encounter/{one['id']}") for one in ended]
        assert await both_ways(bars, changes, kind) == [["200"] * 3] * 2


async def test_a_version_that_changed_meanwhile_stops_the_whole_transaction(bars: Any) -> None:
    made = [(await bars.post(f"{BASE}/ServiceRequest", json=a_request(one), headers=FHIR)).json() for one in ("a", "b")]
    entries = [
        an_entry(one | {"priority": "stat"}, "PUT", f"ServiceRequest/{one['id']}", ifMatch='W/"1"') for one in made
    ]
    bundles = [a_bundle(*one) for one in (entries, entries[::-1])]
    found = await asyncio.gather(*(bars.post(BASE, json=one, headers=FHIR) for one in bundles))
    assert sorted(one.status_code for one in found) == [200, 412], [one.text for one in found]
    read = [(await bars.get(f"{BASE}/ServiceRequest/{one['id']}")).json() for one in made]
    assert [one["meta"]["versionId"] for one in read] == ["2", "2"]


async def test_entries_that_refer_to_each_other_in_a_circle_are_all_made(bars: Any) -> None:
    names = [f"urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e{number}" for number in range(3)]
    entries = [
        an_entry(a_request(one, basedOn=[{"reference": other}]), full_url=one)
        for one, other in zip(names, [*names[1:], names[0]], strict=True)
    ]
    answer = await bars.post(BASE, json=a_bundle(*entries), headers=FHIR | {"Prefer": "return=representation"})
    made = [entry["resource"] for entry in answer.json()["entry"]]
    led_to = [one["basedOn"][0]["reference"] for one in made]
    assert led_to == [f"ServiceRequest/{one['id']}" for one in [*made[1:], made[0]]]
