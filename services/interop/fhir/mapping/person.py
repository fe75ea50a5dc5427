"""A client as a UK Core Patient."""

from typing import Any

from services.interop.domain.record import Client, Person
from services.interop.fhir import systems
from services.interop.fhir.mapping.parts import Content, resource


def nhs_number(person: Person) -> Content | None:
    """The NHS number with its verification status, which UK Core requires to be one of the England codes."""
    if person.nhs_number is None:
        return None
    status = {"coding": [{"system": systems.NHS_NUMBER_STATUS, "code": person.nhs_number_status}]}
    return {
        "extension": [{"url": systems.NHS_NUMBER_STATUS_EXTENSION, "valueCodeableConcept": status}],
        "system": systems.NHS_NUMBER,
        "value": person.nhs_number,
    }


def patient_of(client: Client) -> Content:
    number = nhs_number(client)
    name = {"use": "official", "family": client.family_name, "given": [client.given_name]}
    phone = {"system": "phone", "value": client.phone}
    return resource(
        "Patient",
        client.id,
        identifier=[number] if number else None,
        active=True,
        name=[name],
        telecom=[phone] if client.phone else None,
        gender=client.sex,
        birthDate=client.birth_on.isoformat() if client.birth_on else None,
        address=_address(client),
    )


def _address(person: Person) -> list[dict[str, Any]] | None:
    address: dict[str, Any] = {"use": "home"}
    if person.address_line:
        address["line"] = [person.address_line]
    if person.postcode:
        address["postalCode"] = person.postcode
    return [address] if len(address) > 1 else None
