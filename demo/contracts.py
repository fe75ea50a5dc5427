"""Write what the services promise, from their code, to docs/contracts: event schemas, AsyncAPI, OpenAPI."""

import importlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from demo.compose import services
from services.common.events import Envelope, Event, events_of
from services.common.rabbit import EXCHANGE
from services.common.settings import ServiceSettings

FOLDER = Path(__file__).parents[1] / "docs" / "contracts"


def published() -> dict[str, type[Event]]:
    """Every event of every service, by name."""
    found: dict[str, type[Event]] = {}
    for name in services():
        if importlib.util.find_spec(f"services.{name}.events"):
            found |= events_of(importlib.import_module(f"services.{name}.events"))
    return dict(sorted(found.items()))


def consumers() -> dict[str, list[str]]:
    """The queues that take each event."""
    taken: dict[str, list[str]] = {}
    for name, service in services().items():
        for subscription in service.subscriptions:
            taken.setdefault(subscription.event_name, []).append(subscription.queue(name))
    return taken


def asyncapi(events: Mapping[str, type[Event]]) -> dict[str, Any]:
    """The events as an AsyncAPI 3.0 document: who sends each, and whose queue receives it."""
    operations: dict[str, Any] = {}
    for name in events:
        channel = {"$ref": f"#/channels/{name}"}
        operations[f"send.{name}"] = {"action": "send", "channel": channel}
        for queue in sorted(consumers().get(name, [])):
            operations[f"receive.{queue}"] = {"action": "receive", "channel": channel}
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Heatshield events", "version": "1", "description": "CloudEvents 1.0 over RabbitMQ."},
        "channels": {
            name: {
                "address": name,
                "messages": {"event": {"$ref": f"#/components/messages/{name}"}},
                "bindings": {"amqp": {"is": "routingKey", "exchange": {"name": EXCHANGE, "type": "topic"}}},
            }
            for name in events
        },
        "operations": operations,
        "components": {
            "messages": {
                name: {
                    "name": name,
                    "contentType": "application/cloudevents+json",
                    "payload": _envelope(f"#/components/schemas/{name}"),
                }
                for name in events
            },
            "schemas": {name: _inlined(event) for name, event in events.items()},
        },
    }


def _envelope(data: str) -> dict[str, Any]:
    schema = Envelope.model_json_schema()
    schema["properties"]["data"] = {"$ref": data}
    return schema


def _inlined(event: type[Event]) -> dict[str, Any]:
    """The schema with its parts in place, since a reference inside a component would point outside the document."""
    schema = event.model_json_schema()
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


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    wanted = dict(files())
    for path in FOLDER.rglob("*.json"):
        if path not in wanted:
            path.unlink()
    for path, text in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    print(f"{len(wanted)} contracts written to docs/contracts")


if __name__ == "__main__":
    main()
