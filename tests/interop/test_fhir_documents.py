"""A resource leaves as the text that is kept, with its version put in."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
import pytest

from services.interop.domain.resource import Kept
from services.interop.fhir import bundle
from tests.running import TEAM

ID = UUID("01938000-0000-7000-8000-000000000001")
META = '"meta":{"profile":["https://fhir.hl7.org.uk/StructureDefinition/UKCore-Observation"]}'
HEAD = f'"resourceType":"Observation","id":"{ID}"'
AMOUNT = '"valueQuantity":{"value":72.50}'
SAID = {"versionId": "3", "lastUpdated": "2026-11-27T09:00:00.000+00:00"}


def kept(text: str) -> Kept:
    return Kept(ID, "Observation", ID, None, TEAM, 3, datetime(2026, 11, 27, 9, tzinfo=UTC), text)


def sent(content: Any) -> str:
    return orjson.dumps(content).decode()


@pytest.mark.parametrize(
    "text",
    [
        f"{{{HEAD},{META},{AMOUNT}}}",
        f'{{{HEAD},"contained":[{{{META}}}],{META},{AMOUNT}}}',
        f'{{"id":"{ID}",{META},"resourceType":"Observation",{AMOUNT}}}',
        f'{{{HEAD}, {META},"note":[{{"text":"\\"versionId\\""}}],{AMOUNT}}}',
        f'{{{HEAD},"meta":{{"tag":[]}},{AMOUNT}}}',
    ],
)
def test_the_version_is_put_in_and_the_rest_is_as_it_was_written(text: str) -> None:
    row = kept(text)
    made = sent(bundle.written(row))
    assert orjson.loads(made) == orjson.loads(sent(bundle.rendered(row)))
    assert orjson.loads(made)["meta"].items() >= SAID.items()
    assert AMOUNT in made


def test_a_version_that_was_written_is_not_written_twice() -> None:
    text = f'{{{HEAD},{META[:-1]},"versionId":"9"}},{AMOUNT}}}'
    assert sent(bundle.written(kept(text))).count("versionId") == 1


def test_what_the_mapping_writes_is_not_parsed() -> None:
    assert isinstance(bundle.written(kept(f"{{{HEAD},{META},{AMOUNT}}}")), orjson.Fragment)
