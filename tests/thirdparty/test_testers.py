"""Programs made to test FHIR servers, against the real service on a real port, in an environment of their own."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.thirdparty.conftest import CLIENTS, Door
from tests.thirdparty.environments import python_with
from tests.thirdparty.refused import REFUSED
from tests.thirdparty.sayings import SAID

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
PYFHIRCHECK, SEKMET = "pyfhircheck==0.2.0", "sekmet-fhir==0.1.1"
# A step that only should pass is told as a warning where it does not.
WRONG = {"failed", "error", "warning"}
OURS = "reading"


async def test_pyfhircheck_finds_nothing_wrong(door: Door, record_property: Callable[[str, object], None]) -> None:
    said = await door.visited_by(str(python_with(PYFHIRCHECK)), str(CLIENTS / "with_pyfhircheck.py"))
    record_property(SAID, said)


async def test_of_sekmets_library_only_what_is_listed_is_refused(
    door: Door, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    said = await door.visited_by(str(python_with(SEKMET)), str(CLIENTS / "with_sekmet.py"), str(tmp_path))
    told: dict[str, dict[str, tuple[str, str]]] = json.loads(said)
    assert set(told) == {*REFUSED, OURS}
    wrong = {
        name: {step: text for step, (status, text) in steps.items() if status in WRONG} for name, steps in told.items()
    }
    expected = {
        name: {step for step in steps if told[name][step][0] != "skipped"}
        for name, steps in {OURS: {}, **REFUSED}.items()
    }
    assert {name: set(steps) for name, steps in wrong.items()} == expected, wrong
    assert {status for status, _ in told[OURS].values()} == {"passed"}
    passed, refused = len(told[OURS]), sum(map(len, wrong.values()))
    record_property(SAID, f"SEKMET: {passed} steps of reading passed, {refused} of its library refused as listed")
