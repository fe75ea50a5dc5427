"""A trust asks what is wrong with a resource by FHIR R4 and the rules of UK Core, before it sends it in earnest.

Nothing of it is kept. The door for referrals ($process-message) asks less: exact R4, and BaRS's own rules.
"""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from fhirkit import RESOURCE_TYPES

from services.common import body
from services.common.outcome import Issue
from services.interop.fhir import systems, validation
from services.interop.fhir.structure import ONE_AT_A_TIME

WRAPPED = re.compile(r"Parameters\.parameter\[\d+\]\.resource(?=\.|$)")
BASE = "http://hl7.org/fhir/StructureDefinition/"

NOT_OF_THE_TYPE = "The address names another type of resource. Send it to the address of its own type."
NOTHING_SENT = "There is no resource. Send it as it is, or as the parameter `resource` of a Parameters resource."
NOT_KNOWN = "This profile is not known here. The resource was judged by FHIR R4 and the rules of UK Core."
ALL_WELL = (
    "Nothing is wrong with this resource by FHIR R4 and the rules of UK Core that are kept here."
    " A referral to $process-message is judged by FHIR R4 and the rules of BaRS instead."
)


async def validate_resource(resource_type: str, raw: bytes, profile: str | None = None) -> list[Issue]:
    """Everything that is wrong with a resource of this type, or one word that nothing is.

    Raises `MalformedJson` or `UnstorableValue` where there is no document to look at.
    """
    content = body.parse(raw)
    # A large Bundle takes a while, and nobody waits for it but who asks the same.
    loop = asyncio.get_running_loop()
    found = await loop.run_in_executor(ONE_AT_A_TIME, validation.issues, raw.decode(), content)
    if not found:
        found = [*_of_address(resource_type, content), *_of_profile(resource_type, profile or _asked(content))]
    return [replace(one, expression=_unwrapped(one.expression, content)) for one in found] or [
        Issue("informational", resource_type, ALL_WELL, severity="information")
    ]


def _sent(content: dict[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """The resource that came in a Parameters resource, and where it stands; None where none of a type of R4 did."""
    for place, one in _parameters(content):
        resource = one.get("resource")
        if one.get("name") == "resource" and isinstance(resource, dict):
            is_one = resource.get("resourceType") in RESOURCE_TYPES
            return (f"Parameters.parameter[{place}].resource", resource) if is_one else None
    return None


def _parameters(content: dict[str, Any]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each with its place. What is no parameter is passed over: the structure's own faults tell of it."""
    found = content.get("parameter") if content["resourceType"] == "Parameters" else None
    for place, one in enumerate(found if isinstance(found, list) else []):
        if isinstance(one, dict):
            yield place, one


def _asked(content: dict[str, Any]) -> str | None:
    return next((one.get("valueUri") for _, one in _parameters(content) if one.get("name") == "profile"), None)


def _of_address(resource_type: str, content: dict[str, Any]) -> list[Issue]:
    if content["resourceType"] == resource_type:
        return []
    if content["resourceType"] != "Parameters":
        return [Issue("invalid", content["resourceType"], NOT_OF_THE_TYPE)]
    sent = _sent(content)
    if sent is None:
        return [Issue("required", "Parameters.parameter", NOTHING_SENT)]
    at, resource = sent
    return [] if resource["resourceType"] == resource_type else [Issue("invalid", at, NOT_OF_THE_TYPE)]


def _of_profile(resource_type: str, profile: str | None) -> list[Issue]:
    if profile in (None, systems.profile(resource_type), f"{BASE}{resource_type}"):
        return []
    return [Issue("not-supported", resource_type, NOT_KNOWN, severity="warning")]


def _unwrapped(expression: str, content: dict[str, Any]) -> str:
    """The place in the resource itself, whatever it came in."""
    wrapper = WRAPPED.match(expression)
    sent = _sent(content) if wrapper else None
    if wrapper is None or sent is None or sent[0] != wrapper[0]:
        return expression
    return f"{sent[1]['resourceType']}{expression[wrapper.end() :]}"
