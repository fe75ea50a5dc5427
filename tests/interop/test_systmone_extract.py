"""Extracts of a trust's SystmOne unit: what was recorded here is there, and nobody types it twice; or it is said where
not."""

import logging
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncssh
import pytest

from services.interop.domain.systmone_extract import SystmoneContact, SystmoneExtract
from services.interop.partners.places import Disk
from services.interop.partners.systmone.drop import ExtractDrop
from services.interop.partners.systmone.extract import Incoming
from tests.common.audited import newest
from tests.interop.answers import stored
from tests.interop.gp import record_contact
from tests.interop.records import Caseload, a_record
from tests.interop.unit import (
    ANNE,
    BEN,
    CARA,
    DAY,
    DORA,
    LAYOUT,
    WHOLE,
    Unit,
    a_file,
    a_manifest,
    beside_systmone,
    held,
    taken,
    visited,
)
from tests.interop.ways import sftp_server
from tests.running import OTHER_TEAM, STRANGER, Databases, until


def told(line: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {one["about"]: (one["kind"], one["reason"]) for one in line["differences"]}


async def test_a_day_is_held_against_systmone_and_what_is_on_one_side_alone_is_told_with_its_reason(
    unit: Unit, caseload: Caseload
) -> None:
    system = unit.system
    await visited(system, caseload, "09:00", "15:00", nhs_number=ANNE)
    (not_there,) = await visited(system, caseload, "10:00", nhs_number=BEN)
    (not_close,) = await visited(system, caseload, "11:00", nhs_number=CARA)
    (no_number,) = await visited(system, caseload, "12:00", nhs_number=None)
    assert (await unit.standing())["state"] == "unused"
    assert await unit.reckoned() == [], "where no extract has come, nothing is said of SystmOne"

    night = a_file(
        held("1", ANNE, "15:10"),
        held("2", f"{ANNE[:3]} {ANNE[3:6]} {ANNE[6:]}", "09:20"),
        held("3", CARA, "16:00"),
        held("4", DORA, "08:00"),
        held("5", BEN, "10:00", unit="SOUTH"),
        held("6", BEN, "10:00", unit="WEST"),
        held("7", BEN, "10:00", day=DAY - timedelta(days=400)),
    )
    kept = await taken(unit, "contacts 1.csv", night)
    assert [kept[name] for name in ("state", "rows", "taken", "passed_over", "rejected")] == ["taken", 7, 5, 2, 0]
    assert (await unit.standing())["state"] == "working"
    contacts = {one.entry: one for one in await stored(system, SystmoneContact)}
    (line,) = await unit.reckoned()
    assert (line["done"], line["sent"], line["acknowledged"]) == (5, 2, 2)
    assert told(line) == {
        not_there: ("not_sent", "SystmOne holds no contact of the team's with this client on the day"),
        not_close: ("not_sent", "SystmOne holds one with this client on the day, but at another time or only once"),
        no_number: ("not_sent", "the client has no NHS number here, by which SystmOne could be asked"),
        str(contacts["3"].id): (
            "unexpected",
            "SystmOne holds it, with a client of the team's, and it was not recorded here then: was it typed there?",
        ),
        **{
            str(contacts[entry].id): (
                "unexpected",
                "SystmOne holds it, with somebody who is no client of the team's here",
            )
            for entry in ("4", "5")
        },
    }


async def test_the_same_file_changes_nothing_and_an_older_one_never_overwrites_a_newer(
    unit: Unit, caseload: Caseload
) -> None:
    await visited(unit.system, caseload, "09:00", nhs_number=ANNE)
    first = a_file(held("1", ANNE, "09:00"), held("2", BEN, "09:00"), "3,NORTH,typo,,")
    older = await taken(unit, "monday.csv", first)
    await taken(unit, "tuesday.csv", a_file("2,NORTH,,,Yes"))
    (line,) = await unit.reckoned()
    assert (line["done"], line["sent"], line["differences"]) == (1, 1, []), "what was deleted there is not there"
    before = await stored(unit.system, SystmoneContact)
    unit.leaves("monday.csv", first)
    await until(unit.is_looked_at)
    assert set(await unit.extracts()) == {"monday.csv", "tuesday.csv"}
    ops = await unit.system.client("interop", "ops-1", "ops")
    again = await ops.post(f"/v1/systmone-extracts/{older['id']}/try-again")
    assert (again.status_code, again.json()["taken"], again.json()["rejected"]) == (200, 2, 1)
    after = {one.entry: one for one in await stored(unit.system, SystmoneContact)}
    assert {one.entry: one.nhs_number for one in before} == {"1": ANNE, "2": None}
    assert {entry: one.nhs_number for entry, one in after.items()} == {"1": ANNE, "2": None}
    assert all(other.id == after[other.entry].id for other in before)


async def test_the_same_bytes_under_another_name_are_another_night_and_the_newest_is_believed(unit: Unit) -> None:
    gone = a_file("1,NORTH,,,Yes")
    for name, raw, number in (
        ("1.csv", WHOLE, ANNE),
        ("2.csv", gone, None),
        ("3.csv", WHOLE, ANNE),
        ("4.csv", gone, None),
    ):
        assert (await taken(unit, name, raw))["taken"] == 1
        assert [one.nhs_number for one in await stored(unit.system, SystmoneContact)] == [number], name


async def test_what_was_left_under_a_name_while_the_file_before_was_read_is_read_too(tmp_path: Path) -> None:
    drop = ExtractDrop(Disk(tmp_path), needs_manifest=False)
    unit_holds = {name: (tmp_path / "in" / name) for name in ("bare.csv", "told.csv", "told.csv.manifest.json")}
    (tmp_path / "in").mkdir()

    def leave(raw: bytes) -> None:
        for name, path in unit_holds.items():
            path.write_bytes(a_manifest(raw, 1) if name.endswith(".json") else raw)

    async def read() -> list[Incoming]:
        for _ in range(2):
            found = [await drop.fetch(name) for name in await drop.waiting()]
        return [one for one in found if one is not None]

    leave(WHOLE)
    first = await read()
    leave(b"new" + WHOLE)
    for file in first:
        await drop.settle(file, is_taken=True)
    assert all(path.exists() for path in unit_holds.values())
    second = await read()
    assert [(one.name, one.raw) for one in second] == [(name, b"new" + WHOLE) for name in ("bare.csv", "told.csv")]
    for file in second:
        await drop.settle(file, is_taken=True)
    assert {path.name for path in (tmp_path / "done").iterdir()} == set(unit_holds)
    assert await drop.waiting() == []


async def test_a_contact_that_no_extract_could_tell_of_yet_is_said_to_wait_for_one(
    unit: Unit, caseload: Caseload
) -> None:
    (contact,) = await visited(unit.system, caseload, "09:00", nhs_number=ANNE)
    await taken(unit, "early.csv", a_file())
    await unit.system.alter("interop", "update systmone_extract set received_at = received_at - interval '2 days'")
    (line,) = await unit.reckoned()
    assert told(line) == {contact: ("not_sent", "no extract has come since the day was over")}
    await taken(unit, "quiet.csv", a_file())
    (line,) = await unit.reckoned()
    assert told(line)[contact][1].startswith("SystmOne holds no contact"), "a quiet night is a night, too"


async def test_who_a_contact_of_systmones_is_with_is_told_to_its_own_team_alone(
    unit: Unit, caseload: Caseload, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    client_id = await record_contact(unit.system, caseload, a_record(nhs_number=ANNE))
    extract = await taken(unit, "a.csv", a_file(held("1", ANNE, "09:00"), held("2", "9990000205", "09:00")))
    ((about, _),) = told((await unit.reckoned())[0]).items()
    path = f"/v1/systmone-contacts/{about}"
    await unit.system.join("interop")
    await unit.system.join("interop", team=OTHER_TEAM, employee=STRANGER)
    nurse, stranger = await unit.system.nurse("interop"), await unit.system.client("interop", STRANGER)
    shown = (await nurse.get(path)).json()
    assert (shown["nhs_number"], shown["happened_on"]) == (ANNE, DAY.isoformat())
    assert (await newest(unit.system.databases["interop"])).client_ids == [UUID(client_id)], (
        "the client sees who looked"
    )
    assert (await stranger.get(path)).status_code == 404
    ops = await unit.system.client("interop", "ops-1", "ops")
    assert (await ops.get(path)).status_code == 403
    assert (await nurse.get("/v1/systmone-extracts")).status_code == 403
    one = (await ops.get(f"/v1/systmone-extracts/{extract['id']}")).text
    assert '"not_an_nhs_number"' in one
    outside = [one, str(await unit.reckoned()), str(await unit.system.published("interop")), caplog.text]
    assert [number for number in (ANNE, "9990000205") for text in outside if number in text] == []


async def test_extracts_come_over_sftp_with_a_manifest_and_a_server_that_is_another_is_not_believed(
    databases: Databases, caseload: Caseload, tmp_path: Path
) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519")
    (tmp_path / "drop").mkdir()
    async with sftp_server(tmp_path, key) as (port, host_key):
        own = {
            "systmone_host_key": host_key,
            "sftp_key": key.export_private_key().decode(),
            "partner_hosts_inside": ["127.0.0.1"],
            "systmone_layout": LAYOUT | {"needs_manifest": True, "encoding": "utf-16", "delimiter": ";"},
        }
        place = f"sftp://heatshield@127.0.0.1:{port}/drop"
        async with beside_systmone(databases, caseload, place, tmp_path / "drop", **own) as unit:
            raw = WHOLE.decode().replace(",", ";").encode("utf-16")
            unit.leaves("waits.csv", raw)
            assert (await taken_with(unit, "whole.csv", raw))["taken"] == 1
            await until(lambda: len(list((unit.root / "in").iterdir())) == 1)
            assert {path.name for path in (unit.root / "done").iterdir()} == {"whole.csv", "whole.csv.manifest.json"}
            assert (unit.root / "in" / "waits.csv").exists()
            assert "waits.csv" not in await unit.extracts()
        other = " ".join(asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().split()[:2])
        async with beside_systmone(
            databases, caseload, place, tmp_path / "drop", **own | {"systmone_host_key": other}
        ) as unit:
            await until(lambda: failing(unit))
            assert (await unit.standing())["last_error"] == "misconfigured"


async def failing(unit: Unit) -> bool:
    return bool((await unit.standing())["state"] == "failing")


async def taken_with(unit: Unit, name: str, raw: bytes) -> dict[str, Any]:
    unit.leaves(name, raw, a_manifest(raw, 1))
    return await until(lambda: found(unit, name))  # type: ignore[no-any-return]


async def found(unit: Unit, name: str) -> dict[str, Any] | None:
    return (await unit.extracts(state="taken")).get(name)


async def test_what_files_say_is_forgotten_when_it_was_kept_long_enough_and_no_file_is_taken_twice(
    databases: Databases, caseload: Caseload, tmp_path: Path
) -> None:
    root, days = tmp_path / "unit", [DAY - timedelta(days=ago) for ago in (0, 90, 91)]
    old = a_file(*(held(str(day), ANNE, "09:00", day=day) for day in days))
    async with beside_systmone(databases, caseload, str(root), root) as unit:
        await taken(unit, "old.csv", old)
        for change in (
            "systmone_extract set received_at = now() - interval '93 days'",
            f"systmone_contact set changed_at = now() - interval '93 days' where entry = '{days[0]}'",
            # The last day that is kept, and the one before it.
            "systmone_contact set happened_on = happened_on - 1 where happened_on < current_date - 40",
        ):
            await unit.system.alter("interop", f"update {change}")
    async with beside_systmone(databases, caseload, str(root), root) as unit:
        await until(lambda: is_forgotten(unit))
        await taken(unit, "new.csv", a_file())
        unit.leaves("old.csv", old)
        await until(unit.is_looked_at)
        assert set(await unit.extracts()) == {"old.csv", "new.csv"}
        assert [one.entry for one in await stored(unit.system, SystmoneContact)] == [str(days[1])]
        assert await unit.reckoned(DAY - timedelta(days=92)) == [], "of a day that is not kept nothing is said"
        assert len(await unit.reckoned()) == 1


async def is_forgotten(unit: Unit) -> bool:
    (extract,) = await stored(unit.system, SystmoneExtract)
    return bool(extract.raw == b"")
