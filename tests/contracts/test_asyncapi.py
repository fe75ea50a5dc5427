"""The AsyncAPI document says who sends what to whose queue, and is one in the eyes of the official parser."""

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from demo import contracts
from tests.contracts.node import find_node, installed, run

SOURCE = Path(__file__).parent / "asyncapi"
WARNING = 1
DOCUMENT = contracts.asyncapi(contracts.published())
EVENT = "caseload.referral.accepted.v1"
QUEUE = f"interop.{EVENT}"

Document = dict[str, Any]
Parse = Callable[[Document], list[str]]


def test_each_event_is_sent_with_its_name_as_the_routing_key() -> None:
    sent = DOCUMENT["operations"][f"send.{EVENT}"]
    assert (sent["action"], sent["channel"]["$ref"]) == ("send", f"#/channels/{EVENT}")
    assert DOCUMENT["channels"][EVENT]["bindings"]["amqp"]["is"] == "routingKey"
    assert DOCUMENT["channels"][EVENT]["summary"] == "Sent by caseload to governance, interop."


def test_each_consumer_receives_from_a_queue_of_its_own() -> None:
    received = {name for name, operation in DOCUMENT["operations"].items() if operation["action"] == "receive"}
    assert received == {f"receive.{queue}" for queue in contracts.queues()}
    assert DOCUMENT["operations"][f"receive.{QUEUE}"]["channel"]["$ref"] == f"#/channels/{QUEUE}"
    assert DOCUMENT["channels"][QUEUE]["bindings"]["amqp"]["queue"]["name"] == QUEUE


def test_a_message_is_described_as_it_travels() -> None:
    """What has a default is there, what would be null is left out, and every part is in its place."""
    message = DOCUMENT["components"]["messages"][EVENT]
    assert message["payload"]["properties"]["type"] == {"const": EVENT}
    assert "traceparent" not in message["payload"]["required"]
    headers = DOCUMENT["components"]["schemas"]["headers"]
    assert headers["required"] == ["ce-specversion", "ce-id", "ce-source", "ce-type", "ce-subject"]
    assert "$defs" not in json.dumps(DOCUMENT)


def test_the_parser_comes_from_whatever_registry_a_machine_uses() -> None:
    packages = json.loads((SOURCE / "package-lock.json").read_text("utf-8"))["packages"]
    assert [name for name, package in packages.items() if "resolved" in package] == []
    assert [name for name, package in packages.items() if name and "integrity" not in package] == []


@pytest.fixture(scope="module")
def parse() -> Parse:
    """What the official parser holds against a document, of its errors and warnings."""
    node, folder = find_node(), installed(SOURCE)

    def parsed(document: Document) -> list[str]:
        told = json.loads(run([*node.node, "validate.mjs"], folder, json.dumps(document)))
        return [f"{each['path']}: {each['message']}" for each in told if each["severity"] <= WARNING]

    return parsed


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_official_parser_finds_no_fault_with_the_document(parse: Parse) -> None:
    assert parse(DOCUMENT) == []


def channel_that_is_not_there(document: Document) -> None:
    document["operations"][f"send.{EVENT}"]["channel"]["$ref"] = "#/channels/nowhere"


def message_of_another_channel(document: Document) -> None:
    other = {"$ref": "#/channels/hr.contract.agreed.v1/messages/event"}
    document["operations"][f"receive.{QUEUE}"]["messages"] = [other]


def delivery_mode_that_is_none(document: Document) -> None:
    document["operations"][f"send.{EVENT}"]["bindings"]["amqp"]["deliveryMode"] = 3


def type_that_is_none(document: Document) -> None:
    document["components"]["schemas"][EVENT]["properties"]["team_id"]["type"] = "uuid"


FAULTS = [
    (channel_that_is_not_there, "'#/channels/nowhere' does not exist"),
    (message_of_another_channel, "Operation message does not belong to the specified channel."),
    (delivery_mode_that_is_none, '"deliveryMode" property must be equal to one of the allowed values: 1, 2'),
    (type_that_is_none, '"type" property must be equal to one of the allowed values'),
]


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize(("plant", "fault"), FAULTS, ids=[plant.__name__ for plant, _ in FAULTS])
def test_the_official_parser_finds_a_planted_fault(parse: Parse, plant: Callable[[Document], None], fault: str) -> None:
    document = deepcopy(DOCUMENT)
    plant(document)
    assert any(fault in each for each in parse(document))
