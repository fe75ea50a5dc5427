"""UK Core's extensions: the type of value that each has, how often it may stand, and that it is one or holds some.

From the definitions of UK Core (STU2 2.0.x) and FHIR R4 (rule ext-1).
"""

from collections import Counter
from collections.abc import Iterator

from services.common.outcome import Issue
from services.interop.fhir.validation.walk import Node

UK_CORE = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-"
# The value of each simple extension; several where STU1 and STU2 differ. The others hold extensions instead.
CONCEPT, REFERENCE = frozenset({"valueCodeableConcept"}), frozenset({"valueReference"})
EITHER_CODE = frozenset({"valueCodeableConcept", "valueCoding", "valueCode"})
VALUES = {
    "AdmissionMethod": CONCEPT,
    "BirthSex": EITHER_CODE,
    "BookingOrganization": REFERENCE,
    "ContactRank": frozenset({"valuePositiveInt"}),
    "CopyCorrespondenceIndicator": frozenset({"valueBoolean"}),
    "DeliveryChannel": CONCEPT,
    "DischargeMethod": CONCEPT,
    "EthnicCategory": CONCEPT,
    "MedicalApplianceSupplier": REFERENCE,
    "NHSNumberUnavailableReason": CONCEPT,
    "NHSNumberVerificationStatus": CONCEPT,
    "NominatedPharmacy": REFERENCE,
    "OtherContactSystem": EITHER_CODE,
    "OutcomeOfAttendance": CONCEPT,
    "PreferredDispenserOrganization": REFERENCE,
    "ResidentialStatus": CONCEPT,
    "SourceOfServiceRequest": CONCEPT,
}
COMPLEX = {"AddressKey", "ContactPreference", "DeathNotificationStatus", "NHSCommunication"}
# An address may have several keys, a person several languages, and a value several contact systems.
MAY_REPEAT = {"AddressKey", "NHSCommunication", "CopyCorrespondenceIndicator"}
# The verification status has a rule of its own that says more (nhs_numbers.py).
ONCE = (VALUES.keys() | COMPLEX) - MAY_REPEAT - {"NHSNumberVerificationStatus"}
# Categories are an extensible set: another code is allowed where none of these fits, and is worth a second look.
ETHNIC_SYSTEM = "https://fhir.hl7.org.uk/CodeSystem/UKCore-EthnicCategoryEngland"
ETHNIC_CODES = frozenset("ABCDEFGHJKLMNPRSZ") | {"99"}

BOTH = "An extension has a value or extensions of its own, and never both or neither. Leave one out (ext-1)."
WRONG_TYPE = "This extension of UK Core has another type of value. Compare it with its definition."
NO_VALUE = "This extension of UK Core holds extensions and no value of its own. Compare it with its definition."
TWICE = "This extension of UK Core may stand here once. Leave the others out."
ETHNIC = "This is no ethnic category of the NHS Data Dictionary. Use one of them where one fits."


def issues(node: Node) -> Iterator[Issue]:
    if node.name in ("extension", "modifierExtension"):
        yield from _of_one(node)
    if "extension" in node.content:
        yield from _repeated(node)


def _of_one(node: Node) -> Iterator[Issue]:
    values = [name for name in node.content if name.startswith("value")]
    name = _uk_core(node)
    if bool(values) == ("extension" in node.content) and not _is_absent(node):
        yield Issue("invariant", node.at, BOTH)
    elif values and name in COMPLEX:
        yield Issue("extension", f"{node.at}.value", NO_VALUE)
    elif name in VALUES and not set(values) & VALUES[name]:
        yield Issue("extension", f"{node.at}.value", WRONG_TYPE)
    elif name == "EthnicCategory":
        codings = node.content["valueCodeableConcept"].get("coding", [])
        ours = [coding.get("code") for coding in codings if coding.get("system") == ETHNIC_SYSTEM]
        if not set(ours) <= ETHNIC_CODES:
            yield Issue("code-invalid", f"{node.at}.value", ETHNIC, severity="warning")


def _is_absent(node: Node) -> bool:
    """A primitive value that is left out and has only a reason: `_valueCode` without `valueCode`."""
    return any(name.startswith("_value") for name in node.content)


def _repeated(node: Node) -> Iterator[Issue]:
    seen: Counter[str] = Counter()
    for one in node.below("extension"):
        name = _uk_core(one)
        if name in ONCE:
            seen[name] += 1
            if seen[name] > 1:
                yield Issue("extension", one.at, TWICE)


def _uk_core(node: Node) -> str:
    url: str = node.content.get("url", "")
    return url.removeprefix(UK_CORE) if url.startswith(UK_CORE) else ""
