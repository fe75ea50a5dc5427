"""The people around a client: who they are, what they consented to, and the ecomap that they make."""

from typing import Any
from uuid import UUID

from services.caseload.domain.client import Client
from services.caseload.domain.network import NetworkPerson, NetworkPersonDetails, NewNetworkPerson, PersonConsent
from services.caseload.events import NetworkPersonChanged
from services.caseload.store import around, networks
from services.common.db import Transaction
from services.common.paging import PageRequest, page

CONSENT_WITHDRAWN = "The person withdrew their consent."


async def record_network_person(tx: Transaction, new: NewNetworkPerson) -> NetworkPerson:
    """Write down who is around the client. Raises `ConsentOfPersonNeeded` for a number without it."""
    client = await tx.get(Client, new.client_id)
    person = NetworkPerson.known(new, client, tx.actor.employee_id, tx.now)
    tx.add(person)
    return await _told(tx, person)


async def list_network_people(tx: Transaction, request: PageRequest, *, client_id: UUID | None) -> dict[str, Any]:
    """The people of one client, or of all that the caller may see."""
    return await page(tx, await around.listed(tx, NetworkPerson, client_id=client_id), NetworkPerson, request)


async def read_network_person(tx: Transaction, network_person_id: UUID) -> NetworkPerson:
    return await tx.get(NetworkPerson, network_person_id)


async def change_network_person(
    tx: Transaction, network_person_id: UUID, details: NetworkPersonDetails, if_match: int
) -> NetworkPerson:
    """Write anew who they are and what they do. Raises `ConsentOfPersonNeeded` for a number without it."""
    person = await around.for_change(tx, NetworkPerson, network_person_id, if_match)
    person.change(details, tx.actor.employee_id, tx.now)
    return await _told(tx, person)


async def record_consent(
    tx: Transaction, network_person_id: UUID, consent: PersonConsent, if_match: int
) -> NetworkPerson:
    """The person agrees, for themselves."""
    person = await around.for_change(tx, NetworkPerson, network_person_id, if_match)
    person.consent(consent, tx.now)
    return await _told(tx, person)


async def withdraw_consent(tx: Transaction, network_person_id: UUID, if_match: int) -> NetworkPerson:
    """The person no longer agrees: their number goes, and what they had taken on is given back.

    Raises `NoConsentToWithdraw`.
    """
    person = await around.for_change(tx, NetworkPerson, network_person_id, if_match)
    person.withdraw(tx.today, tx.now)
    for action in await networks.open_actions_of(tx, person.id):
        action.give_back(CONSENT_WITHDRAWN, tx.actor.employee_id, tx.now)
    return await _told(tx, person)


async def read_network(tx: Transaction, client_id: UUID) -> dict[str, Any]:
    """The client's ecomap: everybody and everything around them, each with the tie to the client. Raises `NotFound`."""
    client = await tx.get(Client, client_id)
    return {
        "client_id": client.id,
        "people": await networks.people_now(tx, client.id, tx.today),
        "carer_ids": await networks.carer_people(tx, client.id),
        "agencies": await networks.agencies_now(tx, client.id, tx.today),
        "assets": await networks.assets_now(tx, client.id),
    }


async def _told(tx: Transaction, person: NetworkPerson) -> NetworkPerson:
    """The flush gives the person the version they are told with."""
    await tx.session.flush()
    tx.publish(changed(person), about=person)
    return person


def changed(person: NetworkPerson) -> NetworkPersonChanged:
    return NetworkPersonChanged(network_person_id=person.id, client_id=person.client_id, team_id=person.team_id)
