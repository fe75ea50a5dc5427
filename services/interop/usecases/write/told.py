"""What a write came to, before it is kept; and how whoever it is about is found."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from services.common.db import Transaction
from services.common.outcome import Issue
from services.common.scopes import require_scope
from services.interop.domain.resource import Projected, Resource
from services.interop.fhir import indexing, registry, search, systems
from services.interop.fhir.writing.refusals import NotKnownHere, TimeNotTold, TooLongToFind
from services.interop.fhir.writing.sent import Content, Sent, identified
from services.interop.store import resource_search, resources

# The index by which codes, identifiers and references are found takes no longer key.
LONGEST_TOKEN = 2000
# How many records of one person are looked through for the one in care.
MOST_TEAMS = 20


class KnownToTwoTeams(NotKnownHere):
    way_out = "More than one team knows somebody by this NHS number. Refer to the Patient by the id here, or ring them."


@dataclass(frozen=True)
class Told:
    """The resource to be shown, the organisation that its sender writes for, and what could not be taken as sent."""

    item: Projected
    ods_code: str | None
    warnings: list[Issue] = field(default_factory=list)


def shown(sent: Sent, content: Content, resource_id: UUID, team_id: UUID, client_id: UUID | None) -> Projected:
    """As it will be read, until its owner tells more. Raises `TimeNotTold` or `TooLongToFind`."""
    kept = identified(content, str(resource_id))
    try:
        found_by = indexing.found_by(kept)
    except (ValueError, OverflowError) as error:
        raise TimeNotTold(sent.at) from error
    if any(len(token.encode()) > LONGEST_TOKEN for token in found_by.tokens):
        raise TooLongToFind(sent.at)
    return Projected(sent.kind, resource_id, team_id, client_id, 0, kept, found_by=found_by)


async def patient_named(tx: Transaction, reference: Content, at: str) -> Resource | None:
    """The client whom a Reference names: by their id here, or by an NHS number where the caller may search for people.

    None where it names nobody in either way. Raises `NotKnownHere`, `KnownToTwoTeams` or `InsufficientScope`.
    """
    literal, identifier = str(reference.get("reference", "")), reference.get("identifier", {})
    if literal.startswith("Patient/"):
        found = await _by_id(tx, literal.removeprefix("Patient/"))
        at = f"{at}.reference"
    elif not literal and identifier.get("system") == systems.NHS_NUMBER:
        require_scope(tx.actor, "system/Patient.s")
        at = f"{at}.identifier"
        found = await _by_number(tx, str(identifier.get("value", "")), at)
    else:
        return None
    if found is None:
        raise NotKnownHere(at)
    tx.concerns(found.resource_id)
    return found


async def _by_id(tx: Transaction, text: str) -> Resource | None:
    try:
        return await resources.read(tx, "Patient", UUID(text))
    except ValueError:
        return None


async def _by_number(tx: Transaction, number: str, at: str) -> Resource | None:
    """Each team knows a client for itself: of two with the same number it is the one in care.

    Raises `KnownToTwoTeams`.
    """
    kind = registry.SERVED["Patient"]
    asked = search.parse(kind, [], [("identifier", f"{systems.NHS_NUMBER}|{number}")], strict=True)
    found: Any = await tx.all((await resource_search.searched(tx, kind.name, asked)).limit(MOST_TEAMS))
    if len(found) > 1:
        in_care = await resources.in_care(tx, [one.resource_id for one in found])
        found = [one for one in found if one.resource_id in in_care]
        if len(found) != 1:
            raise KnownToTwoTeams(at)
    return found[0] if found else None
