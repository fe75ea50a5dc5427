"""The CapabilityStatement, made from the very lists that the routes and the searches use, so that it stays true."""

from typing import Any

from services.common.outcome import MEDIA_TYPE
from services.interop.fhir import registry, systems

# Raised when what is served changes.
AS_OF = "2026-11-23"
PROCESS_MESSAGE = "http://hl7.org/fhir/OperationDefinition/MessageHeader-process-message"


def statement(base: str, message_definitions: tuple[str, ...]) -> dict[str, Any]:
    """What this server does, at the address by which the caller reached it."""
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": AS_OF,
        "kind": "instance",
        "software": {"name": "Heatshield interop"},
        "implementation": {"description": "The record of self-led neighbourhood care teams", "url": base},
        "fhirVersion": registry.FHIR_VERSION,
        "format": ["json", MEDIA_TYPE],
        "rest": [_rest()],
        "messaging": [_messaging(base, message_definitions)],
    }


def _rest() -> dict[str, Any]:
    return {
        "mode": "server",
        "security": {"description": "A bearer token of this installation's identity provider (RFC 6750)."},
        "resource": [_resource(kind) for kind in (*registry.SERVED.values(), registry.AUDIT_EVENT)],
        "operation": [{"name": "process-message", "definition": PROCESS_MESSAGE}],
    }


def _resource(kind: registry.ServedType) -> dict[str, Any]:
    of_record = {
        "supportedProfile": [systems.profile(kind.name)],
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "versioning": "versioned",
    }
    return {
        "type": kind.name,
        **(of_record if kind.is_record else {"interaction": [{"code": "search-type"}]}),
        "searchParam": [vars(parameter) for parameter in kind.parameters],
    }


def _messaging(base: str, definitions: tuple[str, ...]) -> dict[str, Any]:
    protocol = {"system": "http://terminology.hl7.org/CodeSystem/message-transport", "code": "http"}
    return {
        "endpoint": [{"protocol": protocol, "address": f"{base}/$process-message"}],
        "supportedMessage": [{"mode": "receiver", "definition": definition} for definition in definitions],
    }
