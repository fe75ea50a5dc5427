"""Client libraries that trusts use, each against the real service on a real port, in an environment of its own."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.thirdparty.conftest import CLIENTS, Door
from tests.thirdparty.environments import node_with, python_with
from tests.thirdparty.sayings import SAID

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
PYTHON = {"with_fhirpy.py": ("fhirpy==2.3.1",), "with_fhirclient.py": ("fhirclient==4.4.0",)}
NODE = {
    "with_fhir_kit.mjs": ("fhir-kit-client@2.0.3",),
    "with_medplum.mjs": ("@medplum/core@5.2.13",),
    "with_smart.mjs": ("fhirclient@2.6.3",),
}


@pytest.mark.parametrize("script", PYTHON)
async def test_a_python_client_reads_the_record(
    door: Door, script: str, record_property: Callable[[str, object], None]
) -> None:
    said = await door.visited_by(str(python_with(*PYTHON[script])), str(CLIENTS / script))
    record_property(SAID, said)


@pytest.mark.parametrize("script", NODE)
async def test_a_node_client_reads_the_record(
    door: Door, script: str, record_property: Callable[[str, object], None]
) -> None:
    place = node_with(*NODE[script])
    # Node.js looks for packages beside the file that asks for them.
    copied = place / Path(script).name
    copied.write_text((CLIENTS / script).read_text("utf-8"), "utf-8")
    said = await door.visited_by("node", str(copied), cwd=place)
    record_property(SAID, said)
