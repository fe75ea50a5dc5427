"""What is published is what is on file, and every consumer reads only what its publisher promises."""

import json
from typing import Any

import pytest
from pydantic import BaseModel

from demo import contracts
from demo.compose import services
from services.common.inbox import Subscription
from tests.contracts.promises import field_names, missing_from

PUBLISHED = contracts.published()
CONSUMED = [(name, sub) for name, service in services().items() for sub in service.subscriptions]
PERSONAL = {"given_name", "family_name", "name", "nhs_number", "birth_on", "address_line", "postcode", "phone", "words"}


def test_the_contracts_on_file_are_current() -> None:
    wanted = dict(contracts.files())
    on_file = set(contracts.FOLDER.rglob("*.json"))
    assert on_file == set(wanted), "run `make contracts`"
    stale = [path.name for path, text in wanted.items() if path.read_text("utf-8") != text]
    assert stale == [], "run `make contracts` and review what changed"


def test_every_event_has_a_consumer_and_every_consumer_an_event() -> None:
    """An event that no queue takes would wait in its outbox for ever, and a queue without an event would stay empty."""
    assert without_an_other_end(set(PUBLISHED)) == set()


def without_an_other_end(published: set[str]) -> set[str]:
    return published ^ {subscription.event_name for _, subscription in CONSUMED}


def test_an_event_without_a_consumer_and_a_consumer_without_an_event_are_found() -> None:
    unheard, unsaid = "hr.nobody.listens.v1", "caseload.care_contact.recorded.v1"
    assert without_an_other_end({*PUBLISHED, unheard} - {unsaid}) == {unheard, unsaid}


@pytest.mark.parametrize("name", PUBLISHED)
def test_an_event_is_named_for_its_service_its_thing_and_its_version(name: str) -> None:
    service, *_, version = name.split(".")
    assert service in services()
    assert version.startswith("v")
    assert PUBLISHED[name].__module__ == f"services.{service}.events"


@pytest.mark.parametrize("name", PUBLISHED)
def test_an_event_carries_no_personal_data(name: str) -> None:
    assert field_names(PUBLISHED[name].model_json_schema()) & PERSONAL == set()


@pytest.mark.parametrize(("service", "subscription"), CONSUMED, ids=lambda value: getattr(value, "event_name", value))
def test_a_consumer_reads_only_what_is_promised(service: str, subscription: Subscription) -> None:
    promised = PUBLISHED[subscription.event_name].model_json_schema()
    assert missing_from(promised, subscription.reads.model_json_schema()) == []


class Publishes(BaseModel):
    id: int
    maybe: str | None = None


def reads(**fields: Any) -> dict[str, Any]:
    from pydantic import create_model

    return create_model("Reads", **fields).model_json_schema()


@pytest.mark.parametrize(
    "wanted",
    [reads(absent=(int, ...)), reads(id=(str, ...)), reads(maybe=(str, ...))],
    ids=["a field that is not there", "a field of another type", "a field that may be null"],
)
def test_a_consumer_that_wants_more_is_caught(wanted: dict[str, Any]) -> None:
    assert missing_from(Publishes.model_json_schema(), wanted) != []


def test_a_consumer_that_wants_less_is_content() -> None:
    assert missing_from(Publishes.model_json_schema(), reads(id=(int, ...), maybe=(str | None, None))) == []


def test_the_asyncapi_document_says_who_sends_and_who_receives() -> None:
    document = contracts.asyncapi(PUBLISHED)
    assert document["operations"]["send.caseload.referral.accepted.v1"]["action"] == "send"
    queue = "receive.interop.caseload.referral.accepted.v1"
    assert document["operations"][queue]["channel"]["$ref"] == "#/channels/caseload.referral.accepted.v1"
    assert '"$defs"' not in json.dumps(document["components"]["schemas"])
