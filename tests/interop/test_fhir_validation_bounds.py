"""A document that is made to be dear is judged once, and told of in few words."""

from tests.interop.validating import a_patient, bundle, judged, places


def test_what_is_nested_within_what_is_contained_is_a_fault_and_is_not_followed() -> None:
    nested = a_patient(name=[{"family": "A"}] * 20_000)
    for depth in range(5):
        held = {**bundle("collection", {"resource": nested}), "id": "a"}
        nested = a_patient(contained=[held], link=[{"other": {"reference": "#a"}, "type": "seealso"}] if depth else [])
        nested = {name: value for name, value in nested.items() if value}
    assert "invariant" in {code for code, _ in places(nested)}


def test_at_most_fifty_faults_are_told() -> None:
    assert len(judged(a_patient(telecom=[{"system": "tel"}] * 80))) == 50


def test_a_resource_in_a_bundle_is_judged_as_by_itself() -> None:
    alone = places(a_patient(gender="F", contact=[{"gender": "male"}]))
    held = places(bundle("collection", {"resource": a_patient(gender="F", contact=[{"gender": "male"}])}))
    assert held == [(code, place.replace("Patient", "Bundle.entry[0].resource", 1)) for code, place in alone]
    assert len(held) == 2
