"""Extracts of a SystmOne unit can be tried in the demo: its environment says where they lie, as anywhere."""

import json

import pytest

from demo.compose import SYSTMONE, unit
from tests.interop.unit import LAYOUT


@pytest.fixture(autouse=True)
def nothing_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SYSTMONE:
        monkeypatch.delenv(f"INTEROP_{name.upper()}", raising=False)


def test_where_nothing_is_said_the_demo_has_no_unit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTEROP_HL7_ADDRESS", "not an address, and not the demo's to read")
    assert unit() == {}


def test_the_demo_takes_the_place_and_the_layout_and_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTEROP_SYSTMONE_PLACE", "extracts")
    with pytest.raises(ValueError, match="INTEROP_SYSTMONE_LAYOUT is empty"):
        unit()
    monkeypatch.setenv("INTEROP_SYSTMONE_LAYOUT", json.dumps(LAYOUT))
    assert unit()["systmone_place"] == "extracts"
    assert unit()["systmone_layout"]["columns"] == LAYOUT["columns"]
