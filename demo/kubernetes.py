"""Write what Kubernetes is told of the broker and of secrets, from the code: `python -m demo.kubernetes`.

`python -m demo.kubernetes secrets` prints Secrets with new keys and passwords, for a cluster that has no store of them.
"""

import json
import re
import secrets
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from demo.compose import services
from services.common import topology
from services.common.assertions import new_key, public_key
from services.common.settings import ServiceSettings

FOLDER = Path(__file__).parents[1] / "deploy" / "k8s" / "components"
HOST, BROKER, KEDA = "heatshield-postgres-rw:5432", "heatshield-broker", "keda"
WRITTEN = "# Written from the code by `make k8s-written`: do not edit.\n"
# What an operator's or an autoscaler's user may do at the broker: look, and touch nothing.
NOTHING = "^$"
# Composed here of what the store keeps, or of no use in a cluster whose services have passwords of their own.
COMPOSED = {"database_url", "owner_database_url", "broker_url"}
PASSWORDS = ("database_password", "owner_password", "broker_password")
Manifest = dict[str, Any]


def _object(kind: str, name: str, spec: Manifest) -> Manifest:
    group = "external-secrets.io/v1" if kind == "ExternalSecret" else "rabbitmq.com/v1beta1"
    return {"apiVersion": group, "kind": kind, "metadata": {"name": name}, "spec": spec}


def _held(kind: str, called: str, **spec: Any) -> Manifest:
    return _object(kind, _named(called), {**spec, "rabbitmqClusterReference": {"name": BROKER}})


def _named(words: str) -> str:
    """A name that Kubernetes takes (RFC 1123)."""
    return re.sub(r"[^a-z0-9.-]", "-", words)


def broker() -> dict[str, list[Manifest]]:
    """What the broker's operator declares, by the file: exchanges, and for each service its user, rights and queues."""
    queues = {name: events for service in services().values() for name, events in service.queues().items()}
    told = topology.definitions(queues, dict.fromkeys(services(), ""))
    files = {
        "exchanges": [
            *(_exchange(one) for one in told["exchanges"]),
            *_user(KEDA, {"configure": NOTHING, "write": NOTHING, "read": NOTHING}, tags=["monitoring"]),
        ]
    }
    for service in services():
        rights = next(one for one in told["permissions"] if one["user"] == service)
        files[service] = [
            *_user(service, {word: rights[word] for word in ("configure", "write", "read")}),
            *(_topic(one) for one in told["topic_permissions"] if one["user"] == service),
            *(_queue(one) for one in told["queues"] if one["name"].startswith(f"{service}.")),
            *(_binding(one) for one in told["bindings"] if one["destination"].startswith(f"{service}.")),
        ]
    return files


def _exchange(one: Mapping[str, Any]) -> Manifest:
    return _held("Exchange", one["name"], name=one["name"], type=one["type"], durable=True)


def _user(name: str, rights: Mapping[str, str], tags: list[str] | None = None) -> Iterator[Manifest]:
    yield _held("User", name, tags=tags or [], importCredentialsSecret={"name": f"{name}-broker"})
    yield _held("Permission", name, vhost="/", userReference={"name": name}, permissions=dict(rights))


def _topic(one: Mapping[str, str]) -> Manifest:
    rights = {"exchange": one["exchange"], "write": one["write"], "read": one["read"]}
    return _held("TopicPermission", one["user"], vhost="/", userReference={"name": one["user"]}, permissions=rights)


def _queue(one: Mapping[str, Any]) -> Manifest:
    """Where it is taken out of here, what waits in it stays, until somebody has looked."""
    arguments = {name: value for name, value in one["arguments"].items() if name != "x-queue-type"}
    kind, name = one["arguments"]["x-queue-type"], one["name"]
    return _held("Queue", name, name=name, type=kind, durable=True, arguments=arguments, deletionPolicy="retain")


def _binding(one: Mapping[str, Any]) -> Manifest:
    between = {word: one[word] for word in ("source", "destination")}
    queue, key = one["destination"], one["routing_key"]
    called = queue if queue.endswith(key) else f"{queue}-of-{key}"
    return _held("Binding", called, **between, destinationType="queue", routingKey=key)


def external() -> dict[str, list[Manifest]]:
    """Which Secrets are made of what the store keeps under `heatshield/<service>`, by the file."""
    files = {
        name: [_external(name, secret, made) for secret, made in _of_service(name, service.settings_type).items()]
        for name, service in services().items()
    }
    files["others"] = [
        *(_external("gateway", name, made) for name, made in GATEWAY.items()),
        *(_external(KEDA, name, made) for name, made in AUTOSCALER.items()),
        _external("backups", "backup-store", {"key_id": "{{ .key_id }}", "secret": "{{ .secret }}"}),
    ]
    return files


GATEWAY = {"gateway-runtime": {"gateway_client_key": "{{ .client_key }}"}}
AUTOSCALER = {
    "keda-broker": {"username": KEDA, "password": "{{ .broker_password }}"},
    "keda-broker-address": {
        "host": f"https://{KEDA}:{{{{ .broker_password }}}}@{BROKER}.heatshield.svc:15671/",
        "tls": "enable",
    },
}


def _of_service(name: str, settings: type[ServiceSettings]) -> dict[str, dict[str, str]]:
    """A service's Secrets, and what is in each: every setting that is not to be shown, and what operators need."""
    hidden = [field for field, told in settings.model_fields.items() if told.repr is False and field not in COMPOSED]
    needed = {"client_key", "broker_password", "signing_keys"}
    files = {f"{name}_{one}": f"{{{{ .{one} }}}}" if one in needed else f'{{{{ get . "{one}" }}}}' for one in hidden}
    if "processes" in settings.model_fields:
        files[f"{name}_processes"] = "{{ .processes }}"
    files[f"{name}_database_url"] = _dsn(name, name, "database_password")
    return {
        f"{name}-runtime": files,
        f"{name}-owner": {f"{name}_owner_database_url": _dsn(f"{name}_owner", name, "owner_password")},
        f"{name}-database": {"username": name, "password": "{{ .database_password }}"},
        f"{name}-database-owner": {"username": f"{name}_owner", "password": "{{ .owner_password }}"},
        f"{name}-broker": {"username": name, "password": "{{ .broker_password }}"},
    }


def _dsn(role: str, database: str, password: str) -> str:
    return f"postgresql+asyncpg://{role}:{{{{ .{password} | urlquery }}}}@{HOST}/{database}"


def _external(place: str, name: str, made: Mapping[str, str]) -> Manifest:
    basic = {"type": "kubernetes.io/basic-auth"} if set(made) == {"username", "password"} else {}
    return _object(
        "ExternalSecret",
        name,
        {
            "refreshInterval": "1h",
            "secretStoreRef": {"kind": "ClusterSecretStore", "name": "heatshield"},
            "target": {"creationPolicy": "Owner", "template": {"engineVersion": "v2", **basic, "data": dict(made)}},
            "dataFrom": [{"extract": {"key": f"heatshield/{place}"}}],
        },
    )


def kept() -> dict[str, dict[str, str]]:
    """New keys and passwords, as a store would keep them."""
    names = [*services(), "gateway"]
    made = {name: {"client_key": new_key()} for name in names}
    for name in services():
        made[name] |= {word: secrets.token_hex(24) for word in PASSWORDS}
    known = {f"svc:{name}": public_key(made[name]["client_key"]) for name in names}
    made["identity"] |= {"signing_keys": json.dumps([new_key()]), "processes": json.dumps(known)}
    return {**made, KEDA: {"broker_password": secrets.token_hex(24)}, "backups": {"key_id": "", "secret": ""}}


def filled(store: Mapping[str, Mapping[str, str]]) -> Iterator[Manifest]:
    """The Secrets that the operator would make of this store."""
    for one in (manifest for file in external().values() for manifest in file):
        template, place = one["spec"]["target"]["template"], one["spec"]["dataFrom"][0]["extract"]["key"]
        values = store[place.split("/")[1]]
        data = {name: _filled(text, values) for name, text in template["data"].items()}
        kind = template.get("type", "Opaque")
        yield {"apiVersion": "v1", "kind": "Secret", "metadata": one["metadata"], "type": kind, "stringData": data}


def _filled(text: str, values: Mapping[str, str]) -> str:
    return re.sub(r'\{\{ (?:\.|get \. ")(\w+)"?(?: \| urlquery)? \}\}', lambda found: values.get(found[1], ""), text)


def written() -> dict[Path, str]:
    """Each file, and what it holds."""
    folders = {FOLDER / "rabbitmq" / "topology": broker(), FOLDER / "external-secrets": external()}
    return {folder / f"{name}.yaml": _text(file) for folder, files in folders.items() for name, file in files.items()}


def _text(manifests: list[Manifest]) -> str:
    """JSON is YAML: one object a line, so that a change reads as one."""
    return WRITTEN + "\n---\n".join(json.dumps(one) for one in manifests) + "\n"


def main() -> None:
    if sys.argv[1:] == ["secrets"]:
        print("\n---\n".join(json.dumps(one) for one in filled(kept())))
        return
    for path, text in written().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
