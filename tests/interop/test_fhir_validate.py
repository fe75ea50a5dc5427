"""`$validate`: a trust asks whether a resource would be taken, and is told each fault with its place."""

from typing import Any

import fhirkit
import pytest

from tests.interop.answers import BASE, refused_once
from tests.interop.validating import a_patient
from tests.running import Running

HEADERS = {"Content-Type": "application/fhir+json"}


async def asked(client: Any, content: Any, kind: str = "Patient", query: str = "") -> Any:
    return await client.post(f"{BASE}/{kind}/$validate{query}", json=content, headers=HEADERS)


async def issues(client: Any, content: Any, kind: str = "Patient", query: str = "") -> list[dict[str, Any]]:
    answer = await asked(client, content, kind, query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/fhir+json"
    assert fhirkit.validate(answer.text) == []
    found: list[dict[str, Any]] = answer.json()["issue"]
    return found


async def test_anonymous_is_refused(interop: Running) -> None:
    refused_once(await asked(await interop.client("interop", None), a_patient()), 401, "login")


@pytest.mark.parametrize("persona", ["coach", "commissioner", "hr", "ops", "council", "social_worker"])
async def test_only_who_may_use_the_door_may_ask(interop: Running, persona: str) -> None:
    refused_once(await asked(await interop.client("interop", "x", persona), a_patient()), 403, "forbidden")


async def test_a_sound_resource_is_said_to_be_sound(trust: Any) -> None:
    (found,) = await issues(trust, a_patient())
    assert (found["severity"], found["code"], found["expression"]) == ("information", "informational", ["Patient"])
    assert "coding" not in found["details"]


async def test_each_fault_is_told_with_its_place_and_a_way_out(trust: Any) -> None:
    number = {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000203"}
    found = await issues(trust, a_patient(gender="femail", identifier=[number]))
    told = {(issue["severity"], issue["code"], issue["expression"][0]) for issue in found}
    assert told == {
        ("error", "code-invalid", "Patient.gender"),
        ("error", "value", "Patient.identifier[0].value"),
    }
    assert all(issue["details"]["coding"][0]["code"] == "REC_UNPROCESSABLE_ENTITY" for issue in found)
    assert not any(word in str(found) for word in ("femail", "9990000203"))


async def test_a_resource_may_come_in_parameters(trust: Any) -> None:
    wrapped = {
        "resourceType": "Parameters",
        "parameter": [{"name": "mode", "valueCode": "create"}, {"name": "resource", "resource": a_patient(gender="x")}],
    }
    (found,) = await issues(trust, wrapped)
    assert found["expression"] == ["Patient.gender"]
    (found,) = await issues(
        trust, {"resourceType": "Parameters", "parameter": [{"name": "mode", "valueCode": "create"}]}
    )
    assert (found["code"], found["expression"]) == ("required", ["Parameters.parameter"])


@pytest.mark.parametrize(
    ("sent", "at"),
    [
        ([{"name": "resource", "resource": {"foo": 1}}], "Parameters.parameter[0].resource"),
        ([{"name": "resource", "resource": "x"}], "Parameters.parameter[0].resource"),
        ([{"name": "resource", "resource": None}], "Parameters.parameter[0].resource"),
        ([5, {"name": "resource", "resource": {"foo": 1}}], "Parameters.parameter[0]"),
        ([None, {"name": 1, "resource": []}], "Parameters.parameter[0]"),
        (None, "Parameters.parameter"),
        ("x", "Parameters.parameter"),
        (
            [{"name": "resource", "resource": {"resourceType": "John Smith 9990000204", "foo": 1}}],
            "Parameters.parameter[0].resource",
        ),
        ([{"name": "resource", "resource": {"resourceType": ["Patient"]}}], "Parameters.parameter[0].resource"),
    ],
)
async def test_parameters_that_hold_no_resource_are_a_fault_at_their_place(trust: Any, sent: Any, at: str) -> None:
    found = await issues(trust, {"resourceType": "Parameters", "parameter": sent})
    assert found[0]["expression"][0].startswith(at)
    assert {issue["severity"] for issue in found} == {"error"}
    assert not any(word in str(found) for word in ("Smith", "9990000204"))


async def test_a_resource_is_of_the_type_that_its_address_names(trust: Any) -> None:
    (found,) = await issues(trust, a_patient(), kind="Observation")
    assert (found["code"], found["expression"]) == ("invalid", ["Patient"])


async def test_a_profile_that_is_not_known_is_not_passed_over(trust: Any) -> None:
    known = "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Patient"
    (found,) = await issues(trust, a_patient(), query=f"?profile={known}")
    assert found["severity"] == "information"
    (found,) = await issues(trust, a_patient(), query="?profile=https://example.org/P")
    assert (found["severity"], found["code"]) == ("warning", "not-supported")
    assert "coding" not in found["details"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "invalid"),
        (b"{", 400, "invalid"),
        (b'{"resourceType": "Patient", "resourceType": "Patient"}', 400, "invalid"),
        (b'{"resourceType": "Patient", "extension": ' + b"[" * 40 + b"]" * 40 + b"}", 400, "invalid"),
        (b'{"resourceType": "Patient", "id": "\\u0000"}', 422, "processing"),
        (b" " * (1024 * 1024 + 1), 413, "too-long"),
    ],
    ids=["empty", "broken", "twice", "deep", "unstorable", "large"],
)
async def test_what_is_no_document_is_refused(trust: Any, body: bytes, status: int, code: str) -> None:
    refused_once(await trust.post(f"{BASE}/Patient/$validate", content=body, headers=HEADERS), status, code)


@pytest.mark.parametrize("body", [[], "Patient", {}, {"resourceType": 1}, {"resourceType": "Nothing"}])
async def test_what_is_no_resource_is_an_issue(trust: Any, body: Any) -> None:
    (found,) = await issues(trust, body)
    assert (found["severity"], found["code"]) == ("error", "structure")


async def test_what_is_neither_json_nor_xml_is_not_taken(trust: Any) -> None:
    answer = await trust.post(
        f"{BASE}/Patient/$validate", content="<Patient/>", headers={"Content-Type": "text/turtle"}
    )
    refused_once(answer, 415, "not-supported")


async def test_nothing_of_what_is_asked_about_is_kept(interop: Running, trust: Any) -> None:
    await issues(trust, a_patient(id="kept-nowhere"))
    found = await trust.get(f"{BASE}/Patient?_count=0")
    assert found.json()["total"] == 0
