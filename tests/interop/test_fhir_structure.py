"""Where a fault of structure is told, without the names that its sender gave."""

import pytest

from services.interop.fhir import structure


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ('"Tabor":1', ["Patient"]),
        ('"_Tabor":{"id":"a"}', ["Patient"]),
        ('"Maureen.Tabor":1', ["Patient"]),
        ('"name":[{"Maureen\\u002eTabor":1}]', ["Patient.name[0]"]),
        ('"name":[{"family":"A","Tabor":{"Maureen":1}}]', ["Patient.name[0]"]),
        ('"Tabor":1,"Tabor":2', ["Patient"] * 3),
        ('"gender":"male","gender":"male"', ["Patient.gender"] * 2),
    ],
)
def test_the_name_of_no_element_of_fhir_is_not_told_again(sent: str, told: list[str]) -> None:
    assert [one.expression for one in structure.faults(f'{{"resourceType":"Patient",{sent}}}')] == told
    assert [one.expression for one in structure.faults('{"resourceType":"Tabor"}')] == ["Resource"]
