"""The OpenAPI documents say how each operation may refuse and what it needs, and the code needs what they say."""

import re
from collections import Counter
from typing import Any

import pytest

from demo.compose import services
from services.common.http import TransactionRoute, if_match, if_match_or_new
from services.common.openapi import operations
from services.common.settings import ServiceSettings
from tests.access.operations import PUBLIC
from tests.api.operations import routes_of

SERVICES = services()
DOCUMENTS = {name: service.app(ServiceSettings(app_env="test")).openapi() for name, service in SERVICES.items()}
# What is made at a thing rather than changed of it: nobody's change is lost where two are made.
MADE_AT = {"notes", "surgery-notes", "measurements", "ratings", "positions", "checks", "clients", "photos"}
# Of a rota and its versions: who answers, what is decided, and what a solver is asked for.
MADE_AT |= {"acknowledgements", "responses", "decision", "proposals", "repairs", "why"}
# To try an event again is the same whatever became of it since it was read.
REPEATABLE = {"replay"}
# What an agent did with what it was handed stands beside whatever became of that since: it names the take.
BY_ITS_TAKE = {"POST /v1/systmone-entries/{unit_entry_id}/outcome"}
# A secret is not kept, so it cannot be told again.
TOLD_ONCE = {
    "POST /v1/calendar-feeds",
    "POST /v1/day-sheet-shares",
    "POST /v1/devices",
    "POST /v1/feedback/{asked_id}/send-link",
    "POST /v1/handovers/{handover_id}/send",
    "POST /v1/plan-copy-shares",
    "POST /v1/referral-links",
    "POST /v1/summary-shares",
    "POST /v1/visits/{visit_id}/send-link",
}
# Where a standard has a rule of its own against losing a change or doing a thing twice: tus goes on at an offset,
# and an export that was cancelled is gone, however far it was, and
# so is a subscription.
OF_A_STANDARD = {
    "POST /v1/uploads",
    "PATCH /v1/uploads/{upload_id}",
    "DELETE /v1/uploads/{upload_id}",
    "DELETE /fhir/R4/$export-status/{export_job_id}",
    "DELETE /fhir/R4/Subscription/{subscription_id}",
    # FHIR R4, 3.1.0.5: If-Match is the caller's to send; who changes what nobody else may has nobody to overwrite.
    "PUT /fhir/R4/Subscription/{subscription_id}",
    "PUT /fhir/R4/{resource_type}",
    "PUT /fhir/R4/{resource_type}/{resource_id}",
    "PATCH /fhir/R4/{resource_type}/{resource_id}",
}
REFUSED_AS = {
    "fhir": {"application/fhir+json"},
    "auth": {"application/problem+json", "application/json"},
}


def needs_version(method: str, path: str) -> bool:
    """Whether it changes what somebody read before: a PUT, PATCH or DELETE, or a verb at a thing.

    Whoever comes by a link has read nothing before.
    """
    if path.startswith("/open/") or f"{method} {path}" in OF_A_STANDARD | BY_ITS_TAKE:
        return False
    verb = re.search(r"}/([a-z-]+)$", path)
    return method in {"PUT", "PATCH", "DELETE"} or (
        method == "POST" and verb is not None and verb[1] not in MADE_AT | REPEATABLE
    )


def asks_for_version(route: TransactionRoute) -> bool:
    waiting, calls = [route.dependant], set()
    while waiting:
        dependant = waiting.pop()
        waiting += dependant.dependencies
        calls.add(dependant.call)
    return bool(calls & {if_match, if_match_or_new})


def changes(name: str) -> list[tuple[str, TransactionRoute]]:
    app = SERVICES[name].app(ServiceSettings(app_env="test"))
    routes = [route for route in routes_of(app) if isinstance(route, TransactionRoute)]
    return [(method, route) for route in routes for method in route.methods]


@pytest.mark.parametrize("name", SERVICES)
def test_what_changes_a_thing_says_which_version_it_was_made_on(name: str) -> None:
    found = {f"{method} {route.path}" for method, route in changes(name) if asks_for_version(route)}
    wanted = {f"{method} {route.path}" for method, route in changes(name) if needs_version(method, route.path)}
    assert found == wanted


def test_a_change_without_a_version_would_be_found() -> None:
    assert needs_version("POST", "/v1/referrals/{referral_id}/accept")
    assert needs_version("DELETE", "/v1/parked-events/{parked_id}")
    assert not needs_version("POST", "/v1/referrals")
    assert not needs_version("POST", "/v1/care-contacts/{care_contact_id}/notes")
    assert not needs_version("GET", "/v1/care-plans/{care_plan_id}")
    assert not needs_version("POST", "/open/handovers/{link}/accept")


@pytest.mark.parametrize("name", SERVICES)
def test_every_operation_tells_how_it_refuses(name: str) -> None:
    for path, method, operation in operations(DOCUMENTS[name]):
        told, where = set(map(int, filter(str.isdigit, operation["responses"]))), f"{method} {path}"
        assert told >= {400, 401, 403, 429, 500, 503}, where
        assert 404 in told or "{" not in path, where
        assert told >= {409, 413, 415, 422} or method == "get", where
        assert ({412, 428} <= told) == needs_version(method.upper(), path), where
        shared = operation["responses"]["400"]["$ref"].rpartition("/")[2]
        content = DOCUMENTS[name]["components"]["responses"][shared]["content"]
        assert set(content) == REFUSED_AS.get(path.split("/")[1], {"application/problem+json"}), where


@pytest.mark.parametrize("name", SERVICES)
def test_every_post_that_makes_or_moves_something_lists_its_key(name: str) -> None:
    for path, method, operation in operations(DOCUMENTS[name]):
        lists = {"$ref": "#/components/parameters/IdempotencyKey"} in operation.get("parameters", [])
        reads = (
            path.endswith("/_search")
            or path.startswith("/fhir/")
            or f"{method.upper()} {path}" in PUBLIC | TOLD_ONCE | OF_A_STANDARD
        )
        assert lists == (method == "post" and not reads), f"{method} {path}"
    assert "72 hours" in DOCUMENTS[name]["components"]["parameters"]["IdempotencyKey"]["description"]


@pytest.mark.parametrize("name", SERVICES)
def test_an_operation_is_named_once_and_for_its_function(name: str) -> None:
    names = Counter(operation["operationId"] for _, _, operation in operations(DOCUMENTS[name]))
    assert {one for one, count in names.items() if count > 1 or not re.fullmatch(r"[a-z][a-z_]*", one)} == set()


@pytest.mark.parametrize("name", SERVICES)
def test_every_text_number_and_list_that_is_taken_has_a_bound(name: str) -> None:
    document = DOCUMENTS[name]
    found = []
    for path, method, operation in operations(document):
        taken = [parameter.get("schema", {}) for parameter in operation.get("parameters", [])]
        taken += [each["schema"] for each in operation.get("requestBody", {}).get("content", {}).values()]
        found += [f"{method} {path}: {where}" for schema in taken for where in unbounded(document, schema)]
    assert found == []


def unbounded(document: dict[str, Any], schema: dict[str, Any], where: str = "") -> list[str]:
    """The places of a form that take something of any size."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return unbounded(document, document["components"]["schemas"][name], f"{where}/{name}")
    inside = [(name, part) for name, part in schema.get("properties", {}).items()]
    inside += [("", part) for part in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ()))]
    if isinstance(schema.get("items"), dict):
        inside.append(("0", schema["items"]))
    found = [each for name, part in inside for each in unbounded(document, part, f"{where}/{name}" if name else where)]
    bounds = {
        "string": {"maxLength", "pattern", "format", "enum", "const"},
        "integer": {"maximum", "exclusiveMaximum", "enum", "const"},
        "array": {"maxItems", "uniqueItems"},
        "object": {"properties", "propertyNames", "maxProperties"},
    }
    needed = bounds.get(str(schema.get("type")), set())
    return [*found, where] if needed and not needed & set(schema) else found


def test_something_without_a_bound_would_be_found() -> None:
    whole = {"components": {"schemas": {"X": {"type": "object", "properties": {"note": {"type": "string"}}}}}}
    assert unbounded(whole, {"$ref": "#/components/schemas/X"}) == ["/X/note"]
