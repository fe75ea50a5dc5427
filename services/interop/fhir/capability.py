"""The CapabilityStatement, made from the very lists that the routes and the searches use, so that it stays true."""

from collections.abc import Iterator
from typing import Any

from services.common.outcome import MEDIA_TYPE
from services.interop.fhir import registry, systems, xml_out
from services.interop.fhir.subscribing import BACKPORT, PROFILE, TOPIC
from services.interop.fhir.writing.refusals import ANSWERED, WHAT_MAY_BE, WRITABLE

# Raised when what is served changes.
AS_OF = "2026-11-27"
EXPORT = "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/{}export"
BULK_DATA = "http://hl7.org/fhir/uv/bulkdata/CapabilityStatement/bulk-data"
OF_SUBSCRIPTION = "http://hl7.org/fhir/uv/subscriptions-backport/OperationDefinition/backport-subscription"
TOPICS = f"{BACKPORT}/capabilitystatement-subscriptiontopic-canonical"
EVERYTHING = "http://hl7.org/fhir/OperationDefinition/Patient-everything"
VALIDATE = "http://hl7.org/fhir/OperationDefinition/Resource-validate"
PROCESS_MESSAGE = "http://hl7.org/fhir/OperationDefinition/MessageHeader-process-message"
READING = ("read", "vread", "history-instance", "history-type", "search-type")
CHANGING = ("update", "patch")
OF_WRITING = {
    "documentation": WHAT_MAY_BE,
    "readHistory": True,
    "updateCreate": False,
    "conditionalCreate": True,
    "conditionalUpdate": True,
    "conditionalDelete": "not-supported",
}


def statement(base: str, message_definitions: tuple[str, ...]) -> dict[str, Any]:
    """What this server does, at the address by which the caller reached it."""
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": AS_OF,
        "kind": "instance",
        "instantiates": [BULK_DATA],
        "software": {"name": "Heatshield interop"},
        "implementation": {"description": "The record of self-led neighbourhood care teams", "url": base},
        "fhirVersion": registry.FHIR_VERSION,
        "format": ["json", MEDIA_TYPE, "xml", xml_out.MEDIA_TYPE],
        "patchFormat": ["application/json-patch+json"],
        "rest": [_rest()],
        "messaging": [_messaging(base, message_definitions)],
    }


def _rest() -> dict[str, Any]:
    return {
        "mode": "server",
        "security": {"description": "A bearer token of this installation's identity provider (RFC 6750)."},
        "resource": [
            *(_resource(kind) for kind in (*registry.SERVED.values(), registry.AUDIT_EVENT)),
            _group(),
            _subscription(),
        ],
        "interaction": [{"code": "transaction"}, {"code": "batch"}],
        "operation": [
            {"name": "process-message", "definition": PROCESS_MESSAGE},
            {"name": "export", "definition": EXPORT.format("")},
        ],
    }


def _resource(kind: registry.ServedType) -> dict[str, Any]:
    of_record = {
        "supportedProfile": [systems.profile(kind.name)],
        "interaction": [{"code": code} for code in (*READING, *_writing(kind.name))],
        "versioning": "versioned",
        "conditionalRead": "full-support",
        **(OF_WRITING | {"conditionalCreate": kind.name not in ANSWERED} if kind.name in WRITABLE else {}),
        "referencePolicy": ["literal", "logical"],
        **_comes_along(kind),
        "operation": list(_operations(kind)),
    }
    return {
        "type": kind.name,
        **(of_record if kind.is_record else {"interaction": [{"code": "search-type"}]}),
        "searchParam": [
            {"name": known.name, "type": known.type, "documentation": known.documentation} for known in kind.parameters
        ],
    }


def _writing(name: str) -> tuple[str, ...]:
    if name not in WRITABLE:
        return ()
    return CHANGING if name in ANSWERED else ("create", *CHANGING)


def _group() -> dict[str, Any]:
    """The people of one team, who are exported together and not served as a Group."""
    export = {"name": "export", "definition": EXPORT.format("group-"), "documentation": "The id is that of a team."}
    return {"type": "Group", "operation": [export]}


def _subscription() -> dict[str, Any]:
    """R4's own, and to a topic of R5."""
    operations = [{"name": name, "definition": f"{OF_SUBSCRIPTION}-{name}"} for name in ("status", "events")]
    return {
        "extension": [{"url": TOPICS, "valueCanonical": TOPIC}],
        "type": registry.SUBSCRIPTION.name,
        "supportedProfile": [PROFILE],
        "interaction": [{"code": code} for code in ("create", "read", "update", "delete", "search-type")],
        "operation": operations,
    }


def _operations(kind: registry.ServedType) -> Iterator[dict[str, str]]:
    yield {"name": "validate", "definition": VALIDATE}
    if kind.name == "Patient":
        yield {"name": "everything", "definition": EVERYTHING}
        yield {"name": "export", "definition": EXPORT.format("patient-")}


def _comes_along(kind: registry.ServedType) -> dict[str, Any]:
    """What `_include` and `_revinclude` take; an element without a value is left out, as FHIR asks."""
    refers = [f"{kind.name}:{known.name}" for known in kind.references()]
    referring = [
        f"{other.name}:{known.name}"
        for other in registry.SERVED.values()
        for known in other.references()
        if kind.name in known.targets
    ]
    found = {"searchInclude": refers, "searchRevInclude": referring}
    return {name: values for name, values in found.items() if values}


def _messaging(base: str, definitions: tuple[str, ...]) -> dict[str, Any]:
    protocol = {"system": "http://terminology.hl7.org/CodeSystem/message-transport", "code": "http"}
    return {
        "endpoint": [{"protocol": protocol, "address": f"{base}/$process-message"}],
        "supportedMessage": [{"mode": "receiver", "definition": definition} for definition in definitions],
    }
