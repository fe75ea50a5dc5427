"""Extracts that are not what they were to be: each file, row and layout is refused with its reason and a way out."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from uuid6 import uuid7

from services.interop.domain.systmone_extract import MOST_ROWS, SystmoneContact
from services.interop.partners.places import MOST_BYTES
from services.interop.partners.systmone.layout import Layout
from services.interop.settings import InteropSettings
from tests.interop.answers import stored
from tests.interop.unit import ANNE, LAYOUT, WHOLE, Unit, a_file, a_manifest, held, taken
from tests.running import STRANGER, until

REFUSED: dict[str, tuple[bytes, bytes | None, str, str | None]] = {
    "half.csv": (WHOLE[:-2], None, "half", None),
    "half but proved.csv": (WHOLE[:-2], a_manifest(WHOLE, 1), "checksum", None),
    "a row short.csv": (WHOLE, a_manifest(WHOLE, 2), "row_count", None),
    "no manifest.csv": (WHOLE, b"rows: 1", "manifest", None),
    "marked.csv": ("\ufeff".encode("utf-16-le") + WHOLE, None, "encoding", None),
    "latin.csv": (WHOLE + "2,NORTH,Zoë,,\r\n".encode("latin-1"), None, "encoding", None),
    "nul.csv": (WHOLE + b"2,NORTH,\0,,\r\n", None, "encoding", None),
    "open.csv": (WHOLE + b'2,"NORTH,x,,\r\n', None, "not_csv", None),
    "heads.csv": (WHOLE.replace(b"SeenAt", b"Seen"), None, "columns", "SeenAt"),
    "twice.csv": (WHOLE.replace(b"UnitCode", b"RowRef"), None, "columns", "RowRef"),
    "empty.csv": (b"", None, "columns", "RowRef"),
    "dates.csv": (a_file(f"1,NORTH,{ANNE},2026-11-20 09:00,"), None, "no_row_read", None),
    "long.csv": (a_file(*["x,WEST,,,"] * (MOST_ROWS + 1)), None, "too_large", None),
    "large.csv": (b"x" * (MOST_BYTES + 1), None, "too_large", None),
}


async def test_a_file_that_is_not_what_it_was_to_be_is_refused_whole_with_a_way_out_and_can_be_tried_again(
    unit: Unit,
) -> None:
    for name, (raw, manifest, _, _) in REFUSED.items():
        unit.leaves(name, raw, manifest)
    (unit.root / "in" / "on its way.csv.part").write_bytes(b"x")
    await until(lambda: len(list((unit.root / "in").iterdir())) == 1)
    found = await unit.extracts(state="refused")
    assert {name: (one["refusal"], one["refused_column"]) for name, one in found.items()} == {
        name: (code, column) for name, (_, _, code, column) in REFUSED.items()
    }
    assert all(one["way_out"] and not one["taken"] for one in found.values())
    assert {path.name for path in (unit.root / "rejects").iterdir()} >= set(REFUSED)
    assert await stored(unit.system, SystmoneContact) == []
    standing = await unit.standing()
    assert (standing["state"], standing["failures"]) == ("failing", len(REFUSED))
    assert standing["last_error"].startswith("extract_")

    app = unit.system.apps["interop"]
    other = Layout.model_validate(LAYOUT | {"columns": LAYOUT["columns"] | {"happened_at": "Seen"}})
    app.state.settings = app.state.settings.model_copy(update={"systmone_layout": other})
    ops = await unit.system.client("interop", "ops-1", "ops")
    mended = await ops.post(f"/v1/systmone-extracts/{found['heads.csv']['id']}/try-again")
    assert (mended.json()["state"], mended.json()["taken"], mended.json()["refusal"]) == ("taken", 1, None)
    assert (await unit.standing())["state"] == "working"
    for name in ("heads.csv", "large.csv"):
        answer = await ops.post(f"/v1/systmone-extracts/{found[name]['id']}/try-again")
        assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_try_again"), name
    assert (await ops.post(f"/v1/systmone-extracts/{uuid7()}/try-again")).status_code == 404
    app.state.settings = app.state.settings.model_copy(update={"systmone_layout": None})
    answer = await ops.post(f"/v1/systmone-extracts/{found['half.csv']['id']}/try-again")
    assert (answer.status_code, answer.json()["code"]) == (409, "systmone_not_connected")


async def test_each_row_is_taken_or_told_by_line_column_and_code(unit: Unit) -> None:
    tomorrow = datetime.now(UTC).date() + timedelta(days=2)
    rows = [
        held("1", ANNE, "09:00"),
        f'"2\r\n2",NORTH,{ANNE},,',
        held("", ANNE, "09:00"),
        held("4", "", "09:00"),
        held("5", "9990000205", "09:00"),
        held("6", "Zoë Brown", "09:00"),
        f"7,NORTH,{ANNE},31/02/2026 09:00,",
        held("8", ANNE, "09:00", day=tomorrow),
        f"9,NORTH,{ANNE}",
        held("x" * 101, ANNE, "09:00"),
        "",
        held("11", ANNE, "17:00"),
    ]
    kept = await taken(unit, "rows.csv", a_file(*rows))
    assert [kept[name] for name in ("rows", "taken", "rejected")] == [11, 2, 9]
    found = (await unit.ops(f"/v1/systmone-extracts/{kept['id']}"))["rejects"]
    assert [(one["line"], one["column"], one["code"]) for one in found] == [
        (3, "SeenAt", "not_a_date"),
        (5, "RowRef", "not_an_id"),
        (6, "PatientNumber", "no_nhs_number"),
        (7, "PatientNumber", "not_an_nhs_number"),
        (8, "PatientNumber", "not_an_nhs_number"),
        (9, "SeenAt", "not_a_date"),
        (10, "SeenAt", "in_the_future"),
        (11, None, "not_as_many_values"),
        (12, "RowRef", "not_an_id"),
    ]
    nobody, when = held("21", "", "09:00"), f"22,NORTH,{ANNE},2026-11-20 09:00,"
    nights = {
        "nobody.csv": ([nobody], "taken"),
        "nobody and a day.csv": ([nobody, when], "taken"),
        "a day and another unit.csv": ([when, held("23", ANNE, "09:00", unit="WEST")], "taken"),
        "a day alone.csv": ([when, held("", ANNE, "09:00"), "24,NORTH"], "refused"),
    }
    for name, (lines, _) in nights.items():
        unit.leaves(name, a_file(*lines))
    await until(unit.is_looked_at)
    assert {name: one["state"] for name, one in (await unit.extracts()).items() if name in nights} == {
        name: state for name, (_, state) in nights.items()
    }, "one row that is wrong on a quiet night is no reason to refuse the file"


async def test_what_was_taken_stays_taken_though_the_file_is_tried_again_by_a_layout_that_does_not_fit(
    unit: Unit,
) -> None:
    kept = await taken(unit, "rows.csv", a_file(held("1", ANNE, "09:00"), held("2", "", "09:00")))
    path, app = f"/v1/systmone-extracts/{kept['id']}", unit.system.apps["interop"]
    before = (await unit.ops(path), await unit.standing(), await stored(unit.system, SystmoneContact))
    ops = await unit.system.client("interop", "ops-1", "ops")
    wrong: dict[str, dict[str, Any]] = {
        "columns, Seen": {"columns": LAYOUT["columns"] | {"happened_at": "Seen"}},
        "encoding": {"encoding": "utf-16"},
        "more rows could not be read": {"date_format": "%Y-%m-%d %H:%M"},
    }
    for why, layout in wrong.items():
        told = {"systmone_layout": Layout.model_validate(LAYOUT | layout)}
        app.state.settings = app.state.settings.model_copy(update=told)
        answer = await ops.post(f"{path}/try-again")
        (error,) = answer.json()["errors"]
        assert (answer.status_code, error["code"]) == (409, "taken_extract_stays"), why
        assert why in error["detail"]
        assert "INTEROP_SYSTMONE_LAYOUT" in error["way_out"]
        assert (await unit.ops(path), await unit.standing(), await stored(unit.system, SystmoneContact)) == before, why


def test_a_layout_that_cannot_be_read_by_is_refused_before_any_file_is(monkeypatch: pytest.MonkeyPatch) -> None:
    columns = LAYOUT["columns"]
    wrong: dict[str, tuple[dict[str, Any], str]] = {
        "no day": (LAYOUT | {"date_format": "%H:%M"}, "date_format"),
        "no year": (LAYOUT | {"date_format": "%d/%m %H:%M"}, "date_format"),
        "no minutes": (LAYOUT | {"date_format": "%d/%m/%Y %H"}, "date_format"),
        "half a day": (LAYOUT | {"date_format": "%d/%m/%Y %I:%M"}, "date_format"),
        "another clock": (LAYOUT | {"date_format": "%d/%m/%Y %H:%M %z"}, "date_format"),
        "no format": (LAYOUT | {"date_format": "%"}, "date_format"),
        "no units": (LAYOUT | {"units": {}}, "units"),
        "which unit": (LAYOUT | {"columns": columns | {"unit": None}}, "columns.unit is missing"),
        "deleted when": (LAYOUT | {"deleted_when": []}, "deleted_when"),
        "no column": (LAYOUT | {"columns": {}}, "columns.entry"),
        "a column of another name": (LAYOUT | {"columns": columns | {"minutes": "Mins"}}, "columns.minutes"),
        "encoding": (LAYOUT | {"encoding": "ebcdic"}, "encoding"),
    }
    for name, (layout, field) in wrong.items():
        with pytest.raises(ValidationError) as refused:
            InteropSettings(systmone_place="/srv/systmone", systmone_layout=Layout.model_validate(layout))
        assert field in str(refused.value), name
    for own, field in (
        ({"systmone_layout": None}, "INTEROP_SYSTMONE_LAYOUT"),
        ({"systmone_place": "sftp://nobody"}, "INTEROP_SYSTMONE_PLACE"),
        ({"systmone_place": "sftp://us@sftp.trust.nhs.uk/out"}, "INTEROP_SYSTMONE_HOST_KEY"),
    ):
        given: dict[str, Any] = {"systmone_place": "/srv/systmone", "systmone_layout": LAYOUT} | own
        with pytest.raises(ValidationError, match=field):
            InteropSettings(**given)
    monkeypatch.setenv("INTEROP_SYSTMONE_LAYOUT", '{"columns": ')
    with pytest.raises(ValidationError, match="INTEROP_SYSTMONE_LAYOUT cannot be read as JSON"):
        InteropSettings.for_service("interop")
    monkeypatch.setenv("INTEROP_SYSTMONE_LAYOUT", "")
    assert InteropSettings.for_service("interop").systmone_layout is None
    alone = Layout.model_validate(
        {"columns": {"entry": "a", "nhs_number": "b", "happened_at": "c"}, "units": {"ours": STRANGER}}
        | {"date_format": "%d %b %Y"}
    )
    assert not alone.tells_the_time
