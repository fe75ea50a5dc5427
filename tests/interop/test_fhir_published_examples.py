"""What NHS England and HL7 UK publish as examples: taken, or refused for a fault that they do have."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.common.outcome import Issue
from services.interop.fhir import validation
from tests.interop.validating import REFERENCE

EXAMPLES, MUTANTS = REFERENCE / "ukcore" / "examples", REFERENCE / "ukcore-negative-cases"
# The faults of the published examples, by the end of the file's name; docs/interop/conformance.md tells them in words.
TRUE_FAULTS = {
    # The check digit of 9912003890 would have to be another.
    "Patient-BabyPatient": {("value", "Patient.identifier[0].value")},
    # It points at entries of a Bundle, and stands alone.
    "Observation-Lab-Albumin": {
        ("not-found", "Observation.subject.reference"),
        ("not-found", "Observation.performer[0].reference"),
        ("not-found", "Observation.specimen.reference"),
    },
}
MUTATIONS = {
    "00-ok": set[tuple[str, str]](),
    "01-bad-gender": {("code-invalid", "Patient.gender")},
    "02-bad-date": {("structure", "Patient.birthDate")},
    "04-bad-verification-status-code(required-binding)": {("code-invalid", "Patient.identifier[0].extension[0].value")},
    "06-two-verification-ext(max1)": {("extension", "Patient.identifier[0].extension[1]")},
    "08-two-nhs-numbers(slice-max1)": {("structure", "Patient.identifier[1]")},
    "10-array-for-scalar": {("structure", "Patient.name[0].family")},
}

pytestmark = pytest.mark.skipif(
    not EXAMPLES.is_dir(), reason="the published examples are not here: name their folder in HEATSHIELD_REFERENCE"
)


def judged(path: Path) -> list[Issue]:
    document = path.read_text("utf-8")
    content: dict[str, Any] = json.loads(document)
    return validation.issues(document, content)


def test_every_example_of_uk_core_is_taken_or_has_the_fault_that_is_told() -> None:
    found = {
        path.stem.removeprefix("UKCore-").removesuffix("-Example"): {(one.code, one.expression) for one in judged(path)}
        for path in EXAMPLES.glob("*.json")
    }
    assert len(found) > 60
    assert {name: issues for name, issues in found.items() if issues} == TRUE_FAULTS


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_single_fault_is_found_and_no_other(name: str) -> None:
    assert {(one.code, one.expression) for one in judged(MUTANTS / f"{name}.json")} == MUTATIONS[name]
