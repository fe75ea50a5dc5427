"""Write what the services promise, from their code, to docs/contracts: event schemas, AsyncAPI, OpenAPI."""

import importlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from demo.compose import services
from services.common.events import Envelope, Event, events_of
from services.common.settings import ServiceSettings
from services.common.topology import EVENTS

FOLDER = Path(__file__).parents[1] / "docs" / "contracts"
RELEASED = FOLDER / "released"
CONTENT_TYPE = "application/cloudevents+json"
# The attributes that travel as headers too, so that a message can be told apart without reading its body.
HEADERS = ("specversion", "id", "source", "type", "subject")
LICENCE = {"name": "Apache 2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"}
ABOUT = f"""\
Every event is a CloudEvents 1.0 envelope in JSON. It is published to the topic exchange `{EVENTS}` with its name
as the routing key, and each consumer has a durable queue of its own for each event that it listens to.

An event is delivered at least once: remember the ids of those you applied. The events about one thing carry its
`aggregateversion`, which grows. A name ends in its version, and a version is only ever added to: pass over fields that
you do not know. Events carry ids, dates, codes and counts, and never a person's name, NHS number, address or words.
"""
SERVER = {
    "host": "{host}:{port}",
    "protocol": "amqp",
    "protocolVersion": "0.9.1",
    "description": "The broker of one deployment, to be reached from within it only.",
    "variables": {
        "host": {"default": "rabbitmq", "description": "The broker's name inside the deployment."},
        "port": {"default": "5672", "description": "The port for AMQP 0.9.1."},
    },
    "security": [{"$ref": "#/components/securitySchemes/password"}],
}


def published() -> dict[str, type[Event]]:
    """Every event of every service, by name."""
    found: dict[str, type[Event]] = {}
    for name in services():
        if importlib.util.find_spec(f"services.{name}.events"):
            found |= events_of(importlib.import_module(f"services.{name}.events"))
    return dict(sorted(found.items()))


def readers() -> dict[str, type[BaseModel]]:
    """What each queue's consumer reads of an event, by the queue's name: the service, then the event.

    A queue of several events is left out: whoever takes any of them reads nothing of one.
    """
    return {
        subscription.queue(name): subscription.reads
        for name, service in sorted(services().items())
        for subscription in service.subscriptions
        if not subscription.stream
    }


def queues() -> dict[str, tuple[str, ...]]:
    """Every queue of every service, with the events that wait in it."""
    return {queue: names for _, service in sorted(services().items()) for queue, names in service.queues().items()}


def event_of(queue: str) -> str:
    """The event that a queue takes."""
    return queue.split(".", 1)[1]


def asyncapi(events: Mapping[str, type[Event]]) -> dict[str, Any]:
    """The events as an AsyncAPI 3.0 document: who sends each, and which queues take it."""
    channels, operations = {}, {}
    taken = queues()
    for name, event in events.items():
        takers = sorted(queue for queue, names in taken.items() if name in names)
        channels[name] = _routing_key(name, event, takers)
        operations[f"send.{name}"] = _operation("send", name, [name], {"deliveryMode": 2, "mandatory": True})
    for queue, names in taken.items():
        heard = [name for name in names if name in events]
        channels[queue] = _queue(queue, heard)
        operations[f"receive.{queue}"] = _operation("receive", queue, heard, {"ack": True})
    return {
        "asyncapi": "3.0.0",
        "id": "urn:heatshield:events",
        "info": {"title": "Heatshield events", "version": "1", "description": ABOUT, "license": LICENCE},
        "defaultContentType": CONTENT_TYPE,
        "servers": {"rabbitmq": SERVER},
        "channels": channels,
        "operations": operations,
        "components": {
            "messages": {name: _message(name, event) for name, event in events.items()},
            "schemas": {"headers": _headers(), **{name: _inlined(event) for name, event in events.items()}},
            "securitySchemes": {"password": {"type": "userPassword"}},
        },
    }


def _owner(name: str) -> str:
    """The service that sends an event or has a queue: the first word of the name."""
    return name.split(".", 1)[0]


def _routing_key(name: str, event: type[Event], queues: list[str]) -> dict[str, Any]:
    exchange = {"name": EVENTS, "type": "topic", "durable": True, "autoDelete": False}
    told = _inlined(event).get("description")
    return {
        "address": name,
        "title": _title(event),
        "summary": f"Sent by {_owner(name)} to {', '.join(sorted(set(map(_owner, queues))))}.",
        **({"description": told} if told else {}),
        "messages": {name: {"$ref": f"#/components/messages/{name}"}},
        "bindings": _amqp({"is": "routingKey", "exchange": exchange}),
    }


def _queue(queue: str, names: Sequence[str]) -> dict[str, Any]:
    durable = {"name": queue, "durable": True, "exclusive": False, "autoDelete": False}
    return {
        "address": queue,
        "title": f"{queue.split('.', 1)[1]}, for {_owner(queue)}",
        "summary": f"A queue of {_owner(queue)}, bound to {EVENTS} with the routing key of each of its events.",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
        "bindings": _amqp({"is": "queue", "queue": durable}),
    }


def _operation(action: str, channel: str, names: Sequence[str], binding: dict[str, Any]) -> dict[str, Any]:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "tags": [{"name": _owner(channel)}],
        "messages": [{"$ref": f"#/channels/{channel}/messages/{name}"} for name in names],
        "bindings": _amqp(binding),
    }


def _message(name: str, event: type[Event]) -> dict[str, Any]:
    envelope = _as_sent()
    envelope["properties"] |= {"type": {"const": name}, "data": {"$ref": f"#/components/schemas/{name}"}}
    return {
        "name": name,
        "title": _title(event),
        "contentType": CONTENT_TYPE,
        "headers": {"$ref": "#/components/schemas/headers"},
        "payload": envelope,
        "bindings": _amqp({"messageType": name}),
    }


def _headers() -> dict[str, Any]:
    attributes = _as_sent()["properties"]
    headers = {f"ce-{name}": attributes[name] for name in HEADERS}
    return {"type": "object", "properties": headers, "required": list(headers)}


def _as_sent() -> dict[str, Any]:
    """The envelope's schema as it travels: what has a default is there, and what would be null is left out."""
    schema = _inlined(Envelope)
    for field in schema["properties"].values():
        field.pop("default", None)
    maybe = {name: field for name, field in schema["properties"].items() if "anyOf" in field}
    for field in maybe.values():
        field |= next(choice for choice in field.pop("anyOf") if choice != {"type": "null"})
    schema["required"] = [name for name in schema["properties"] if name not in maybe]
    return schema


def _amqp(binding: dict[str, Any]) -> dict[str, Any]:
    return {"amqp": {**binding, "bindingVersion": "0.3.0"}}


def _title(event: type[Event]) -> str:
    """The class's name as words: `Care contact recorded`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", event.__name__).capitalize()


def _inlined(model: type[BaseModel]) -> dict[str, Any]:
    """The schema with its parts in place, since a reference inside a component would point outside the document."""
    schema = model.model_json_schema()
    parts = schema.pop("$defs", {})

    def resolve(node: Any) -> Any:
        if isinstance(node, dict) and "$ref" in node:
            return resolve(parts[node["$ref"].rpartition("/")[2]])
        if isinstance(node, dict):
            return {key: resolve(value) for key, value in node.items()}
        return [resolve(value) for value in node] if isinstance(node, list) else node

    resolved: dict[str, Any] = resolve(schema)
    return resolved


def files() -> Iterator[tuple[Path, str]]:
    """Every generated file with its text."""
    events = published()
    for name, event in events.items():
        yield FOLDER / "events" / f"{name}.json", _text(event.model_json_schema())
    yield FOLDER / "asyncapi.json", _text(asyncapi(events))
    for name, service in services().items():
        document = service.app(ServiceSettings(app_env="test")).openapi()
        yield FOLDER / "openapi" / f"{name}.json", _text(document)


def on_file() -> set[Path]:
    """What was generated before; the contracts of the last release stay as they are (see `release`)."""
    return {path for path in FOLDER.rglob("*.json") if not path.is_relative_to(RELEASED)}


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    wanted = dict(files())
    for path in on_file() - set(wanted):
        path.unlink()
    for path, text in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    print(f"{len(wanted)} contracts written to docs/contracts")


if __name__ == "__main__":
    main()
