"""What the broker holds, as data: exchanges, queues, and what each service's own user may do.

`prepare` declares it over AMQP, and may be run again. `definitions` is the same with the users, as RabbitMQ imports it.
"""

import base64
import hashlib
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

EVENTS = "heatshield.events"
GIVEN_UP = "heatshield.given_up"
# A message is handed over again when a process or a connection breaks; one that breaks it every time is given up after
# this, and tried again from where it is parked. Each break counts for all that were handed over, so the limit is high.
DELIVERY_LIMIT = 1000
# RabbitMQ 4 would drop what it has handed over twenty times, where nothing else is said.
NEVER = 1_000_000
DEPLOYER = "deployer"


@dataclass(frozen=True)
class Queue:
    """A quorum queue, and the routing keys by which an exchange fills it."""

    name: str
    exchange: str
    routing_keys: tuple[str, ...]
    arguments: Mapping[str, Any]


def queue_of(service: str, event_or_stream: str) -> str:
    """One queue per consumer and event, or for several events whose order matters to it."""
    return f"{service}.{event_or_stream}"


def event_queue(name: str, event_names: Sequence[str]) -> Queue:
    """One process at a time takes from it, so that order is kept however many replicas run."""
    arguments = {
        "x-queue-type": "quorum",
        "x-single-active-consumer": True,
        "x-delivery-limit": DELIVERY_LIMIT,
        "x-dead-letter-exchange": GIVEN_UP,
        "x-dead-letter-routing-key": _service(name),
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }
    return Queue(name, EVENTS, tuple(event_names), arguments)


def given_up_queue(service: str) -> Queue:
    """What the broker gave up handing to this service; the service parks it, so that it is found with the rest."""
    return Queue(f"{service}.given_up", GIVEN_UP, (service,), {"x-queue-type": "quorum", "x-delivery-limit": NEVER})


def _service(queue: str) -> str:
    return queue.split(".", 1)[0]


def topology(queues: Mapping[str, Sequence[str]]) -> Iterator[Queue]:
    """Every queue: those that the services take events of these names from, and one a service for what was given up."""
    yield from (given_up_queue(service) for service in sorted({_service(name) for name in queues}))
    yield from (event_queue(name, event_names) for name, event_names in queues.items())


def definitions(queues: Mapping[str, Sequence[str]], passwords: Mapping[str, str]) -> dict[str, Any]:
    """The whole topology with its users, for `load_definitions` or `rabbitmqctl import_definitions`.

    A service may publish under its own name only, read its own queues only, and declare nothing. The deployer declares.
    """
    held = list(topology(queues))
    return {
        "vhosts": [{"name": "/"}],
        "users": [_user(name, password) for name, password in passwords.items()],
        "permissions": [_permission(name) for name in passwords],
        "topic_permissions": [_topic_permission(name) for name in passwords if name != DEPLOYER],
        "exchanges": [_exchange(EVENTS, "topic"), _exchange(GIVEN_UP, "direct")],
        "queues": [
            {"name": one.name, "vhost": "/", "durable": True, "auto_delete": False, "arguments": dict(one.arguments)}
            for one in held
        ],
        "bindings": [_binding(one, routing_key) for one in held for routing_key in one.routing_keys],
    }


def _user(name: str, password: str) -> dict[str, Any]:
    hashed = {"password_hash": _hashed(password), "hashing_algorithm": "rabbit_password_hashing_sha256"}
    return {"name": name, **hashed, "tags": [], "limits": {}}


def _topic_permission(user: str) -> dict[str, str]:
    return {"user": user, "vhost": "/", "exchange": EVENTS, "write": rf"^{user}\.", "read": "^$"}


def _binding(queue: Queue, routing_key: str) -> dict[str, Any]:
    between = {"source": queue.exchange, "destination": queue.name, "destination_type": "queue"}
    return {**between, "vhost": "/", "routing_key": routing_key, "arguments": {}}


def _permission(user: str) -> dict[str, str]:
    if user == DEPLOYER:
        return {"user": user, "vhost": "/", "configure": ".*", "write": ".*", "read": ".*"}
    events = EVENTS.replace(".", r"\.")
    return {"user": user, "vhost": "/", "configure": "^$", "write": f"^{events}$", "read": rf"^{user}\."}


def _exchange(name: str, kind: str) -> dict[str, Any]:
    return {
        "name": name,
        "vhost": "/",
        "type": kind,
        "durable": True,
        "auto_delete": False,
        "internal": False,
        "arguments": {},
    }


def _hashed(password: str) -> str:
    """RabbitMQ's form: a salt of four bytes, and the SHA-256 of salt and password after it."""
    salt = secrets.token_bytes(4)
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()
