"""What councils answer in files: one file, one folder or one process more holds up nothing else."""

import asyncio
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from services.interop.partners import places
from services.interop.partners.places import MOST_BYTES, Disk
from tests.interop.council import agree, eventually, settled, support, take_on
from tests.interop.records import Caseload
from tests.interop.ways import Ends, quarantined
from tests.running import Running, until


async def test_a_file_that_cannot_be_read_or_kept_holds_up_none_that_sorts_after_it(
    ends: Ends, caseload: Caseload
) -> None:
    system = ends.system
    (made, _), client_id = await ends.by("folder"), await take_on(system, caseload)
    await agree(system, client_id, made["id"])
    await support(system, client_id)
    (sent,) = await settled(system, "sent")
    files, row = ends.files(made), {"delivery_id": sent["id"], "outcome": "acknowledged"}
    files.answers([{"delivery_id": "\0", "outcome": "acknowledged"}], "cell.csv")
    files.answers([row], "key.csv", control_totals={"\0": 1})
    files.leaves(b"x" * (MOST_BYTES + 1), [], "large.csv")
    files.answers([row], "manifest.csv", padding="x" * MOST_BYTES)
    files.answers([row], "the-last.csv")
    answered = await eventually(lambda: one_of(system), lambda one: one["outcome"] is not None)
    assert answered["outcome"] == "acknowledged"
    await until(lambda: not list((files.root / "in").iterdir()))
    manifest = files.root / "done/manifest.csv.manifest.json"
    told = {
        "cell.csv": ("1", "delivery_id", "not_an_id", "\N{REPLACEMENT CHARACTER}"),
        "key.csv": ("0", "control_totals.\N{REPLACEMENT CHARACTER}.[key]", "manifest", ""),
        "large.csv": ("0", "file", "too_large", str(MOST_BYTES + 1)),
        "manifest.csv": (
            "0",
            "file",
            "too_large",
            str(manifest.stat().st_size),
        ),
    }
    for name, expected in told.items():
        (reject,) = await until(lambda name=name: files.rejects(name))  # type: ignore[misc]
        assert (reject["row"], reject["field"], reject["code"], reject["value"]) == expected
    assert (await standing_of(system, made))["last_failure_at"] is None
    assert {one["name"] for one in await quarantined(system)} == set(told) - {"cell.csv"}


async def one_of(system: Running) -> dict[str, Any]:
    return (await settled(system, "sent"))[0]


async def standing_of(system: Running, made: dict[str, Any]) -> dict[str, Any]:
    ops = await system.client("interop", "ops-1", "ops")
    found: dict[str, Any] = (await ops.get(f"/v1/connections/{made['id']}")).json()
    return found


async def test_two_processes_that_look_for_the_same_answers_make_no_council_look_away(ends: Ends) -> None:
    made, _ = await ends.by("folder")
    files, system = ends.files(made), ends.system
    for number in range(20):
        files.answers([], f"{number:02}.csv")
    await until(lambda: not list((files.root / "in").iterdir()))
    assert (await standing_of(system, made))["last_failure_at"] is None


async def test_a_folder_that_hangs_holds_up_no_other_council(ends: Ends, caseload: Caseload) -> None:
    """As a share does whose server has gone: nothing that is asked of it returns, and no thread can be ended."""
    system = ends.system
    (hangs, _), (made, _), client_id = await ends.by("folder"), await ends.by("folder"), await take_on(system, caseload)
    await agree(system, client_id, made["id"])
    await support(system, client_id)
    (sent,) = await settled(system, "sent")
    refused = ends.files(hangs).root / "rejects/bad.csv.rejects.csv.part"
    refused.parent.mkdir(parents=True)
    os.mkfifo(refused)
    try:
        ends.files(hangs).answers([], "bad.csv", rows=1)
        await until(lambda: quarantined(system))
        ends.files(made).answers([{"delivery_id": sent["id"], "outcome": "acknowledged"}])
        await eventually(lambda: one_of(system), lambda one: one["outcome"] == "acknowledged")
    finally:
        os.close(os.open(refused, os.O_RDWR | os.O_NONBLOCK))


async def test_a_disk_that_hangs_is_given_up_and_costs_one_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "FILE_SECONDS", 0.2)
    (tmp_path / "hangs/out").mkdir(parents=True)
    pipe = tmp_path / "hangs/out/fact.csv.part"
    os.mkfifo(pipe)
    hangs, before = Disk(tmp_path / "hangs"), threading.active_count()
    try:
        async with asyncio.timeout(10):
            for _ in range(3):
                with pytest.raises(TimeoutError):
                    await hangs.write("out", "fact.csv", b"")
        assert threading.active_count() == before + 1
        await Disk(tmp_path / "works").write("out", "fact.csv", b"")
    finally:
        os.close(os.open(pipe, os.O_RDWR | os.O_NONBLOCK))
