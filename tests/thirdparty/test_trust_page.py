"""The FHIR client of docs/interop/trust.md, as the page has it."""

import re
from pathlib import Path

import pytest

from tests.thirdparty.conftest import Door
from tests.thirdparty.environments import ROOT, python_with

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


async def test_the_client_on_the_trusts_page_reads_the_record(door: Door, tmp_path: Path) -> None:
    (told,) = BLOCK.findall((ROOT / "docs" / "interop" / "trust.md").read_text("utf-8"))
    script = tmp_path / "client.py"
    script.write_text(told, "utf-8")
    around = (f"FHIR={door.base}", f"TOKEN={door.token}", f"PATIENT={door.patients[0]}")
    said = await door.visited_by("env", *around, str(python_with("fhirclient==4.4.0")), str(script))
    assert re.fullmatch(r"female\n[1-9]\d* observations", said), said
