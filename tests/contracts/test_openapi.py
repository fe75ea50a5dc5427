"""Each service's OpenAPI document, and the one of all, is one for Spectral, and keeps to the house's rules."""

import json
import subprocess
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from demo import contracts
from demo.compose import services
from gateway import docs
from gateway.upstreams import AppUpstream
from services.common.settings import ServiceSettings
from tests.contracts.node import find_node, installed

SOURCE = Path(__file__).parent / "spectral"
ERROR = 0
Document = dict[str, Any]
Lint = Callable[[Document], list[str]]
LINES = "/v1/care-plans/{care_plan_id}/lines/{line_id}"


def test_the_linter_comes_from_whatever_registry_a_machine_uses() -> None:
    packages = json.loads((SOURCE / "package-lock.json").read_text("utf-8"))["packages"]
    assert [name for name, package in packages.items() if "resolved" in package] == []
    assert [name for name, package in packages.items() if name and "integrity" not in package] == []


def document_of(name: str) -> Document:
    document: Document = json.loads((contracts.FOLDER / "openapi" / f"{name}.json").read_text("utf-8"))
    return document


@pytest.fixture(scope="module")
def lint(tmp_path_factory: pytest.TempPathFactory) -> Lint:
    """What Spectral holds against a document, of its errors."""
    node, folder = find_node(), installed(SOURCE)
    place = tmp_path_factory.mktemp("linted") / "openapi.json"
    spectral = str(folder / "node_modules" / "@stoplight" / "spectral-cli" / "dist" / "index.js")
    command = [*node.node, spectral, "lint", str(place), "--ruleset", str(folder / "rules.yaml"), "--format", "json"]

    def linted(document: Document) -> list[str]:
        place.write_text(json.dumps(document), "utf-8")
        ran = subprocess.run([*command, "--quiet"], cwd=folder, capture_output=True, text=True, check=False)
        assert ran.stdout.strip(), ran.stderr
        found = json.loads(ran.stdout)
        return [f"{each['code']} at {'/'.join(each['path'])}" for each in found if each["severity"] == ERROR]

    return linted


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", services())
def test_spectral_finds_no_error(lint: Lint, name: str) -> None:
    assert lint(document_of(name)) == []


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_spectral_finds_no_error_in_the_document_of_all(lint: Lint) -> None:
    settings = ServiceSettings(app_env="test")
    whole = await docs.merged({name: AppUpstream(service.app(settings)) for name, service in services().items()})
    assert whole["x-services-away"] == []
    assert lint(whole) == []


def no_key(document: Document) -> None:
    del document["paths"]["/v1/wounds"]["post"]["parameters"]


def no_version(document: Document) -> None:
    kept = document["paths"][LINES]["put"]["parameters"]
    document["paths"][LINES]["put"]["parameters"] = [one for one in kept if one["name"] != "If-Match"]


def no_refusal(document: Document) -> None:
    del document["paths"]["/v1/clients"]["get"]["responses"]["429"]


def no_absence(document: Document) -> None:
    del document["paths"]["/v1/wounds/{wound_id}"]["get"]["responses"]["404"]


def another_shape(document: Document) -> None:
    document["components"]["responses"]["Refused403"]["content"] = {"text/html": {}}


def number_in_the_address(document: Document) -> None:
    parameter = {"name": "NhsNumber", "in": "query", "schema": {"type": "string"}}
    document["paths"]["/v1/clients"]["get"]["parameters"].append(parameter)


def name_used_twice(document: Document) -> None:
    document["paths"]["/v1/clients"]["get"]["operationId"] = "list_referrals"


FAULTS = [
    (no_key, "idempotency-key"),
    (no_version, "if-match"),
    (no_refusal, "refusals-of-every-operation"),
    (no_absence, "absence-is-told"),
    (another_shape, "refusals-have-one-shape"),
    (number_in_the_address, "no-nhs-number-in-an-address"),
    (name_used_twice, "operation-operationId-unique"),
]


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize(("plant", "rule"), FAULTS, ids=[plant.__name__ for plant, _ in FAULTS])
def test_spectral_finds_a_planted_fault(lint: Lint, plant: Callable[[Document], None], rule: str) -> None:
    document = deepcopy(document_of("caseload"))
    plant(document)
    assert {each.partition(" ")[0] for each in lint(document)} == {rule}
